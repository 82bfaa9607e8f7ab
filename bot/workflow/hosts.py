"""The servers there are, as far as choosing a graph goes: each with its own nodes and lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from bot.workflow.catalogue import Catalogue


@dataclass(frozen=True)
class Host:
    """One server whose nodes are known. `there`: it can be reached, or may be back in a moment."""

    catalogue: Catalogue
    version: str = ""
    there: bool = True

    def same(self, other: Host) -> bool:
        """Comparing two catalogues takes long; each answer of a server is one of its own."""
        return self.catalogue is other.catalogue and self.version == other.version


def hosts_of(catalogue: Catalogue | None, version: str = "") -> tuple[Host, ...]:
    """One server; none where it was never reached."""
    return () if catalogue is None else (Host(catalogue, version),)


def all_nodes(hosts: Sequence[Host]) -> Catalogue | None:
    """What any of them has: enough to read a workflow, not to say that one server can run it."""
    return reduce(Catalogue.joined, (host.catalogue for host in hosts)) if hosts else None


def same_hosts(one: Sequence[Host], other: Sequence[Host]) -> bool:
    """Whether these are the same servers, with the same nodes."""
    return len(one) == len(other) and all(a.same(b) for a, b in zip(one, other, strict=True))
