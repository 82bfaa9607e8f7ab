"""The operator's terms come from settings and a file that may change; a server's come on top."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from bot.content.lists import WordLists
from bot.errors import SettingsError


def write(file: Path, text: str, *, at: int) -> Path:
    """With a time of its own, however coarse the file system's are."""
    file.write_text(text, "utf-8")
    os.utime(file, ns=(at, at))
    return file


def test_setting_file_and_server_are_one_list(tmp_path: Path) -> None:
    lists = WordLists(["first"], write(tmp_path / "words", "# a comment\nsecond\n\n  two words  \n", at=1))

    assert [lists.find(text, ("third",)) for text in ("first", "second", "two words", "third", "a comment")] == [
        "first",
        "second",
        "two words",
        "third",
        None,
    ]


def test_a_servers_words_hold_nowhere_else() -> None:
    lists = WordLists()

    assert lists.find("third", ("third",)) == "third"
    assert lists.find("third") is None
    assert lists.find("third", ("fourth",)) is None


def test_the_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    file = write(tmp_path / "words", "first", at=1)
    lists = WordLists(file=file)
    write(file, "later", at=2)

    assert lists.find("first") is None
    assert lists.find("later") == "later"


def test_a_file_that_went_away_still_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = write(tmp_path / "words", "first", at=1)
    lists = WordLists(file=file)
    file.unlink()

    with caplog.at_level(logging.WARNING):
        assert [lists.find("first") for _time in range(3)] == ["first"] * 3
    assert len(caplog.records) == 1

    write(file, "second", at=1)
    assert lists.find("second") == "second"


@pytest.mark.parametrize("data", [None, b"\xff\xfe\xfa"])
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path, data: bytes | None) -> None:
    file = tmp_path / "words"
    if data is not None:
        file.write_bytes(data)

    with pytest.raises(SettingsError, match=r"BLOCKED_WORDS_FILE: .* cannot be read"):
        WordLists(file=file)
