"""Two processes on one token, or on one database: the second says so and stops."""

from __future__ import annotations

import signal
from pathlib import Path

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.processes import program, settings


async def test_a_second_process_on_one_token_says_so_and_stops(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    async with program(env=settings(discord_server, comfyui.url, tmp_path / "one"), cwd=tmp_path) as first:
        await discord_server.wait_ready()
        async with program(env=settings(discord_server, comfyui.url, tmp_path / "two"), cwd=tmp_path) as second:
            code = await second.end()
        first.send(signal.SIGTERM)
        assert await first.end() == 0

    assert code == 1
    assert second.output.text == "Another Easel is already running with this token. Stop that one first.\n"


async def test_a_second_process_on_one_database_says_so_and_stops(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    """With another token, so that only the database is shared."""
    env = settings(discord_server, comfyui.url, tmp_path / "data")
    async with program(env=env, cwd=tmp_path) as first:
        await discord_server.wait_ready()
        async with program(env=env | {"DISCORD_TOKEN": "another"}, cwd=tmp_path) as second:
            code = await second.end()
        first.send(signal.SIGTERM)
        assert await first.end() == 0

    assert code == 1
    database = tmp_path / "data" / "easel.db"
    assert second.output.text == f"Another Easel is already running with {database}. Stop that one first.\n"
