"""Files that one process at a time may hold; the system releases them when it dies."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import BaseFileLock, FileLock, Timeout

from bot.errors import AlreadyRunning, SettingsError
from bot.text import _


class Held:
    """A lock this process has, until released. The file itself stays: removing it would let two hold it."""

    def __init__(self, lock: BaseFileLock) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let another process have it. Twice is once."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def hold(path: Path, what: str) -> Held:
    """Take the lock now or raise AlreadyRunning, which names `what`; SettingsError where the file cannot be opened."""
    # not thread-local: whoever closes the store may be on another thread than who opened it
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        if path.exists():
            raise AlreadyRunning(what) from error
        raise SettingsError(_unopenable(path)) from error
    except OSError as error:
        raise SettingsError(_unopenable(path)) from error
    return Held(lock)


def token_lock_path(token: str, api_url: str) -> Path:
    """Where processes with this token for this Discord meet: a name that does not give the token away."""
    digest = hashlib.sha256(f"{token}\n{api_url}".encode()).hexdigest()
    return Path(tempfile.gettempdir()) / f"easel-{digest[:32]}.lock"


def _unopenable(path: Path) -> str:
    return _("The file {path} cannot be opened for writing. Check who owns it and its folder.").format(path=path)
