"""What the command line answers, as processes of their own."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from pathlib import Path

import aiohttp

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from bot.playground.rest import Request
from tests.whole.conftest import finished
from tests.whole.making import entry
from tests.whole.processes import program, settings

SQUARES = {
    "1": entry("EmptyImage", "Canvas", width=64, height=64, batch_size=1, color=0),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}
TRACEBACK = "Traceback (most recent call last)"


async def test_without_a_token_it_says_how_to_get_one_and_names_play(tmp_path: Path) -> None:
    async with program(env={}, cwd=tmp_path) as bot:
        code = await bot.end()

    assert code == 2
    assert "DISCORD_TOKEN is not set" in bot.output.text
    assert "python -m bot play" in bot.output.text
    assert TRACEBACK not in bot.output.text


async def test_wrong_settings_are_named_one_by_one_without_their_values(tmp_path: Path) -> None:
    env = {"COMFYUI_URLS": "http://ada:hunter2@", "KEEP_JOBS_DAYS": "soon", "LOG_LEVEL": "LOUD"}

    async with program(env=env, cwd=tmp_path) as bot:
        code = await bot.end()

    assert code == 2
    assert [line.split(":")[0] for line in bot.output.text.splitlines()] == list(env)
    assert "hunter2" not in bot.output.text


async def test_help_lists_the_commands(tmp_path: Path) -> None:
    async with program("--help", env={}, cwd=tmp_path) as bot:
        code = await bot.end()

    assert code == 0
    assert all(word in bot.output.text for word in ("python -m bot", "play", "check", "import", "backup", "run"))


async def test_play_can_be_told_not_to_open_the_browser(tmp_path: Path) -> None:
    async with program("play", "--help", env={}, cwd=tmp_path) as bot:
        await bot.end()

    assert "--browser, --no-browser" in bot.output.text
    assert "--no-no-browser" not in bot.output.text


async def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    async with program("dance", env={}, cwd=tmp_path) as bot:
        code = await bot.end()

    assert code == 2
    assert "dance" in bot.output.text
    assert TRACEBACK not in bot.output.text


async def test_a_wrong_token_is_one_sentence(discord_server: DiscordServer, tmp_path: Path) -> None:
    env = settings(discord_server, "http://127.0.0.1:9", tmp_path / "data", DISCORD_TOKEN="not-the-token")

    async with program(env=env, cwd=tmp_path) as bot:
        code = await bot.end()

    assert code == 2
    assert "Discord does not accept DISCORD_TOKEN" in bot.output.text.splitlines()[-1]
    assert TRACEBACK not in bot.output.text
    assert "not-the-token" not in bot.output.text


async def test_an_unreachable_discord_is_tried_again_and_can_be_stopped(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        env = settings(server, "http://127.0.0.1:9", tmp_path / "data")

    async with program(env=env, cwd=tmp_path) as bot:
        await bot.output.wait("Discord cannot be reached")
        bot.send(signal.SIGTERM)
        code = await bot.end()

    assert code == 0
    assert TRACEBACK not in bot.output.text


async def test_a_discord_that_comes_back_is_joined(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    away = True

    async def cut(moment: str, request: Request) -> None:
        if away:
            raise ConnectionError

    discord_server.on(cut)
    env = settings(discord_server, comfyui.url, tmp_path / "data")
    async with program(env=env, cwd=tmp_path) as bot:
        await bot.output.wait("Discord cannot be reached")
        away = False
        await discord_server.wait_ready()
        bot.send(signal.SIGTERM)
        code = await bot.end()

    assert code == 0


async def test_a_backup_while_the_bot_runs_is_whole_and_overwrites_nothing(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    env = settings(discord_server, comfyui.url, tmp_path / "data")
    target = tmp_path / "copies" / "easel.db"
    async with program(env=env, cwd=tmp_path) as bot:
        await discord_server.wait_ready()
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", size="256x256")
        await answer.wait(finished)
        async with program("backup", str(target), env=env, cwd=tmp_path) as first:
            assert await first.end() == 0
        size = target.stat().st_size
        async with program("backup", str(target), env=env, cwd=tmp_path) as second:
            code = await second.end()
        bot.send(signal.SIGTERM)
        assert await bot.end() == 0

    assert f"Saved to {target}." in first.output.text
    assert code != 0
    assert "is already there" in second.output.text
    assert target.stat().st_size == size


async def test_the_log_tells_start_end_and_invite_link_and_neither_token_nor_prompt(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    env = settings(discord_server, comfyui.url, tmp_path / "data")
    async with program(env=env, cwd=tmp_path) as bot:
        await discord_server.wait_ready()
        answer = await discord_server.person("alice").slash("imagine", prompt="a velvet otter", size="256x256")
        await answer.wait(finished)
        await bot.output.wait("delivered (done)")
        bot.send(signal.SIGTERM)
        code = await bot.end()

    (job_id,) = comfyui.executed
    said = bot.output.text
    assert code == 0
    assert "https://discord.com/oauth2/authorize?client_id=" in said
    assert "&integration_type=1" in said
    assert all(f"job {job_id}{what}" in said for what in (": imagine by", " is on", " done on", " delivered (done)"))
    assert discord_server.token not in said
    assert answer.interaction.token not in said
    assert "otter" not in said
    assert TRACEBACK not in said


async def test_debugging_logs_no_token_either(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    env = settings(discord_server, comfyui.url, tmp_path / "data", LOG_LEVEL="DEBUG", LOG_FORMAT="json")
    async with program(env=env, cwd=tmp_path) as bot:
        await discord_server.wait_ready()
        answer = await discord_server.person("alice").slash("imagine", prompt="a velvet otter", size="256x256")
        await answer.wait(finished)
        await bot.output.wait("delivered (done)")
        bot.send(signal.SIGTERM)
        await bot.end()

    assert "otter" in bot.output.text
    assert discord_server.token not in bot.output.text
    assert answer.interaction.token not in bot.output.text


async def test_play_serves_a_page_until_ctrl_c(tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path / "data")}
    folder = Path(__file__).parents[2] / "workflows"
    async with program(
        "play", "--port", "0", "--no-browser", env=env | {"WORKFLOWS_DIR": str(folder)}, cwd=tmp_path
    ) as play:
        await play.output.wait("Stop with Ctrl+C")
        url = re.search(r"http://127\.0\.0\.1:\d+", play.output.text)
        assert url is not None
        async with asyncio.timeout(10), aiohttp.ClientSession() as session, session.get(url[0]) as page:
            html = await page.text()
        play.send(signal.SIGINT)
        code = await play.end()

    assert "<html" in html
    assert code == 0
    assert TRACEBACK not in play.output.text


async def test_check_says_one_line_for_each_thing_and_its_exit_code_whether_it_works(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    env = settings(discord_server, comfyui.url, tmp_path / "data")
    (tmp_path / ".env").write_text("COMFYUI_URL=http://127.0.0.1:1\nSOMETHING=else\n", "utf-8")
    async with program("check", env=env, cwd=tmp_path) as well:
        code = await well.end()
    async with program("check", env={**env, "DISCORD_TOKEN": "hunter2"}, cwd=tmp_path) as ill:
        worse = await ill.end()

    assert (code, worse) == (0, 1)
    assert [line for line in well.output.text.splitlines() if line[:2] not in {"✓ ", "! "}] == []
    assert "! Settings: COMFYUI_URL in .env is no setting. Did you mean COMFYUI_URLS?" in well.output.text
    assert "SOMETHING" not in well.output.text
    assert "✗ DISCORD_TOKEN: Discord does not accept it." in ill.output.text
    assert "hunter2" not in ill.output.text


async def test_check_names_wrong_settings_and_nothing_else(tmp_path: Path) -> None:
    async with program("check", env={"LOG_LEVEL": "LOUD", "KEEP_JOBS_DAYS": "0"}, cwd=tmp_path) as bot:
        code = await bot.end()

    assert code == 1
    assert [line.split(":")[0] for line in bot.output.text.splitlines()] == ["✗ KEEP_JOBS_DAYS", "✗ LOG_LEVEL"]


async def test_check_speaks_to_a_terminal_that_has_no_marks(tmp_path: Path) -> None:
    env = {"PYTHONIOENCODING": "cp1252", "COMFYUI_URLS": "http://127.0.0.1:9"}
    async with program("check", env=env, cwd=tmp_path) as bot:
        code = await bot.end()

    assert code == 1
    assert "x DISCORD_TOKEN: it is not set." in bot.output.text


async def test_import_writes_shows_the_command_and_overwrites_nothing(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    env = settings(discord_server, comfyui.url, tmp_path / "data", WORKFLOWS_DIR="mine")
    (tmp_path / "squares.json").write_text(json.dumps(SQUARES), "utf-8")
    async with program("import", "squares.json", "--name", "Boxes", env=env, cwd=tmp_path) as first:
        code = await first.end()
    async with program("import", "squares.json", "--name", "Boxes", env=env, cwd=tmp_path) as second:
        again = await second.end()

    assert (code, again) == (0, 1)
    assert first.output.text.splitlines()[0] == f"Written: {Path('mine', 'boxes.json')}, {Path('mine', 'boxes.toml')}"
    assert first.output.text.splitlines()[1].startswith("/boxes  ")
    assert second.output.text.strip() == (
        "boxes.json: It is already there, and nothing is overwritten. Choose another --name."
    )


async def test_play_tries_one_workflow_beside_the_others_and_writes_nothing(tmp_path: Path) -> None:
    tried, home = tmp_path / "squares.json", tmp_path / "workflows"
    tried.write_text(json.dumps(SQUARES), "utf-8")
    home.mkdir()
    env = {"DATA_DIR": str(tmp_path / "data"), "WORKFLOWS_DIR": str(home)}
    async with program("play", "--port", "0", "--no-browser", "--workflow", str(tried), env=env, cwd=tmp_path) as play:
        await play.output.wait("/squares  Run the workflow")
        play.send(signal.SIGINT)
        code = await play.end()

    assert code == 0
    assert list(home.iterdir()) == []
    assert TRACEBACK not in play.output.text


async def test_play_refuses_a_file_that_is_no_workflow_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{", "utf-8")
    env = {"DATA_DIR": str(tmp_path / "data"), "WORKFLOWS_DIR": str(tmp_path / "workflows")}
    async with program("play", "--port", "0", "--no-browser", "--workflow", "bad.json", env=env, cwd=tmp_path) as play:
        code = await play.end()

    assert code == 1
    assert play.output.text.splitlines()[-1].startswith("bad.json: It is not valid JSON")
    assert TRACEBACK not in play.output.text
