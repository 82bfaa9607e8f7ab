"""One process at a time holds a lock, and its death lets go."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import AlreadyRunning, SettingsError
from bot.jobs.locks import hold, token_lock_path

CHILD = """
import sys
from pathlib import Path
from bot.jobs.locks import hold
held = hold(Path(sys.argv[1]), "it")
print("held", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def held_by_another(path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, str(path), stdin=pipe, stdout=pipe)
    try:
        assert child.stdout is not None
        async with asyncio.timeout(60):
            assert await child.stdout.readline() == b"held\n"
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


async def test_what_another_process_holds_is_free_when_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    async with held_by_another(path) as child:
        with pytest.raises(AlreadyRunning, match="already running with this token"):
            hold(path, "this token")
        child.kill()
        await child.wait()

        hold(path, "this token").release()


def test_a_lock_is_held_inside_with_and_free_after_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    with hold(path, "it"), pytest.raises(AlreadyRunning):
        hold(path, "it")

    with hold(path, "it"):
        pass


def test_releasing_twice_is_once(tmp_path: Path) -> None:
    first = hold(tmp_path / "lock", "it")
    first.release()
    second = hold(tmp_path / "lock", "it")
    first.release()

    with pytest.raises(AlreadyRunning):
        hold(tmp_path / "lock", "it")
    second.release()


@pytest.mark.parametrize("missing", ["file/lock", "."])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, missing: str) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(SettingsError, match="cannot be opened for writing"):
        hold(tmp_path / missing, "it")


def test_a_token_has_its_own_file_which_does_not_give_it_away() -> None:
    path = token_lock_path("MTk4.secret.token", "https://discord.com")

    assert path.parent == Path(tempfile.gettempdir())
    assert path == token_lock_path("MTk4.secret.token", "https://discord.com")
    assert path != token_lock_path("MTk4.secret.token", "http://127.0.0.1:9000")
    assert path != token_lock_path("another", "https://discord.com")
    assert not any(part in path.name for part in ("MTk4", "secret", "token"))
