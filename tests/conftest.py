"""What holds for all tests: properties have no deadline; CI takes no excuse for a missing file, browser or server."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from typing import TypeVar

import psutil
import pytest
from aiohttp import web_app
from hypothesis import settings

pytest_plugins = ["tests.postgres"]

settings.register_profile("easel", deadline=None)
settings.load_profile("easel")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

#: How the reason of a skip begins which a complete machine would not need.
EXCUSE = "Skipped: missing "


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """As many as there are processors: with more, what waits for a moment in others waits too long."""
    return psutil.cpu_count() or 1


def pytest_collection_finish() -> None:
    """What is imported by now stays: no later collection of garbage looks at it again, and there are fewer of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def pytest_runtest_logfinish() -> None:
    """aiohttp keeps each server that ever had a middleware, and all it knows with it."""
    web_app._cached_build_middleware.cache_clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _strict((yield))


def _strict(report: Report) -> Report:
    """The report as a failure, when EASEL_CI is 1 and it skips for something that CI should have."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    if report.skipped and reason.startswith(EXCUSE) and os.environ.get("EASEL_CI") == "1":
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {reason}, which EASEL_CI=1 does not allow"
    return report
