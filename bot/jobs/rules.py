"""What a Discord server lets its people do: what it set itself, over what the operator set for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

#: for a limit: none at all
UNLIMITED = 0


class Visibility(StrEnum):
    """Who sees a result, and how."""

    PUBLIC = "public"
    #: only who asked
    EPHEMERAL = "ephemeral"
    #: everybody, after a click
    SPOILER = "spoiler"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Limits(_Part):
    """What one person may; None: not said here, 0: as much as they like.

    `waiting`, `running`: jobs at the same time. `hour`, `day`: jobs let in within the last 60 minutes, 24 hours.
    `pixels`: of one picture, width times height. `weight`: a share of the queue, 1 for everybody else.
    """

    waiting: int | None = Field(None, ge=0)
    running: int | None = Field(None, ge=0)
    hour: int | None = Field(None, ge=0)
    day: int | None = Field(None, ge=0)
    pixels: int | None = Field(None, ge=0)
    steps: int | None = Field(None, ge=0)
    count: int | None = Field(None, ge=0)
    weight: float | None = Field(None, gt=0, le=100)

    def over(self, other: Limits) -> Limits:
        """These, and what they do not say from the others."""
        return other.model_copy(update=self.model_dump(exclude_none=True))


class WorkflowRule(_Part):
    """Who may use one workflow here, by role (nobody named: everybody), and seconds between two uses, a day at most."""

    roles: frozenset[int] = frozenset()
    cooldown: float | None = Field(None, ge=0, le=86400)


class Rules(_Part):
    """All that one server has set; ids are Discord's. `extra` keys of a newer Easel are left out when read."""

    #: where jobs may be asked for; empty: everywhere
    channels: frozenset[int] = frozenset()
    #: who may ask for jobs; empty: everybody
    roles: frozenset[int] = frozenset()
    #: for everybody
    limits: Limits = Limits()
    #: for those with a role
    by_role: Mapping[int, Limits] = Field(default_factory=dict)
    workflows: Mapping[str, WorkflowRule] = Field(default_factory=dict)
    #: what paid workflows may cost within 24 hours, all people together; None: not said, 0: without end
    budget: float | None = Field(None, ge=0)
    results: Visibility | None = None
    audit_channel: int | None = None
    #: of public messages, as Discord names it
    language: str | None = None
    #: what no text may hold, besides what the operator blocks everywhere
    words: tuple[str, ...] = ()
    #: so many blocked texts within a day block a person; None: not said, 0: never
    strikes: int | None = Field(None, ge=0)
    #: for how long
    strike_minutes: int | None = Field(None, ge=1)

    @classmethod
    def read(cls, kept: object) -> Rules:
        """What was stored; nothing set where it is damaged."""
        try:
            return cls.model_validate(kept)
        except ValidationError:
            return cls()

    def to_dict(self) -> dict[str, Any]:
        """For the store: only what is set."""
        found: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True)
        return found


def limits_for(roles: Iterable[int], rules: Rules, defaults: Limits) -> Limits:
    """A person's own: of each the most generous that one of their roles has, else everybody's, else the default."""
    theirs = [rules.by_role[role] for role in roles if role in rules.by_role]
    best = {name: found for name in Limits.model_fields if (found := _best(name, theirs)) is not None}
    return Limits(**best).over(rules.limits).over(defaults)


def _best(name: str, theirs: Iterable[Limits]) -> Any:
    said = [value for each in theirs if (value := getattr(each, name)) is not None]
    return UNLIMITED if UNLIMITED in said else max(said, default=None)
