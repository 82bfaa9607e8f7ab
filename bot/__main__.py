"""The command line: run (default), play, check, import, backup; a startup failure is one sentence and an exit code."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import sys
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import discord
from pydantic import BaseModel, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    CliApp,
    CliImplicitFlag,
    CliPositionalArg,
    CliSubCommand,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    get_subcommand,
)

from bot.app import CONNECTION_ERRORS, EaselBot, use_loopback_discord
from bot.errors import EaselError, SettingsError
from bot.jobs.backup import backup
from bot.jobs.locks import hold, token_lock_path
from bot.logs import set_up_logging
from bot.metrics import monitored
from bot.settings import Settings, is_postgres
from bot.signals import on_stop_signals
from bot.text import _

log = logging.getLogger(__name__)

HOW_TO_START = """\
DISCORD_TOKEN is not set, so there is no bot to run yet.
  To try Easel without an account:  python -m bot play
  To get a token: open https://discord.com/developers/applications, make an application, open its Bot page, press
  Reset Token, and put the line DISCORD_TOKEN=<the token> into a file named .env in this folder."""


class Run(BaseModel):
    """Run the bot (what happens without a command)."""


class Play(BaseModel):
    """Try Easel in the browser: no account, no GPU, no other server."""

    port: int = Field(8765, ge=0, le=65535, description="The page's port; 0 takes a free one.")
    browser: CliImplicitFlag[bool] = Field(True, description="Open the browser, or do not.")
    workflow: Path | None = Field(None, description="A workflow to try beside the others; nothing is written.")


class Check(BaseModel):
    """Find out what is missing or wrong, and what to do about it; exit code 1 where something is."""


class Import(BaseModel):
    """Make a command of a workflow: its graph and a manifest to edit are written into WORKFLOWS_DIR."""

    file: CliPositionalArg[str] = Field(
        description="An API export, a saved workflow, a picture or video ComfyUI made, or server:NAME for one saved "
        "in ComfyUI."
    )
    name: str | None = Field(None, description="The command's name; without it, the file's.")


class Backup(BaseModel):
    """Copy the database, also while the bot runs."""

    file: CliPositionalArg[Path] = Field(description="The new file.")


class CommandLine(BaseSettings):
    """Easel: ComfyUI workflows as Discord slash commands. Settings are environment variables or lines in .env."""

    model_config = SettingsConfigDict(cli_prog_name="python -m bot", cli_kebab_case=True, cli_hide_none_type=True)

    run: CliSubCommand[Run] = Field(description="Run the bot; what happens without a command.")
    play: CliSubCommand[Play] = Field(description="Try Easel in the browser: no account, no GPU, no other server.")
    check: CliSubCommand[Check] = Field(description="Find out what is missing or wrong, and what to do about it.")
    import_: CliSubCommand[Import] = Field(
        alias="import", description="Make a command of FILE: a workflow, a picture ComfyUI made, or server:NAME."
    )
    backup: CliSubCommand[Backup] = Field(description="Copy the database to FILE, also while the bot runs.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only the command line: an environment variable named PLAY is nobody's wish."""
        return (init_settings,)


def main() -> None:
    """Run what the command line says; exit code 1 for a failure, 2 for a setting that is missing or wrong."""
    command = get_subcommand(CliApp.run(CommandLine), is_required=False)
    try:
        settings = read_settings() if not isinstance(command, Check) else _checked_settings()
        # who asks one thing wants the answer; LOG_LEVEL=INFO shows the rest
        quiet = isinstance(command, Check | Import) and "log_level" not in settings.model_fields_set
        level = "WARNING" if quiet else settings.log_level
        set_up_logging(level, settings.log_format, secrets=settings.secrets())
        match command:
            case Play():
                _play(settings, command)
            case Check():
                sys.exit(asyncio.run(_check(settings)))
            case Import():
                _import(settings, command)
            case Backup():
                asyncio.run(backup(settings.database_url, command.file))
                _say(_("Saved to {file}.").format(file=command.file))
            case _:
                _run(settings)
    except SettingsError as error:
        _leave(error.sentence(), 2)
    except EaselError as error:
        _leave(error.sentence(), 1)
    except (discord.LoginFailure, discord.ConnectionClosed):
        _leave(_("Discord does not accept DISCORD_TOKEN. Reset the token on the application's Bot page."), 2)
    except KeyboardInterrupt:
        sys.exit(130)


