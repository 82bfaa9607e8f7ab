"""Whether a server's worker is dead: it answers, prompts wait, and none of them ever runs."""

from __future__ import annotations

from bot.comfy.client import ServerQueue


class StuckWatch:
    """Fed with looks at the server queue."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._head: str | None = None
        self._since = 0.0

    @property
    def suspects(self) -> bool:
        """Whether the last look saw waiting prompts and none running."""
        return self._head is not None

    def saw(self, queue: ServerQueue, now: float) -> bool:
        """Whether the same prompt has been first in line, with nothing running, for longer than a pause explains."""
        head = queue.pending[0] if queue.pending and not queue.running else None
        if head != self._head:
            self._head, self._since = head, now
        return head is not None and now - self._since >= self._seconds
