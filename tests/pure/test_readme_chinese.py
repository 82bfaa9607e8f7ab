"""The Chinese README says what the English one says."""

from __future__ import annotations

import re

import pytest

from bot.text import _, named, speaking
from tests.catalogues.extracting import ROOT

ENGLISH, CHINESE = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
COMMANDS = re.compile(r"^\| `/([a-z ]+)` \| (?:`/([^`]+)` \| )?[^|]+ \| (.+) \|$", re.MULTILINE)
OPTIONS = re.compile(r"^\| `([a-z_]+)` \| (?:`([^`]+)` \| )?([^|]+) \|$", re.MULTILINE)


def test_each_leads_to_the_other() -> None:
    assert "[简体中文](README.zh-CN.md)" in ENGLISH
    assert "[English](README.md)" in CHINESE


@pytest.mark.parametrize(
    "part",
    [
        r"^(#+) ",
        r"^```(?:\w*)\n(?:.*\n)*?```$",
        r"!\[[^]]*\]\(([^)]+)\)",
        r"^\| `([A-Z_]+)` \| ((?:`[^`]*`)?)",
        r"^\| `(python -m bot[^`]*)`",
        r"^\| [^|`]+ \| `(/settings [^`]+)`",
        r"\]\((docs/\w+\.md[^)]*)\)",
        r"`([A-Z]+_[A-Z_]+)[=`]",
    ],
)
def test_both_have_the_same_parts_in_the_same_order(part: str) -> None:
    """Headings, code, pictures, settings and their defaults, commands of the command line, links."""
    found = [re.findall(part, text, re.MULTILINE) for text in (ENGLISH, CHINESE)]

    assert found[0]
    assert sorted(found[0]) == sorted(found[1]) if part.startswith(("(", "`")) else found[0] == found[1]


@pytest.mark.parametrize("table", [COMMANDS, OPTIONS])
def test_commands_and_options_are_called_what_a_chinese_client_shows(table: re.Pattern[str]) -> None:
    rows = [(name, text) for name, _none, text in table.findall(ENGLISH)]
    with speaking("zh-CN"):
        wanted = [(name, " ".join(map(named, name.split())), _(text)) for name, text in rows]

    assert rows
    assert table.findall(CHINESE) == wanted
