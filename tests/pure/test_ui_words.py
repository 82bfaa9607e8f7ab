"""People's words in the bot's messages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.failures import JobFailed, MissingModel, NodeFailed, OutOfMemory
from bot.jobs.job import JobState
from bot.ui.files import Prepared
from bot.ui.result import first_page
from bot.ui.words import bar, before, code, one_line, plain, quoted, said
from tests.pure.jobs import make_job


def as_shown(text: str) -> str:
    """Discord shows any sign after a backslash as it is."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


@pytest.mark.parametrize(
    "typed",
    [
        "a fox in the snow",
        "@everyone @here <@123456789012345678> <@&123456789012345678> <#123456789012345678>",
        "**bold** __under__ ~~gone~~ ||hidden|| `code` ```block``` \\",
        "# Title",
        "-# small",
        "> quote",
        "[click here](https://example.com) <https://example.com> https://example.com/a_b",
        "<t:0:R> <:x:123456789012345678> </imagine:123456789012345678>",
        "{user} {0} %s",
        "👩‍🎨 שלום 漢字 ก็",
    ],
)
def test_what_was_typed_is_shown_and_means_nothing(typed: str) -> None:
    text = plain(typed, 500)

    assert as_shown(text) == typed
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_~|`<>\[\]#@]", text)
    assert not text.startswith(("-", ">", "#"))


@given(st.text(max_size=300), st.integers(1, 100))
def test_a_text_is_one_line_within_its_limit(typed: str, limit: int) -> None:
    text = one_line(typed, limit)

    assert len(text) <= limit
    assert len(text.splitlines()) <= 1


@given(st.text(max_size=200))
def test_no_sign_of_markup_is_left_unescaped(typed: str) -> None:
    left = re.sub(r"\\.", "", plain(typed, 200))

    assert not set(left) & set("*_~|`<>[]#@\\")


def test_a_value_stays_inside_its_backticks() -> None:
    assert code("a`b``c\nd") == "`aˋbˋˋc d`"


def test_a_text_of_several_lines_is_quoted_whole() -> None:
    long = "x" * 900

    assert quoted(f"# one\n\n{long}\n") == f"> \\# one\n> \n> {long}"


def test_a_failure_s_words_cannot_break_out_of_its_sentence() -> None:
    failure = NodeFailed("**Sampler**\n# Big", "KSampler", "[click](https://example.com)\nTraceback")

    sentence = said(failure)

    assert "\n" not in sentence
    assert "\\*\\*Sampler\\*\\*" in sentence
    assert "\\[click\\](https\\://example.com)" in sentence


def test_the_closest_names_stay_in_typewriter_face() -> None:
    failure = MissingModel(title="LoRA", value="a_b.pt", closest=("x_y.pt", "`z`"))

    assert said(failure).endswith("The closest it has: `x_y.pt`, `ˋzˋ`.")


@pytest.mark.parametrize("failure", [JobFailed(), OutOfMemory(title="Sampler")])
def test_a_failure_says_its_sentence(failure: JobFailed) -> None:
    assert said(failure) == failure.sentence()


@given(st.floats(0, 1))
def test_a_bar_is_full_only_at_the_end(fraction: float) -> None:
    cells = bar(fraction).split(" ")[0]

    assert len(cells) == 14
    assert ("▱" in cells) == (fraction < 1)


def test_what_comes_before_is_counted_in_words() -> None:
    assert [before(count) for count in (0, 1, 2)] == ["next", "1 job before it", "2 jobs before it"]


def test_facts_below_a_result_break_only_behind_a_dot() -> None:
    job = make_job(state=JobState.DONE, seed=7, seconds=4.6, used={"model": "a b.safetensors", "steps": 20})

    parts = re.split(r"(?<=·) ", first_page(job, Prepared(()), ()).footer)

    assert parts == [
        "seed `7`\xa0·",
        "model `a b.safetensors`\xa0·",
        "steps `20`\xa0·",
        "4.6\xa0s",
    ]
