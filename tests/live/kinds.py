"""The kinds of random requests, by name."""

from __future__ import annotations

from hypothesis.strategies import SearchStrategy

from bot.comfy.simulator.versions import Version
from tests.live import queries
from tests.live.graphs import Pool, refusable, submissions
from tests.live.requests import Request

#: In this order none spoils what the next one asks for.
KINDS = ("questions", "views", "uploads", "commands", "submissions")


def requests_of(kind: str, pool: Pool, version: str) -> SearchStrategy[Request]:
    if kind == "submissions":
        return submissions(refusable(pool), fragile=not Version(version).create_time)
    kinds = {
        "questions": queries.questions,
        "views": queries.views,
        "uploads": queries.uploads(),
        "commands": queries.commands,
    }
    return kinds[kind]
