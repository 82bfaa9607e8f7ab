"""How soon a person may use the same command again."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import AccessRefused
from bot.text import ngettext

#: beyond so many, those that are over are forgotten
MOST = 10_000


class Cooldowns:
    """Kept in memory: after a restart everybody may at once."""

    def __init__(self) -> None:
        self._until: dict[tuple[int, str], datetime] = {}

    def take(self, user_id: int, command: str, seconds: float, now: datetime) -> None:
        """Count a use; raises AccessRefused, which says how long it still takes, where it is too soon."""
        if not seconds:
            return
        left = (self._until.get((user_id, command), now) - now).total_seconds()
        if left > 0:
            count = max(1, round(left))
            sentence = ngettext(
                "You can use /{command} again in {count} second.",
                "You can use /{command} again in {count} seconds.",
                count,
            )
            raise AccessRefused(sentence.format(command=command, count=count))
        if len(self._until) >= MOST:
            self._until = {key: until for key, until in self._until.items() if until > now}
        self._until[user_id, command] = now + timedelta(seconds=seconds)
