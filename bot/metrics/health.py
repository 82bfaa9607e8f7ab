"""Whether the process does its job, by its role: what /healthz answers, in words and without secrets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.comfy.backend import Backend, BackendState

STARTING = "It has not logged in to Discord yet; where that takes long, its log says why."
DATABASE = "The database does not answer. Jobs go on when it does."
GATEWAY = "It has no connection to Discord's gateway, so no command reaches it."
SOME_SHARDS = "Some shards are not connected to Discord: {shards}."
NO_BACKENDS = "It has no ComfyUI. Check COMFYUI_URLS."


class Status(StrEnum):
    #: it does what its role is
    OK = "ok"
    #: it has not come so far yet
    STARTING = "starting"
    #: something it needs is away; `problems` says what
    FAILING = "failing"


@dataclass(frozen=True)
class Health:
    """`problems` keep it from its job, `notes` do not."""

    role: str
    status: Status
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """Of HTTP."""
        return 200 if self.status is Status.OK else 503


def judge(
    role: str, *, database: bool, shards: Mapping[int, bool] | None, backends: Collection[Backend] | None
) -> Health:
    """`shards` by whether they are connected, none before the first is, None where the role has none; so `backends`."""
    if shards is not None and not shards:
        return Health(role, Status.STARTING, (STARTING,))
    problems = [] if database else [DATABASE]
    notes = []
    if shards is not None and not any(shards.values()):
        problems.append(GATEWAY)
    elif shards is not None and (away := [str(shard) for shard, up in shards.items() if not up]):
        notes.append(SOME_SHARDS.format(shards=", ".join(away)))
    if backends is not None:
        said = [_trouble(backend) for backend in backends if backend.state is not BackendState.UP]
        (problems if len(said) == len(backends) else notes).extend(said or ([] if backends else [NO_BACKENDS]))
    return Health(role, Status.FAILING if problems else Status.OK, tuple(problems), tuple(notes))


def _trouble(backend: Backend) -> str:
    problem = backend.problem
    return f"{backend.name} is {backend.state}{'.' if problem is None else f': {problem.sentence()}'}"
