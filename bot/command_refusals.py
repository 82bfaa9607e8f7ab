"""Which of the commands it was sent Discord refuses, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from discord import app_commands

from bot.workflow.manifest import Manifest

#: how discord.py says where in the payload Discord found a mistake
_PLACE = re.compile(r"In (?:command|group) (?P<quote>['\"])(?P<name>.+?)(?P=quote) defined in ")


def refused_commands(refusal: app_commands.CommandSyncFailure, manifests: Sequence[Manifest]) -> dict[str, str]:
    """The workflows whose commands Discord refused, by name, and what it said of each."""
    found: dict[str, str] = {}
    for path, said in _places(str(refusal)):
        for manifest in manifests:
            own = f"{manifest.group} {manifest.name}".strip()
            if own == path or own.startswith(f"{path} "):
                found.setdefault(manifest.name, said)
    return found


def _places(text: str) -> Iterator[tuple[str, str]]:
    """Each command with what is wrong in it, on one line; those around it, such as its group, are left out."""
    path, said = "", list[str]()
    for line in text.splitlines():
        place = _PLACE.match(line.strip())
        if place is None:
            said.append(" ".join(line.split()))
            continue
        if path and said:
            yield path, " ".join(said)
        path, said = place["name"], []
    if path and said:
        yield path, " ".join(said)
