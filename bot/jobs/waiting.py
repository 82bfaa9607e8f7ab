"""The little of an open job that the order of the queue needs: thousands stay in memory, their graphs do not."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping

from bot.jobs.job import Job
from bot.workflow.needs import Needs

Key = tuple[float, bool, datetime, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open job, before and while it runs. `cost` is the virtual seconds it takes of its person's share."""

    id: str
    tag: float
    cost: float
    first: bool
    created_at: datetime
    workflow: str
    guild_id: int | None
    channel_id: int
    user_id: int
    roles: tuple[int, ...]
    submits: int
    token_expires: datetime
    needs: Needs
    moved: bool = False

    @property
    def key(self) -> Key:
        """What decides who comes first: the tag; then those who had nothing open; then who came first."""
        return (self.tag, not self.first, self.created_at, self.id)


def waiting(job: Job) -> Waiting:
    """What the queue keeps of it."""
    place = job.place
    return Waiting(
        id=job.id,
        tag=job.tag,
        cost=job.cost,
        first=job.first,
        created_at=job.created_at,
        workflow=job.workflow,
        guild_id=place.guild_id,
        channel_id=place.channel_id,
        user_id=place.user_id,
        roles=place.roles,
        submits=job.submits,
        token_expires=place.token_expires,
        needs=shared(job.needs),
        moved=job.moved,
    )


def from_columns(row: RowMapping) -> Waiting:
    """Of a row with the columns of COLUMNS."""
    facts: dict[str, Any] = dict(zip(COLUMNS, row.values(), strict=True))
    facts["tag"] = float(facts["tag"])
    facts["cost"] = float(facts["cost"] or 0.0)
    facts["first"] = bool(facts["first"])
    facts["roles"] = tuple(facts["roles"])
    facts["moved"] = bool(facts["moved"])
    facts["needs"] = shared(Needs.from_dict(facts["needs"] or {}))
    return Waiting(**facts)


@lru_cache(maxsize=4096)
def shared(needs: Needs) -> Needs:
    """One value for all that are equal: jobs of one workflow mostly need the same."""
    return needs


COLUMNS = tuple(field.name for field in fields(Waiting))
