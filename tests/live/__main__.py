"""``make live``: the wire ring and random requests against the server at LIVE_COMFYUI_URL and against the simulator."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from tests.live.answers import differences
from tests.live.graphs import runnable_graphs
from tests.live.kinds import KINDS, requests_of
from tests.live.pair import Pair
from tests.live.requests import Request
from tests.live.runs import run, run_differences

EXAMPLES = int(os.environ.get("LIVE_EXAMPLES", "300"))


def main() -> int:
    """Print a Markdown table of what was compared, then each difference; 1 when there is one."""
    url = os.environ.get("LIVE_COMFYUI_URL", "").rstrip("/")
    if not url:
        sys.stderr.write("Set LIVE_COMFYUI_URL to a ComfyUI nobody else uses, such as http://127.0.0.1:8188.\n")
        return 2
    version, rows, found = asyncio.run(_compare(url))
    rows.append(_compare_rings(url, found))
    sys.stdout.write(f"| {version} | compared | differ |\n|---|---|---|\n")
    sys.stdout.writelines(f"| {kind} | {compared} | {differing} |\n" for kind, compared, differing in rows)
    sys.stdout.writelines(f"\n{line}" for line in found)
    return 1 if found else 0


async def _compare(url: str) -> tuple[str, list[tuple[str, int, int]], list[str]]:
    async with Pair(url) as pair:
        loop = asyncio.get_running_loop()
        found: list[str] = []
        rows = [await asyncio.to_thread(_count, pair, loop, kind, found) for kind in (*KINDS, "runs")]
        return pair.like.version, rows, found


def _count(pair: Pair, loop: asyncio.AbstractEventLoop, kind: str, found: list[str]) -> tuple[str, int, int]:
    """In a thread: Hypothesis is not asynchronous."""
    asyncio.run_coroutine_threadsafe(pair.prepare(), loop).result()
    before, compared = len(found), 0
    strategy = runnable_graphs(pair.pool) if kind == "runs" else requests_of(kind, pair.pool, pair.like.version)

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def ask(request: Request) -> None:
        nonlocal compared
        compared += 1
        wrong = asyncio.run_coroutine_threadsafe(_differ(pair, kind, request), loop).result()
        if wrong:
            found.append(f"{kind}: {request.written()}\n  " + "\n  ".join(wrong[:5]) + "\n")

    ask()
    return kind, compared, len(found) - before


async def _differ(pair: Pair, kind: str, request: Request) -> list[str]:
    if kind == "runs":
        names = pair.names()
        real = await run(pair.real, request, names, pair.reading)
        return run_differences(real, await run(pair.simulated, request, names, pair.reading))
    real, simulated = await pair.ask(request)
    return [] if pair.reading.same(request, real, simulated) else list(differences(real, simulated))


def _compare_rings(url: str, found: list[str]) -> tuple[str, int, int]:
    """The wire ring on both; tests that hold, break or restart the server run on the simulator alone."""
    real, simulated = _outcomes({"LIVE_COMFYUI_URL": url}), _outcomes({})
    both = [name for name, outcome in real.items() if outcome != "skipped"]
    wrong = [name for name in both if real[name] != simulated.get(name)]
    found += [f"wire ring: {name}: {real[name]} here, {simulated.get(name)} with the simulator\n" for name in wrong]
    return "tests of the wire ring", len(both), len(wrong)


def _outcomes(environment: dict[str, str]) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if name != "LIVE_COMFYUI_URL"}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/wire"]
        command += ["--ignore-glob=*/test_simulator_*", f"--junitxml={report}"]
        subprocess.run(command, env=others | environment, check=False, stdout=sys.stderr)
        cases = ET.parse(report).iter("testcase")  # noqa: S314 - pytest's own report
        return {f"{case.get('classname')}::{case.get('name')}": _outcome(case) for case in cases}


def _outcome(case: ET.Element) -> str:
    marks = {child.tag for child in case}
    if marks & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in marks else "passed"


if __name__ == "__main__":
    sys.exit(main())
