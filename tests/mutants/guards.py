"""The guards between people and what is not theirs, all of them."""

from __future__ import annotations

from tests.mutants import (
    answered,
    asking,
    clouds,
    content,
    conveniences,
    fairness,
    fleet,
    going_on,
    lasting,
    moderation,
    pressing,
    servers,
    sharing,
    showing,
    surface,
    watching,
)
from tests.mutants.guard import Guard

__all__ = ["GUARDS", "Guard"]

GUARDS: tuple[Guard, ...] = (
    *surface.GUARDS,
    *content.GUARDS,
    *moderation.GUARDS,
    *showing.GUARDS,
    *pressing.GUARDS,
    *going_on.GUARDS,
    *asking.GUARDS,
    *lasting.GUARDS,
    *conveniences.GUARDS,
    *watching.GUARDS,
    *sharing.GUARDS,
    *clouds.GUARDS,
    *fairness.GUARDS,
    *fleet.GUARDS,
    *servers.GUARDS,
    *answered.GUARDS,
)
