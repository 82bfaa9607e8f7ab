"""Recorded reference material beside the checkout, on machines that have it: tests skip where it is absent."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"


def shared_path(relative: str) -> Path:
    """The path of a reference file; skips the calling test when the file is not there."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"missing shared file: {relative}")
    return path
