"""`python -m tests.chaos [--seed N] [--kills N] [--others N]`: everything breaks, and everybody gets one result."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.chaos.fleet import Fleet
from tests.chaos.play import Play, Record
from tests.chaos.stage import Solo, Stage
from tests.chaos.strikes import ALONE, MOMENTS, OTHERS, plan
from tests.chaos.verdict import WHATS, Verdict, judge
from tests.postgres import serving


def main() -> int:
    """1 where anything was lost, doubled, misdelivered, run twice or not shown, or where anybody was misled."""
    arguments = _arguments()
    began = perf_counter()
    with ExitStack() as stack:
        folder = arguments.folder or Path(stack.enter_context(TemporaryDirectory(prefix="easel-chaos-")))
        folder.mkdir(parents=True, exist_ok=True)
        stage: Stage = Solo(folder)
        if not arguments.solo:
            postgres = stack.enter_context(serving())
            stage = Fleet(folder, postgres, postgres.create(postgres.template()))
        record, verdict = asyncio.run(play(stage, arguments.seed, arguments.kills, arguments.others))
    _tell(arguments.seed, record, verdict, perf_counter() - began)
    enough = all(record.kills[state] >= arguments.kills for state in MOMENTS)
    if not enough:
        sys.stdout.write("Some states were hit too seldom: try another seed.\n")
    return 0 if verdict.clean and enough else 1


async def play(stage: Stage, seed: int, kills: int, others: int) -> tuple[Record, Verdict]:
    """One run, with some more kills than are wanted: a job may be in the next state by the time it is killed."""
    try:
        await stage.open()
        strikes = OTHERS if isinstance(stage, Fleet) else ALONE
        record = await Play(stage, plan(seed, kills + kills // 4, dict.fromkeys(strikes, others))).run()
        return record, await judge(stage, record)
    finally:
        await stage.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--solo", action="store_true", help="one bot with a file of SQLite, not a fleet")
    parser.add_argument("--kills", type=int, default=10, help="in each state of a job")
    parser.add_argument("--others", type=int, default=3, help="of each other kind")
    parser.add_argument("--folder", type=Path, help="an empty one, where the logs of the processes stay")
    return parser.parse_args()


def _tell(seed: int, record: Record, verdict: Verdict, seconds: float) -> None:
    kills = ", ".join(f"{record.kills[state]} {state}" for state in MOMENTS)
    others = ", ".join(f"{count} {strike}" for strike, count in sorted(record.strikes.items()))
    sys.stdout.write(f"seed {seed}: {verdict.jobs} jobs in {seconds:.0f} s\nkills: {kills}\nstrikes: {others}\n")
    again = sum(record.asked.values()) - len(record.asked)
    sys.stdout.write(f"commands without an answer, so that their person asked again: {again}\n")
    sys.stdout.write(f"jobs that were given up, as ComfyUI died under them twice: {verdict.given_up}\n")
    for what in WHATS:
        found: list[str] = getattr(verdict, what)
        sys.stdout.write(f"{what}: {len(found)}\n" + "".join(f"  {line}\n" for line in found))


if __name__ == "__main__":
    sys.exit(main())
