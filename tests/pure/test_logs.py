"""What is logged, and what never is."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import set_up_logging

TOKEN = "MTE4.GqOvcl.w2fFfYqgqXc6DKRIsRiEZ9sgp"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_a_text_line_names_level_logger_and_message(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", "text")

    logging.getLogger("bot.jobs").info("job %s done", "abc")

    assert capsys.readouterr().err.rstrip().endswith("INFO bot.jobs: job abc done")


def test_a_json_line_holds_the_exception(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", "json")

    try:
        raise ValueError("that was it")
    except ValueError:
        logging.getLogger("bot").exception("job %s failed", "abc")

    line = json.loads(capsys.readouterr().err)
    assert line["level"] == "ERROR"
    assert line["message"] == "job abc failed"
    assert "ValueError: that was it" in line["exception"]


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize(
    "path",
    [f"https://discord.com/api/v10/webhooks/12/{TOKEN}/messages/@original", f"/interactions/12/{TOKEN}/callback"],
)
def test_a_token_in_an_address_is_never_logged(style: str, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """discord.py names the whole address when it is rate limited."""
    set_up_logging("DEBUG", style)

    logging.getLogger("discord.http").warning("We are being rate limited. PATCH %s responded with 429.", path)

    printed = capsys.readouterr().err
    assert TOKEN not in printed
    assert "/12/***/" in printed


def test_a_token_in_an_event_is_never_logged(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("DEBUG", "text")

    logging.getLogger("discord.gateway").debug("WebSocket Event: %s", {"id": "1", "token": TOKEN, "type": 2})

    assert TOKEN not in capsys.readouterr().err


def test_a_known_secret_is_never_logged_not_even_in_an_exception(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("DEBUG", "text", secrets=["hunter2", ""])

    try:
        raise ValueError("no access with hunter2")
    except ValueError:
        logging.getLogger("bot").exception("trouble")

    assert "hunter2" not in capsys.readouterr().err


def test_libraries_are_heard_only_when_debugging(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", "text")
    logging.getLogger("discord.gateway").info("connected")
    set_up_logging("DEBUG", "text")
    logging.getLogger("discord.gateway").info("connected again")

    printed = capsys.readouterr().err
    assert "connected again" in printed
    assert "connected\n" not in printed
