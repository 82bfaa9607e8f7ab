"""Where the small pictures of results lie: one file per job, gone with the job."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from bot.jobs.folder import remove_files

log = logging.getLogger(__name__)

FOLDER = "thumbnails"


def thumbnail_path(job_id: str) -> str:
    """Inside the data folder: spread, as no folder should hold a year's files."""
    return f"{FOLDER}/{job_id[:2]}/{job_id}.webp"


class Thumbnails:
    """All of this takes as long as the disk does: call it in a thread. A disk in trouble is logged, never raised."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def keep(self, job_id: str, data: bytes) -> None:
        """In place of one there may be."""
        path = self._data_dir / thumbnail_path(job_id)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            log.warning("the thumbnail of job %s cannot be kept: %s", job_id, error.strerror)

    def read(self, job_id: str) -> bytes | None:
        """None where there is none."""
        try:
            return (self._data_dir / thumbnail_path(job_id)).read_bytes()
        except OSError:
            return None

    def remove(self, job_ids: Iterable[str]) -> None:
        """Those there are."""
        remove_files(self._data_dir, map(thumbnail_path, job_ids))

    def known(self) -> set[str]:
        """The ids of all jobs that have one."""
        return {path.stem for path in (self._data_dir / FOLDER).glob("*/*.webp")}
