"""A recorded session with a real ComfyUI, played to a simulator that is prepared for it."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any

import aiohttp

from bot.comfy.simulator import Pace, Simulator
from tests.shared import shared_path
from tests.wire.player import Player
from tests.wire.probes import add_probes
from tests.wire.scenery import outputs_in_order, prepare

#: What the recorded machine had.
_MODELS = {"checkpoints": ["tiny-sd15-random.safetensors"]}


async def replay(
    name: str, data_dir: Path, *, until: str | None = None, edits: Mapping[str, str] | None = None
) -> None:
    """Play the trace of that name, up to that note if any, with these words of it replaced. Fails with what differs."""
    trace = list(_read(name, until, edits or {}))
    ids: dict[str, str] = {}
    simulator = Simulator(
        models=_MODELS,
        data_dir=data_dir,
        preview_method="latent2rgb",
        pace=Pace(preview=32),
        arrange_outputs=outputs_in_order(trace, ids),
    )
    add_probes(simulator)
    async with asyncio.timeout(60), simulator, aiohttp.ClientSession() as session:
        await prepare(simulator, session, trace)
        player = Player(simulator, session, trace, ids)
        try:
            await player.play()
        finally:
            await player.close()


def _read(name: str, until: str | None, edits: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    text = shared_path(f"reference/traces/{name}.jsonl").read_text()
    for recorded, other in edits.items():
        text = text.replace(recorded, other)
    lines = map(json.loads, text.splitlines())
    return takewhile(lambda line: until is None or until not in line.get("text", ""), lines)
