"""What real servers answered to random requests, written down: ``tests/data/live/<version>.json.gz``."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.live.pair import Likeness
from tests.live.requests import Request

FOLDER = Path(__file__).parents[1] / "data" / "live"


@dataclass(frozen=True)
class Case:
    kind: str
    request: Request
    #: The real server's, as ``Reading.summary`` makes it, portable; of a run, as ``runs.run`` makes it.
    answer: dict[str, Any]


@dataclass(frozen=True)
class Corpus:
    like: Likeness
    #: Classes that are output nodes.
    outputs: frozenset[str]
    cases: list[Case]

    def save(self) -> Path:
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{self.like.version}.json.gz"
        cases = [{"kind": case.kind, "request": case.request.written(), "answer": case.answer} for case in self.cases]
        written = {"like": asdict(self.like), "outputs": sorted(self.outputs), "cases": cases}
        path.write_bytes(gzip.compress(json.dumps(written, ensure_ascii=False).encode(), mtime=0))
        return path


def load(version: str) -> Corpus:
    written = json.loads(gzip.decompress((FOLDER / f"{version}.json.gz").read_bytes()))
    cases = [Case(one["kind"], Request.read(one["request"]), one["answer"]) for one in written["cases"]]
    return Corpus(Likeness.read(written["like"]), frozenset(written["outputs"]), cases)


def versions() -> list[str]:
    return sorted(path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz"))
