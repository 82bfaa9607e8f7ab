"""Which ComfyUI answers, and what that release can do (from ComfyUI's git history)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    """A release: its text as the server says it, and its numbers. An unreadable one is older than all others."""

    text: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """`v0.3.45-dev` is (0, 3, 45)."""
        found = re.match(r"\s*v?(\d{1,9}(?:\.\d{1,9})*)", self.text)
        return tuple(int(part) for part in found[1].split(".")) if found else ()

    def since(self, *numbers: int) -> bool:
        """Whether this is that release or a later one."""
        return self.numbers >= numbers

    @property
    def takes_our_ids(self) -> bool:
        """The client may choose the `prompt_id`; feature flags and previews with metadata came along."""
        return self.since(0, 3, 45)

    @property
    def interrupts_by_id(self) -> bool:
        """An `/interrupt` for one prompt; before, it stops whatever runs."""
        return self.since(0, 3, 57)

    @property
    def takes_preview_method(self) -> bool:
        """`extra_data.preview_method` is honoured."""
        return self.since(0, 5)

    @property
    def has_jobs(self) -> bool:
        """`GET /api/jobs/{id}`."""
        return self.since(0, 6)

    @property
    def cancels_jobs(self) -> bool:
        """`POST /api/jobs/{id}/cancel`."""
        return self.since(0, 26)
