"""Files in the data folder that go with the jobs they belong to."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

log = logging.getLogger(__name__)


def remove_files(data_dir: Path, files: Iterable[str]) -> None:
    """Files that jobs named, and the folders they leave empty; takes as long as the disk does."""
    for path in (data_dir / file for file in files):
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
        except OSError as error:
            log.warning("%s cannot be removed: %s", path.name, error.strerror)
