"""Blocked terms are found however they are written, and words that only hold one are not."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.folding import fold
from bot.content.lookalikes import DOUBLES, table
from bot.content.terms import MOST, Terms, find

WORD = Terms(["badger"])
NARROW = st.text(st.sampled_from("._-*~/:\u200b\u200d\u2060\u00ad\u0301\ufe0f\u202e"), max_size=4)
LETTERS = "bcdfghjkmpqrvw"  # no two of them make a word, and no digit stands for most of them


@pytest.mark.parametrize(
    "text",
    [
        "bad",
        "BAD",
        "so bad!",
        "b a d",
        "b.a.d",
        "b\u200bad",
        "ba-d",
        "b  ad",
        "ba'd",
        "b_a_d",
        "ｂａｄ",
        "𝓫𝓪𝓭",
        "🅱🅰🅳",
        "🇧🇦🇩",
        "bád",
        "b̷a̷d̷",
        "bаd",  # a Cyrillic letter
        "βαd",
        "b4d",
        "b@d",
        "8ad",
        "(bad:1.2)",
        "dumb-bad",
        "bad,worse",
        "b\u3164ad",
    ],
)
def test_a_word_is_found(text: str) -> None:
    assert find(text, Terms(["bad"])) == "bad"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a classic glass of sassafras", ["ass"]),
        ("455 people in 1455", ["ass"]),
        ("the pen is mightier", ["penis"]),
        ("1girl,pen,is", ["penis"]),
        ("it's hit by lightning", ["shit"]),
        ("the therapist", ["the rapist"]),
        ("badlands", ["bad"]),
        ("forbad", ["bad*"]),
        ("badly", ["*bad"]),
        ("the bid of a dab", ["b*t"]),
        ("bad, and later words", ["bad words"]),
        ("b d", ["bad"]),
        ("", ["bad"]),
        ("anything", []),
        ("anything", ["", " ", "*", "**"]),
    ],
)
def test_ordinary_text_is_let_through(text: str, terms: list[str]) -> None:
    assert find(text, Terms(terms)) is None


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("badly", "bad*"),
        ("so b a d l y", "bad*"),
        ("forbad", "*bad"),
        ("forbadden", "*bad*"),
        ("a breed", "b*d"),
        ("bad   words", "bad words"),
        ("b.a.d words", "bad words"),
        ("bad, words!", "bad words"),
        ("very bad wordsmith", "bad word*"),
        ("in 1488 ad", "1488"),
        ("sex", "$ex"),
        ("wow", "wow!"),
        ("badass", "bad-ass"),
        ("bad-ass", "badass"),
        ("a 🍆 on a plate", "🍆"),
        ("这是坏人吗", "坏人"),
        ("xyй", "хуй"),  # in Latin letters but one
        ("हिन्दी भाषा", "भाषा"),
    ],
)
def test_a_pattern_or_phrase_is_found(text: str, term: str) -> None:
    assert find(text, Terms(["other", term])) == term


@given(data=st.data())
def test_nothing_put_between_its_letters_hides_a_word(data: st.DataObject) -> None:
    gaps = [data.draw(NARROW) for _letter in "badge"]
    text = "".join(letter + gap for letter, gap in zip("badge", gaps, strict=True)) + "r"

    assert find(f"so {text}, really", WORD) == "badger"


#: between letters, so that each stands alone for whoever reads: not what nobody sees alone
WIDE = st.text(" \t\n.,;-\u00a0\u3000\u200b", min_size=1).filter(lambda gap: gap.strip("\u200b"))


@given(st.lists(WIDE, min_size=5, max_size=5))
def test_letters_that_stand_alone_make_a_word(gaps: list[str]) -> None:
    text = "".join(letter + gap for letter, gap in zip("badge", gaps, strict=True)) + "r"

    assert find(text, WORD) == "badger"


@given(st.text(LETTERS, min_size=3, max_size=8), st.text(LETTERS, max_size=4), st.text(LETTERS, max_size=4))
def test_a_word_that_only_holds_one_is_another_word(term: str, before: str, after: str) -> None:
    text = f"some {before}{term}{after} here"

    assert (find(text, Terms([term])) is None) is bool(before or after)


@given(st.text(), st.lists(st.text(max_size=12), max_size=5))
def test_any_text_and_any_list_have_an_answer(text: str, terms: list[str]) -> None:
    assert find(text, Terms(terms)) in {None, *terms}


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_nothing_invisible_is_left() -> None:
    unseen = [chr(point) for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point)) == "Cf"]

    assert fold("".join(unseen)) == ""


def test_look_alikes_are_what_casefold_leaves_and_no_ascii() -> None:
    for point in table():
        assert chr(point) == chr(point).casefold() or point > 0xFFFF
        assert point > 0x7F
    assert all(len(letter) == 1 and fold(letter) == letter for letter in DOUBLES)


def test_the_first_term_of_a_text_is_named() -> None:
    assert find("worse than bad", Terms(["bad", "worse"])) == "worse"


def test_a_very_long_term_is_cut() -> None:
    assert find("a" * MOST, Terms(["a" * 500])) is not None


def test_an_empty_list_is_false() -> None:
    assert not Terms([])
    assert Terms(["🍆"])
    assert Terms(["*bad"])
