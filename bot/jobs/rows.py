"""A job as a row of the table and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import RowMapping

from bot.comfy.events import Output
from bot.failures import failure_from
from bot.jobs.job import Graph, Job, JobState, Outcome, Place, Verdict
from bot.workflow.needs import Needs
from bot.workflow.recipe import Recipe

Columns = dict[str, object]


class Changes(TypedDict, total=False):
    """What may change in a job after it was added: its own fields, and those of its place."""

    state: JobState
    tag: float
    graph: Graph
    files: Mapping[str, str]
    used: Mapping[str, Any]
    backend: str | None
    remote_id: str | None
    submits: int
    cancelled_by: int | None
    outcome: Outcome
    seconds: float | None
    reason: str | None
    parts: Mapping[int, int]
    message_id: int | None
    channel_id: int
    visible: bool
    by_token: bool
    removed_by: int | None
    moved: bool
    interaction_id: int
    token: str
    token_expires: datetime
    filesize_limit: int


def to_row(job: Job) -> Columns:
    """Every column of a new job."""
    own = {name: getattr(job, name) for name in _JOB_FIELDS}
    place = {name: getattr(job.place, name) for name in _PLACE_FIELDS}
    return to_columns(own | place)


def to_columns(changes: Mapping[str, Any]) -> Columns:
    """Fields by name as columns; ValueError names a field that does not exist."""
    unknown = changes.keys() - _JOB_FIELDS - _PLACE_FIELDS
    if unknown:
        raise ValueError(f"a job has no {', '.join(sorted(unknown))}")
    return {name: _WRITERS.get(name, _same)(value) for name, value in changes.items()}


def from_row(row: RowMapping) -> Job:
    """The job of a row."""
    facts = {name: _READERS.get(name, _same)(value) for name, value in row.items()}
    place = Place(**{name: facts.pop(name) for name in _PLACE_FIELDS})
    return Job(place=place, **facts)


def _same(value: Any) -> Any:
    return value


def _write_outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "outputs": [asdict(output) for output in outcome.outputs],
        "verdicts": [verdict.value for verdict in outcome.verdicts],
        "failure": outcome.failure.to_dict() if outcome.failure else None,
        "warnings": [warning.to_dict() for warning in outcome.warnings],
    }


def _read_outcome(facts: Mapping[str, Any]) -> Outcome:
    failure = facts.get("failure")
    return Outcome(
        outputs=tuple(_read_output(output) for output in facts.get("outputs", ())),
        verdicts=tuple(Verdict(verdict) for verdict in facts.get("verdicts", ())),
        failure=failure_from(failure) if failure else None,
        warnings=tuple(failure_from(warning) for warning in facts.get("warnings", ())),
    )


def _read_output(facts: Mapping[str, Any]) -> Output:
    return Output(**{name: value for name, value in facts.items() if name in _OUTPUT_FIELDS})


_JOB_FIELDS = {field.name for field in fields(Job)} - {"place"}
_PLACE_FIELDS = {field.name for field in fields(Place)}
_OUTPUT_FIELDS = {field.name for field in fields(Output)}

_WRITERS: dict[str, Any] = {
    "state": str,
    "values": dict,
    "used": dict,
    "files": lambda files: dict(files) or None,
    "recipe": lambda recipe: recipe.to_dict(),
    "needs": lambda needs: needs.to_dict(),
    "graph": lambda graph: graph or None,
    "parts": lambda parts: {str(part): message_id for part, message_id in parts.items()},
    "roles": list,
    "notes": lambda notes: list(notes) or None,
    "expanded": lambda texts: dict(texts) or None,
    "outcome": _write_outcome,
}
_READERS: dict[str, Any] = {
    "state": JobState,
    "files": lambda files: files or {},
    "recipe": lambda facts: Recipe.from_dict(facts) if facts else Recipe(),
    "needs": lambda facts: Needs.from_dict(facts or {}),
    "first": bool,
    "cost": lambda cost: float(cost or 0.0),
    "graph": lambda graph: graph or {},
    "parts": lambda parts: {int(part): message_id for part, message_id in parts.items()},
    "roles": tuple,
    "spoiler": bool,
    "by_token": bool,
    "moved": bool,
    "notes": lambda notes: tuple(notes or ()),
    "expanded": lambda texts: texts or {},
    "outcome": _read_outcome,
    # SQLite's RETURNING hands a whole number out of a REAL column as an int
    "tag": float,
    "seconds": lambda seconds: None if seconds is None else float(seconds),
}