def read_settings() -> Settings:
    """The settings. Raises `SettingsError` with a line for each wrong one, never showing its value."""
    try:
        return Settings()
    except ValidationError as error:
        problems = [f"{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
        raise SettingsError("\n".join(problems)) from None


def _run(settings: Settings) -> None:
    if settings.discord_token is None:
        raise SettingsError(HOW_TO_START)
    token = settings.discord_token.get_secret_value()
    if settings.discord_api_url is not None:
        use_loopback_discord(settings.discord_api_url)
    _collect_often()
    _give_back()
    if is_postgres(settings.database_url):  # processes of a fleet share the token
        run_loop(lambda: _serve(settings, token))
        return
    with hold(token_lock_path(token, settings.discord_api_url or ""), what=_("this token")):
        run_loop(lambda: _serve(settings, token))


def _collect_often() -> None:
    """Collect the garbage of a few jobs rather than of hundreds; what was imported is not looked through for it."""
    gc.freeze()
    gc.set_threshold(500, 5, 2)


def _give_back() -> None:
    """Let the C library (glibc's, mallopt(3)) return what is freed, of which it keeps many MB for later otherwise.

    Three MiB stay, as a picture takes on its way: pages that are asked for anew cost a result some milliseconds.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for option, value in ((-8, 1), (-1, 3 * 2**20), (-3, 4 * 2**20)):  # M_ARENA_MAX, M_TRIM_, M_MMAP_THRESHOLD
            mallopt(ctypes.c_int(option), ctypes.c_int(value))


async def _serve(settings: Settings, token: str) -> None:
    """Run the bot; while Discord cannot be reached, try again with growing pauses."""
    async with monitored(settings) as monitor:
        pause = 2.0
        while True:
            bot = EaselBot(settings, monitor=monitor)
            with on_stop_signals(bot.stop):
                try:
                    await bot.run_until_stopped(token)
                    return
                except CONNECTION_ERRORS as error:
                    log.warning("Discord cannot be reached (%s); next try in %.0f s", type(error).__name__, pause)
                if await bot.stopped_within(pause):
                    return
            pause = min(pause * 2, 300.0)


def _play(settings: Settings, command: Play) -> None:
    from bot.playground.play import play

    run_loop(lambda: play(settings, port=command.port, browser=command.browser, workflow=command.workflow))


def _checked_settings() -> Settings:
    """The settings; where they are wrong the doctor has nothing else to look at."""
    from bot.doctor import lines
    from bot.doctor.finding import bad

    try:
        return read_settings()
    except SettingsError as error:
        found = (bad(*line.split(": ", 1)) for line in error.problem.splitlines())
        for line in lines(found, sys.stdout.encoding or "utf-8"):
            _say(line)
        sys.exit(1)


async def _check(settings: Settings) -> int:
    """The exit code: 1 where something does not work."""
    from bot.doctor import Mark, examine, lines

    bad = False
    async with aclosing(examine(settings)) as findings:
        async for found in findings:
            _say(*lines([found], sys.stdout.encoding or "utf-8"))
            bad = bad or found.mark is Mark.BAD
    return int(bad)


def _import(settings: Settings, command: Import) -> None:
    from bot.importing import import_workflow
    from bot.ui.workflows import plain_text

    imported = asyncio.run(import_workflow(settings, command.file, command.name))
    _say(_("Written: {files}").format(files=", ".join(map(str, imported.files))))
    _say(plain_text(imported.entry))


def run_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end. On Windows the selector loop: it is the one that every database driver accepts."""
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work())


def _say(text: str) -> None:
    """Whatever the terminal's alphabet: Windows' often has no marks."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)  # noqa: T201  # the command line's answer


def _leave(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201  # the command line's answer
    sys.exit(code)


if __name__ == "__main__":
    main()
