"""`python -m tests.mutants [NAME …]`: take out a guard, run its tests, expect red; 1 where a guard is not missed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.mutants.guards import GUARDS, Guard

ROOT = Path(__file__).parents[2]
PARTS = ("bot", "cogs", "tests", "workflows", "bench", "docs")
FILES = ("pyproject.toml", "README.md", ".env.example", "Makefile", "CHANGELOG.md")
SECONDS = 300
#: pytest's own: some tests failed
RED = 1


def main() -> int:
    """Print a line for each guard and how many are missed."""
    wanted = set(sys.argv[1:])
    if unknown := wanted - {guard.name for guard in GUARDS}:
        sys.stderr.write(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join(g.name for g in GUARDS)}.\n")
        return 2
    chosen = [guard for guard in GUARDS if not wanted or guard.name in wanted]
    with TemporaryDirectory(prefix="easel-mutants-") as folder:
        home = _copy(Path(folder) / "easel")
        missed = [guard.name for guard in chosen if not _noticed(guard, home)]
    sys.stdout.write(f"{len(chosen) - len(missed)} of {len(chosen)} guards are held by tests.\n")
    if missed:
        sys.stdout.write(f"Nobody would miss: {', '.join(missed)}\n")
    return 1 if missed else 0


def _copy(home: Path) -> Path:
    home.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for part in PARTS:
        shutil.copytree(ROOT / part, home / part, ignore=ignored)
    for file in FILES:
        shutil.copy(ROOT / file, home / file)
    return home


def _noticed(guard: Guard, home: Path) -> bool:
    path = home / guard.file
    text = path.read_text("utf-8")
    if text.count(guard.guard) != 1:
        sys.stdout.write(f"✗ {guard.name}: {guard.file} does not hold it exactly once\n")
        return False
    began = perf_counter()
    path.write_text(text.replace(guard.guard, guard.gone), "utf-8")
    try:
        code = _run(guard, home)
    finally:
        path.write_text(text, "utf-8")
    mark = "✓" if code == RED else "✗"
    sys.stdout.write(f"{mark} {guard.name}: pytest ended with {code} after {perf_counter() - began:.1f} s\n")
    sys.stdout.flush()
    return code == RED


def _run(guard: Guard, home: Path) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "-p", "no:cacheprovider", *guard.tests]
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return -1
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
