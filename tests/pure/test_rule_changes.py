"""A server's rules, changed one by one: what is kept, what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.errors import AccessRefused, OptionRefused
from bot.jobs.rule_changes import (
    MOST_WORDS,
    WORD,
    Part,
    for_everybody,
    limits_given,
    open_to_all,
    pixels_of,
    with_channel,
    with_given,
    with_limits,
    with_role,
    with_value,
    with_words,
    with_workflow,
    without,
)
from bot.jobs.rules import Limits, Rules, Visibility, WorkflowRule

FULL = Rules(
    channels=frozenset({1, 2}),
    roles=frozenset({3, 4}),
    limits=Limits(hour=5),
    by_role={3: Limits(hour=9)},
    workflows={"imagine": WorkflowRule(roles=frozenset({3}), cooldown=30)},
    budget=4,
    results=Visibility.SPOILER,
    audit_channel=7,
    language="de",
    words=("bad",),
    strikes=3,
    strike_minutes=10,
)


@pytest.mark.parametrize(
    ("size", "pixels"), [(None, None), ("0", 0), (" 0 ", 0), ("1024x1024", 2**20), ("768 × 512", 768 * 512)]
)
def test_a_size_is_kept_as_its_pixels(size: str | None, pixels: int | None) -> None:
    assert pixels_of(size) == pixels


@pytest.mark.parametrize("size", ["", "1024", "0x512", "512x0", "-1x5", "1e3x1e3", "٣x٣", "1024x1024; drop", "x"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(OptionRefused, match=r"`size`: Write it like 1024x1024"):
        pixels_of(size)


@pytest.mark.parametrize("given", [{"hour": -1}, {"weight": 0.0}, {"weight": float("nan")}, {"weight": 101.0}])
def test_a_number_that_is_no_limit_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(OptionRefused, match=f"`{next(iter(given))}`"):
        limits_given(**given)


def test_limits_that_are_not_named_stay() -> None:
    rules = with_limits(with_limits(Rules(), None, Limits(hour=5, steps=20)), None, Limits(hour=0))
    rules = with_limits(with_limits(rules, 3, Limits(day=9)), 3, Limits(weight=2))

    assert rules.limits == Limits(hour=0, steps=20)
    assert rules.by_role == {3: Limits(day=9, weight=2)}


def test_a_role_without_limits_is_not_kept() -> None:
    assert with_limits(Rules(), 3, Limits()) == Rules()


def test_channels_and_roles_are_allowed_and_no_longer() -> None:
    rules = with_channel(with_channel(Rules(), 1, allow=True), 2, allow=True)
    rules = with_role(with_role(rules, 3, allow=True), 4, allow=True)
    rules = with_role(with_channel(rules, 1, allow=False), 3, allow=False)

    assert (set(rules.channels), set(rules.roles)) == ({2}, {4})


LAST: list[Callable[[], Rules]] = [
    lambda: with_channel(Rules(channels=frozenset({1})), 1, allow=False),
    lambda: with_role(Rules(roles=frozenset({1})), 1, allow=False),
    lambda: with_workflow(with_workflow(Rules(), "imagine", role_id=1), "imagine", role_id=1, allow=False),
]


@pytest.mark.parametrize("take_away", LAST)
def test_taking_the_last_one_away_does_not_let_everybody_in(take_away: Callable[[], Rules]) -> None:
    with pytest.raises(AccessRefused, match="without it all would be"):
        take_away()


NONE_YET: list[Callable[[], Rules]] = [
    lambda: with_channel(Rules(), 1, allow=False),
    lambda: with_role(Rules(), 1, allow=False),
    lambda: with_workflow(Rules(), "imagine", role_id=1, allow=False),
    lambda: for_everybody(Rules(), allow=False),
    lambda: open_to_all(Rules(), "imagine", allow=False),
]


@pytest.mark.parametrize("forbid", NONE_YET)
def test_where_all_are_allowed_none_can_be_shut_out(forbid: Callable[[], Rules]) -> None:
    with pytest.raises(AccessRefused):
        forbid()


def test_everybody_s_role_opens_a_list_again() -> None:
    opened = open_to_all(for_everybody(FULL, allow=True), "imagine")

    assert opened.roles == frozenset()
    assert opened.workflows == {"imagine": WorkflowRule(cooldown=30)}
    assert open_to_all(FULL, "imagine").roles == FULL.roles


def test_a_workflow_s_rule_is_changed_piece_by_piece_and_forgotten_when_it_says_nothing() -> None:
    rules = with_workflow(Rules(), "imagine", role_id=3)
    rules = with_workflow(rules, "imagine", cooldown=30)
    rules = with_workflow(rules, "imagine", role_id=4)

    assert rules.workflows == {"imagine": WorkflowRule(roles=frozenset({3, 4}), cooldown=30)}
    assert with_workflow(Rules(), "imagine") == Rules()
    with pytest.raises(OptionRefused, match="`cooldown`"):
        with_workflow(Rules(), "imagine", cooldown=-1)


def test_words_are_kept_once_however_they_are_written() -> None:
    rules = with_words(Rules(), add=" bad ,  two   words,BAD,, *worse*")

    assert rules.words == ("bad", "two words", "*worse*")
    assert with_words(rules, remove="Bad, TWO WORDS").words == ("*worse*",)


def test_what_is_no_part_is_not_taken_back() -> None:
    with pytest.raises(OptionRefused, match="`what`"):
        without(FULL, "model_config")


def test_a_term_of_signs_that_nobody_sees_is_none() -> None:
    assert with_words(Rules(), add="\u200b,\u202e,b\u200bad").words == ("bad",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"remove": "good"}, "No such term"),
        ({"add": "x" * (WORD + 1)}, f"{WORD} characters"),
        ({"add": ",".join(map(str, range(MOST_WORDS + 1)))}, f"At most {MOST_WORDS}"),
    ],
)
def test_words_that_cannot_be_are_refused(words: dict[str, str], said: str) -> None:
    with pytest.raises(OptionRefused, match=said):
        with_words(Rules(), **words)


def test_what_is_not_given_stays_and_what_cannot_be_is_refused() -> None:
    assert with_given(FULL, "count", strikes=0, strike_minutes=None).strikes == 0
    assert with_given(FULL, "count", strikes=0, strike_minutes=None).strike_minutes == 10
    assert with_value(FULL, "channel", audit_channel=None).audit_channel is None
    for values in ({"strikes": -1}, {"budget": -0.5}, {"results": "everybody"}, {"strike_minutes": 0}):
        with pytest.raises(OptionRefused, match="`it`"):
            with_value(FULL, "it", **values)


@pytest.mark.parametrize("part", list(Part))
def test_each_part_is_taken_back_alone(part: Part) -> None:
    fields = {Part.LIMITS: {"limits", "by_role"}, Part.AUDIT: {"audit_channel"}}
    fields |= {Part.STRIKES: {"strikes", "strike_minutes"}, Part.EVERYTHING: set(Rules.model_fields)}
    taken = without(FULL, part)

    changed = {name for name in Rules.model_fields if getattr(taken, name) != getattr(FULL, name)}
    assert changed == fields.get(part, {part.value})
    assert all(getattr(taken, name) == getattr(Rules(), name) for name in changed)
