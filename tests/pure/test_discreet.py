"""The search through what tests print finds what is secret, wherever it was told."""

from __future__ import annotations

from tests.whole.discreet import TOKEN, secrets_in


def test_a_token_is_found_wherever_it_was_told() -> None:
    key = "/interactions/123/" + "k" * 40
    told = [
        ("Captured stdout call", f"fine\nBot {TOKEN}"),
        ("Captured log teardown", f"Traceback\n  POST {key}/callback"),
    ]

    assert list(secrets_in(told)) == [
        f"Captured stdout call: Bot {TOKEN}",
        f"Captured log teardown:   POST {key}/callback",
    ]


def test_ordinary_lines_are_no_secret() -> None:
    assert list(secrets_in([("Captured stderr call", "job 1 is done\ninteractions/123/short")])) == []
