"""What people prefer and the presets they made, as the store keeps them; what becomes of texts in their name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.content.lists import WordLists
from bot.content.wildcard_files import WildcardFolder
from bot.errors import OptionRefused, TextBlocked, TooManyPresets
from bot.jobs.preferences import MOST_PRESETS, OwnPreset, Preferences, Wanted
from bot.jobs.screening import Screening
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.jobs.tables import preferences
from bot.jobs.wording import STYLE, Speaker, Wording, without_style
from bot.workflow.workflow import Workflow
from tests.pure.jobs import Clock
from tests.pure.test_binding_choices import build

ADA, BOB = 40, 41
NIGHT = OwnPreset("draw", {"steps": 9})

DRAW = """
description = "Draw"
[[option]]
name = "prompt"
type = "text"
max = 40
targets = "Prompt.text"
[[option]]
name = "negative"
type = "text"
targets = "Prompt.text"
"""


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    store = await Store.open(database, clock=Clock())
    yield store
    await store.close()


async def test_what_is_set_is_one_persons_and_what_is_cleared_is_gone(store: Store) -> None:
    kept = Preferences(store)
    await kept.set(ADA, {"model": "one", "ephemeral": True})
    await kept.set(ADA, {"style": "ink", "ephemeral": False})
    await kept.save_preset(ADA, "night", NIGHT)

    assert await Preferences(store).of(ADA) == Wanted(
        model="one", style="ink", ephemeral=False, presets={"night": NIGHT}
    )
    assert await kept.of(BOB) == Wanted()
    assert await kept.clear(ADA, "model", "style", "ephemeral") == Wanted(presets={"night": NIGHT})
    assert await kept.delete_preset(ADA, "night")
    assert not await kept.delete_preset(ADA, "night")
    assert await store.transact(_rows) == []


async def _rows(connection: Any) -> list[Any]:
    return list((await connection.execute(select(preferences))).all())


async def test_of_changes_at_once_none_is_lost_and_presets_have_an_end(store: Store) -> None:
    kept = Preferences(store)

    await asyncio.gather(*(kept.save_preset(ADA, str(number), NIGHT) for number in range(MOST_PRESETS)))
    await kept.save_preset(ADA, "0", OwnPreset("draw", {"steps": 1}))
    with pytest.raises(TooManyPresets):
        await kept.save_preset(ADA, "one more", NIGHT)

    found = await kept.of(ADA)
    assert len(found.presets_of("draw")) == MOST_PRESETS
    assert found.presets_of("draw")["0"] == {"steps": 1}
    assert found.presets_of("other") == {}


# --- texts ---


class Strikes:
    """Counts who gets one."""

    def __init__(self) -> None:
        self.given: list[int] = []

    async def add(self, guild_id: int | None, user_id: int) -> Any:
        self.given.append(user_id)
        raise TextBlocked("struck")


class Scene:
    def __init__(self, store: Store, folder: Path) -> None:
        (folder / "animal.txt").write_text("fox\n", "utf-8")
        (folder / "bad.txt").write_text("zorkmid\n", "utf-8")
        self.strikes = Strikes()
        lists = WordLists(("zorkmid",))
        screening = Screening(lists, Servers(store, Clock()), self.strikes)  # type: ignore[arg-type]  # counts only
        self.wording = Wording(screening, WildcardFolder(folder))
        self.workflow: Workflow = build(DRAW)[0]

    async def became(self, *, style: str | None = None, preferred: str = "", **values: str) -> dict[str, str]:
        names = frozenset(preferred.split())
        speaker = Speaker(ADA, None, frozenset(values) - names, names)
        return await self.wording.expanded(self.workflow, values, 7, speaker=speaker, style=style)


@pytest.fixture
def scene(store: Store, tmp_path: Path) -> Scene:
    folder = tmp_path / "wildcards"
    folder.mkdir()
    return Scene(store, folder)


async def test_a_style_stands_behind_the_prompt_and_is_told_apart_again(scene: Scene) -> None:
    found = await scene.became(prompt="a __animal__", style="{ink|ink}")

    assert found == {"prompt": "a fox, ink", STYLE: "ink"}
    assert without_style(found) == "a fox"
    assert await scene.became(prompt="a fox") == {}
    assert await scene.became(prompt="a fox, Ink", style="ink") == {}
    assert without_style({}) is None


@pytest.mark.parametrize("style", ["x" * 40, "a zorkmid", "__nothing__", "__bad__"])
async def test_a_style_that_cannot_be_is_left_out(scene: Scene, style: str) -> None:
    assert await scene.became(prompt="a fox", style=style) == {}
    assert scene.strikes.given == []


async def test_a_style_needs_a_prompt_to_stand_behind(scene: Scene) -> None:
    assert await scene.became(negative="dark", style="ink") == {}
    assert await scene.became(prompt=" ", style="ink") == {}


async def test_a_strike_is_for_what_the_person_put_together_alone(scene: Scene) -> None:
    with pytest.raises(TextBlocked, match="prompt"):
        await scene.became(prompt="__bad__")
    with pytest.raises(TextBlocked, match="prompt"):
        await scene.became(prompt="zork{__animal__|__animal__}mid __bad__")
    assert scene.strikes.given == []
    with pytest.raises(TextBlocked, match="struck"):
        await scene.became(prompt="{zork|zork}mid __animal__")

    assert scene.strikes.given == [ADA]


async def test_what_somebody_prefers_is_never_a_reason_to_refuse(scene: Scene) -> None:
    assert await scene.became(negative="__nothing__", preferred="negative") == {}
    assert await scene.became(negative="__bad__", preferred="negative") == {}
    with pytest.raises(OptionRefused, match="“nothing”"):
        await scene.became(negative="{__animal__|__nothing__}")
