"""Damaged, cut-off and unknown files come back as they are, and nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.strip import strip_metadata
from tests.pure.media_files import ALL, PICTURES, SECRET

STARTS = sorted({data[:length] for data in ALL.values() for length in (4, 12, 16, 40)})


@pytest.mark.parametrize("name", ALL)
def test_what_is_clean_stays_the_very_same_bytes(name: str) -> None:
    bare = strip_metadata(ALL[name])

    assert strip_metadata(bare) == bare


@pytest.mark.parametrize("data", [b"", b"a fox", bytes(100), b"\x89PNG\r\n\x1a\n", b"<svg/>", b"PK\x03\x04"])
def test_unknown_files_come_back_as_they_are(data: bytes) -> None:
    assert strip_metadata(data) is data


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_cut_off_comes_back_as_it_is(name: str) -> None:
    data = PICTURES[name].removesuffix(SECRET)

    assert strip_metadata(data[:-1]) == data[:-1]


@given(st.sampled_from(sorted(ALL)), st.floats(0, 1))
def test_truncated_files_never_raise(name: str, part: float) -> None:
    data = ALL[name][: int(len(ALL[name]) * part)]

    assert len(strip_metadata(data)) <= len(data)


@given(st.sampled_from(sorted(ALL)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8))
def test_spoilt_files_never_raise(name: str, changes: list[tuple[float, int]]) -> None:
    data = bytearray(ALL[name])
    for place, value in changes:
        data[int((min(len(data), 600) - 1) * place)] = value

    assert len(strip_metadata(bytes(data))) <= len(data)


@given(st.sampled_from([b"", *STARTS]), st.binary(max_size=300))
def test_random_bytes_behind_any_start_never_raise(start: bytes, noise: bytes) -> None:
    assert len(strip_metadata(start + noise)) <= len(start + noise)
