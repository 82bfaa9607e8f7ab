"""Wildcards and alternatives: what texts become, whatever is typed and whatever lies in the folder."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.wildcard_files import LARGEST, WildcardFolder
from bot.content.wildcards import (
    LONGEST,
    EndlessWildcard,
    UnknownWildcard,
    WildcardError,
    expand,
    is_plain,
    literal,
    names_in,
)

LISTS = {
    "animal": ("fox",),
    "art/style": ("{ink|ink} drawing of a __animal__",),
    "hair_color": ("red",),
    "self": ("again __self__",),
    "wide": ("__wide2__ " * 30,),
    "wide2": ("__animal__ " * 30,),
    "empty": (),
    "long": ("x" * 100,),
}
SIGNS = st.sampled_from(["{", "}", "|", "\\", "__", "_", "animal", "__animal__", "__self__", "__nothing__", "a ", "/"])
TEXTS = st.lists(st.one_of(SIGNS, st.text(max_size=5)), max_size=60).map("".join)


def became(text: str, seed: int = 0) -> str:
    return expand(text, Random(seed), LISTS.get).text


def every(text: str) -> set[str]:
    return {became(text, seed) for seed in range(60)}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    {
        "a __animal__!": "a fox!",
        "__ANIMAL__": "fox",
        "__art/style__": "ink drawing of a fox",
        "__hair_color__ hair": "red hair",
        "a___animal__": "a_fox",
        "{same|same}": "same",
        "{single}": "{single}",
        "{{emphasis}}": "{{emphasis}}",
        "{a|a} | {b": "a | {b",
        "} a | b {": "} a | b {",
        "{{x}|{x}}": "{x}",
        r"\{a|b\}": "{a|b}",
        r"{a\|b|a\|b}": "a|b",
        r"{a\}|a\}}": "a}",
        r"\__animal__": "__animal__",
        r"\(hat\) \n": r"\(hat\) \n",
        "__empty__.": ".",
        "snake_case __ __": "snake_case __ __",
    }.items(),
)
def test_what_a_text_becomes(typed: str, wanted: str) -> None:
    assert became(typed) == wanted


def test_each_alternative_comes_and_empty_ones_too() -> None:
    assert every("a {red|blue|} {big |}cat") == {
        f"a {colour} {size}cat" for colour in ("red", "blue", "") for size in ("big ", "")
    }
    assert every("{a|{b|c} d}") == {"a", "b d", "c d"}


def test_an_unknown_name_is_told_and_one_in_what_is_not_taken_is_found_beforehand() -> None:
    with pytest.raises(UnknownWildcard) as raised:
        became("a __dragon__")

    assert raised.value.name == "dragon"
    assert names_in(r"{__a__|b} \__c__ __a__ __d/e__") == ["a", "d/e"]


@pytest.mark.parametrize("typed", ["__self__", "__wide__", "{a|a}" * 501, "__long__" * 61])
def test_what_has_no_end_is_refused(typed: str) -> None:
    with pytest.raises(EndlessWildcard):
        became(typed)


def test_what_was_typed_is_told_from_what_came_of_lists() -> None:
    found = expand("{b|b}ad __animal__ {__animal__|__animal__}!", Random(0), LISTS.get)

    assert (found.text, found.own) == ("bad fox fox!", "bad    !")


@given(TEXTS, st.integers())
def test_a_text_becomes_the_same_for_the_same_seed_and_stays_within_bounds(text: str, seed: int) -> None:
    try:
        first = became(text, seed)
    except WildcardError:
        with pytest.raises(WildcardError):
            became(text, seed)
        return

    assert first == became(text, seed)
    assert len(first) <= LONGEST
    assert not is_plain(text) or first == text


@given(st.text(alphabet="abc d_-/.").filter(is_plain), st.integers())
def test_a_text_without_signs_stays_as_it_is(text: str, seed: int) -> None:
    assert became(text, seed) == text


@given(TEXTS, st.integers())
def test_what_stands_for_itself_becomes_the_text(text: str, seed: int) -> None:
    assert became(literal(text), seed) == text
    assert literal("a {b} | c") == "a {b} | c"


def test_thousands_of_braces_are_no_trouble() -> None:
    assert became("{" * 5000) == "{" * 5000
    assert became("{" * 2900 + "a|b" + "}" * 2900).count("{") >= 2800


# --- the folder ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "wildcards"
    (home / "art").mkdir(parents=True)
    (home / "Animal.txt").write_text("# animals\n\n  fox  \n", "utf-8-sig")
    (home / "art" / "style.txt").write_text("ink\n", "utf-8")
    (tmp_path / "secret.txt").write_text("secret\n", "utf-8")
    return home


def test_files_are_lists_by_their_names_and_read_again_when_they_changed(folder: Path) -> None:
    lists = WildcardFolder(folder)

    assert lists.names() == ["animal", "art/style"]
    assert lists.expand("__ANIMAL__, __art/Style__", Random(0)).text == "fox, ink"

    (folder / "Animal.txt").write_text("a longer lynx\n", "utf-8")
    (folder / "new.txt").write_text("dragon\n", "utf-8")

    assert lists.expand("__animal__ __new__", Random(0)).text == "a longer lynx dragon"

    (folder / "new.txt").unlink()
    with pytest.raises(UnknownWildcard):
        lists.expand("__new__", Random(0))


def test_nothing_outside_the_folder_is_read(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "out").symlink_to(folder.parent, target_is_directory=True)
    (folder / "inner.txt").symlink_to(folder / "Animal.txt")
    lists = WildcardFolder(folder)

    assert lists.names() == ["animal", "art/style", "inner"]
    assert lists.lines("../secret") is None
    assert lists.expand("__../secret__", Random(0)).text == "__../secret__"


def test_what_cannot_be_a_list_is_left_out(folder: Path) -> None:
    (folder / "large.txt").write_bytes(b"a\n" * LARGEST)
    (folder / "bytes.txt").write_bytes(b"\xff\xfe\xfa")
    (folder / "notes.md").write_text("no", "utf-8")
    os.mkfifo(folder / "pipe.txt")
    lists = WildcardFolder(folder)

    assert lists.names() == ["animal", "art/style", "bytes"]
    assert lists.lines("bytes") is None
    assert WildcardFolder(folder / "nowhere").names() == []
