"""Which files go into which message."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from bot.ui.outcome import groups


def test_few_files_are_in_the_job_s_own_message() -> None:
    assert [list(group) for group in groups(3, 10, ())] == [[0, 1, 2]]


def test_no_file_is_one_message_still() -> None:
    assert [list(group) for group in groups(0, 10, ())] == [[]]


def test_what_was_sent_is_not_sent_again() -> None:
    assert [list(group) for group in groups(24, 10, {*range(10, 20)})] == [[*range(10)], [*range(20, 24)]]


def test_a_smaller_size_splits_only_what_is_left() -> None:
    assert [list(group) for group in groups(24, 2, {*range(10, 20)})] == [[*range(10)], [20, 21], [22, 23]]


@given(total=st.integers(0, 60), sizes=st.lists(st.integers(1, 10), min_size=1, max_size=8))
def test_every_file_is_sent_once_and_in_order_whatever_is_refused_on_the_way(total: int, sizes: list[int]) -> None:
    """Each turn one follow-up arrives, then Discord refuses and fewer go together."""
    sent: list[list[int]] = []
    for size in sorted(sizes, reverse=True):
        first, *others = groups(total, size, set(chain(*sent)))
        sent += [list(other) for other in others[:1]]
    first, *others = groups(total, 1, set(chain(*sent)))

    assert [*first, *chain(*sent), *chain(*others)] == list(range(total))
