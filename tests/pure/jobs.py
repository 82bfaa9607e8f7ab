"""Jobs to test with, and a store that opens quickly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from bot.comfy.events import Output
from bot.failures import MissingModel, OutOfMemory
from bot.jobs.job import Job, Outcome, Place
from bot.jobs.store import Store, utc_now

_migrated: list[bytes] = []

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def database_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'easel.db'}"


async def open_store(folder: Path, *, clock: Callable[[], datetime] = utc_now) -> Store:
    """A new store in a folder."""
    await begin_database(folder)
    return await Store.open(database_url(folder), clock=clock)


async def begin_database(folder: Path) -> None:
    """An empty one of today, if there is none. Migrating takes a while, so it is done once and copied."""
    if not _migrated:
        with TemporaryDirectory() as elsewhere:
            await (await Store.open(database_url(Path(elsewhere)))).close()
            _migrated.append((Path(elsewhere) / "easel.db").read_bytes())
    _begin(folder, _migrated[0])


def _begin(folder: Path, database: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "easel.db").exists():
        (folder / "easel.db").write_bytes(database)


def make_place(**fields: Any) -> Place:
    place = Place(
        application_id=10,
        channel_id=20,
        guild_id=30,
        user_id=40,
        user_name="Ada",
        interaction_id=50,
        token="secret",
        token_expires=NOON + timedelta(minutes=15),
    )
    return replace(place, **fields)


def make_job(*, place: Place | None = None, **fields: Any) -> Job:
    job = Job(
        id=str(uuid4()),
        workflow="imagine",
        values={"prompt": "a fox"},
        seed=7,
        graph={"3": {"class_type": "KSampler", "inputs": {"seed": 7}}},
        place=place or make_place(),
        created_at=NOON,
        tag=1.0,
    )
    return replace(job, **fields)


def full_job() -> Job:
    """A job with no field left at its default."""
    place = make_place(
        guild_id=2**63 - 1,
        user_name="Zoë 🦊",
        locale="pt-BR",
        roles=(2**62, 3),
        filesize_limit=50 * 2**20,
        visible=False,
        message_id=2**61,
        by_token=True,
    )
    return make_job(
        place=place,
        values={"prompt": 'a "fox"\x00', "steps": 20, "cfg": 6.5, "hires": True, "lora": None},
        seed=2**53 - 1,
        tag=1_777_777_777.123456,
        parent=str(uuid4()),
        files={"picture": "uploads/a.png"},
        used={"model": "sdxl.safetensors"},
        remote_id="cloud-1",
        outcome=Outcome(
            outputs=(Output("9", "file", "a.png", "sub", "temp"), Output("10", "text", text="words")),
            failure=OutOfMemory(title="KSampler", reason="no memory"),
            warnings=(MissingModel(value="a", closest=("b", "c")),),
        ),
        parts={1: 2**60, -1: 5},
        spoiler=True,
        reason="off topic",
        upload_slot=3,
        origin="https://discord.com/channels/30/20/1",
        notes=("Steps are 20 and were 25.",),
        expanded={"prompt": "a red fox"},
        removed_by=2**60,
    )
