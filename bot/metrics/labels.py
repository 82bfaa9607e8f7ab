"""Names as labels: as many as a Prometheus takes lightly, and one for all the others."""

from __future__ import annotations

MOST = 300
OTHER = "other"


class Labels:
    """The first MOST names stand for themselves, whatever is added and deleted while the process runs."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: set[str] = set()

    def of(self, name: str) -> str:
        """The label for that name."""
        if name not in self._known:
            if len(self._known) >= self._most:
                return OTHER
            self._known.add(name)
        return name
