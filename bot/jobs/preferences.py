"""What people want where they say nothing, and the presets they made: their own, wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import TooManyPresets
from bot.jobs.alone import alone
from bot.jobs.store import Store
from bot.jobs.tables import preferences

#: presets of one person; characters of a preset's name
MOST_PRESETS, PRESET_NAME = 25, 50
#: characters of a text that goes into every prompt
LONGEST = 500


@dataclass(frozen=True)
class OwnPreset:
    """Values for options of one command."""

    workflow: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """None: nothing said. `style` stands behind every prompt; `ephemeral`: only they see what they make.

    `presets` by name.
    """

    model: str | None = None
    size: str | None = None
    negative: str | None = None
    style: str | None = None
    ephemeral: bool | None = None
    presets: Mapping[str, OwnPreset] = field(default_factory=dict)

    def presets_of(self, workflow: str) -> dict[str, Mapping[str, Any]]:
        """The values by name, for that command, sorted."""
        return {
            name: self.presets[name].values for name in sorted(self.presets) if self.presets[name].workflow == workflow
        }


#: what can be set and cleared
FIELDS = ("model", "size", "negative", "style", "ephemeral")


class Preferences:
    """Read from the store each time, which is one row by its key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, user_id: int) -> Wanted:
        """What they want; nothing where they never said."""
        return await self._store.transact(lambda connection: _read(connection, user_id))

    async def set(self, user_id: int, values: Mapping[str, str | bool]) -> Wanted:
        """These from now on, by name; the others stay."""
        changes: dict[str, Any] = dict(values)
        return await self.change(user_id, lambda wanted: replace(wanted, **changes))

    async def clear(self, user_id: int, *names: str) -> Wanted:
        """These no longer; presets stay."""
        nothing: dict[str, Any] = dict.fromkeys(names)
        return await self.change(user_id, lambda wanted: replace(wanted, **nothing))

    async def save_preset(self, user_id: int, name: str, preset: OwnPreset) -> Wanted:
        """In place of one of that name. Raises TooManyPresets."""

        def add(wanted: Wanted) -> Wanted:
            presets = {**wanted.presets, name: preset}
            if len(presets) > MOST_PRESETS:
                raise TooManyPresets(MOST_PRESETS)
            return replace(wanted, presets=presets)

        return await self.change(user_id, add)

    async def delete_preset(self, user_id: int, name: str) -> bool:
        """Whether there was one."""
        had: set[str] = set()

        def take(wanted: Wanted) -> Wanted:
            had.clear()
            had.update({name} & wanted.presets.keys())
            return replace(wanted, presets={known: each for known, each in wanted.presets.items() if known != name})

        await self.change(user_id, take)
        return bool(had)

    async def change(self, user_id: int, decide: Callable[[Wanted], Wanted]) -> Wanted:
        """Write what `decide` makes of what is stored; of two changes at once none is lost."""

        async def work(connection: AsyncConnection) -> Wanted:
            await alone(connection, "preferences", user_id)
            new = decide(await _read(connection, user_id))
            await write(connection, user_id, new)
            return new

        return await self._store.transact(work)


async def forget_preferences(connection: AsyncConnection, user_id: int) -> None:
    """Nothing of theirs is left."""
    await connection.execute(delete(preferences).where(preferences.c.user_id == user_id))


async def has_preferences(connection: AsyncConnection, user_id: int) -> bool:
    """Whether anything of theirs is kept."""
    return (await connection.execute(select(preferences.c.user_id).where(_whose(user_id)))).first() is not None


async def write(connection: AsyncConnection, user_id: int, wanted: Wanted) -> None:
    """Where nothing is wanted any more, nothing is kept."""
    said = {name: getattr(wanted, name) for name in FIELDS if getattr(wanted, name) is not None}
    presets = {name: {"workflow": each.workflow, "values": dict(each.values)} for name, each in wanted.presets.items()}
    if not said and not presets:
        await forget_preferences(connection, user_id)
        return
    columns = {"values": said, "presets": presets}
    changed = await connection.execute(update(preferences).where(_whose(user_id)).values(**columns))
    if not changed.rowcount:
        await connection.execute(insert(preferences).values(user_id=user_id, **columns))


async def _read(connection: AsyncConnection, user_id: int) -> Wanted:
    row = (await connection.execute(select(preferences).where(_whose(user_id)))).mappings().first()
    if row is None:
        return Wanted()
    said = {name: row["values"][name] for name in FIELDS if name in row["values"]}
    presets = {name: OwnPreset(each["workflow"], each["values"]) for name, each in row["presets"].items()}
    return Wanted(**said, presets=presets)


def _whose(user_id: int) -> Any:
    return preferences.c.user_id == user_id
