"""The small parts of the connection to ComfyUI: versions, waits, inboxes, the server queue."""

import asyncio
import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.comfy.backoff import backoff
from bot.comfy.client import ServerQueue
from bot.comfy.events import Ahead, Event, Executing, ExecutionStart, Preview, ProgressState, StepProgress
from bot.comfy.inbox import Inbox
from bot.comfy.paths import safe_file_name
from bot.comfy.shelf import safe_name
from bot.comfy.stuck import StuckWatch
from bot.comfy.version import Version

P = "8b59949d-9caa-4879-bfbc-d521a104c716"


@pytest.mark.parametrize(
    ("text", "our_ids", "interrupts", "jobs", "cancels"),
    [
        ("0.3.44", False, False, False, False),
        ("0.3.45", True, False, False, False),
        ("0.3.57", True, True, False, False),
        ("0.3.100", True, True, False, False),
        ("0.6", True, True, True, False),
        ("0.26.0", True, True, True, True),
        ("v0.33.0-dev", True, True, True, True),
        ("1.0", True, True, True, True),
        ("unknown", False, False, False, False),
        ("", False, False, False, False),
    ],
)
def test_a_version_says_what_the_server_can_do(
    text: str, our_ids: bool, interrupts: bool, jobs: bool, cancels: bool
) -> None:
    version = Version(text)

    assert (version.takes_our_ids, version.interrupts_by_id) == (our_ids, interrupts)
    assert (version.has_jobs, version.cancels_jobs) == (jobs, cancels)


@given(st.text())
def test_any_text_can_be_a_version(text: str) -> None:
    assert isinstance(Version(text).takes_our_ids, bool)


def test_waits_double_up_to_the_ceiling_with_jitter() -> None:
    waits = list(itertools.islice(backoff(Random(7), first=1, ceiling=10), 8))

    for wait, most in zip(waits, [1, 2, 4, 8, 10, 10, 10, 10], strict=True):
        assert most / 2 <= wait <= most
    assert len(set(waits)) == len(waits)


async def test_an_inbox_keeps_the_order() -> None:
    inbox = Inbox()
    events: list[Event] = [ExecutionStart(P), Executing(P, "1", "1"), Executing(P, "2", "2"), Executing(P, None, None)]
    for event in events:
        inbox.put(event)

    assert [await inbox.get() for _ in events] == events


async def test_an_unread_inbox_holds_only_the_latest_of_previews_and_progress() -> None:
    inbox = Inbox()
    for step in range(100):
        inbox.put(Preview(P, "3", "image/jpeg", bytes([step])))
        inbox.put(ProgressState(P, {}))
        inbox.put(StepProgress(P, "3", step, 100))
        inbox.put(StepProgress(P, "4", step, 100))
        inbox.put(Ahead(P, step))
    inbox.put(Executing(P, None, None))

    assert [await inbox.get() for _ in range(6)] == [
        Preview(P, "3", "image/jpeg", bytes([99])),
        ProgressState(P, {}),
        StepProgress(P, "3", 99, 100),
        StepProgress(P, "4", 99, 100),
        Ahead(P, 99),
        Executing(P, None, None),
    ]


async def test_an_empty_inbox_wakes_its_reader() -> None:
    inbox = Inbox()
    reader = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put(ExecutionStart(P))

    async with asyncio.timeout(5):
        assert await reader == ExecutionStart(P)


def test_a_place_in_the_server_queue_counts_what_runs() -> None:
    queue = ServerQueue(running=("a",), pending=("b", "c"))

    assert [queue.ahead_of(one) for one in "abcd"] == [None, 1, 2, None]


def test_a_worker_is_dead_when_the_same_prompt_waits_first_and_none_runs() -> None:
    watch = StuckWatch(5)
    waiting = ServerQueue((), ("a", "b"))

    assert [watch.saw(waiting, now) for now in (0, 4.9, 5, 9)] == [False, False, True, True]


@pytest.mark.parametrize("between", [ServerQueue(("a",), ("b",)), ServerQueue((), ("b",)), ServerQueue((), ())])
def test_a_worker_that_moves_is_alive(between: ServerQueue) -> None:
    watch = StuckWatch(5)
    waiting = ServerQueue((), ("a", "b"))

    assert [watch.saw(waiting, 0), watch.saw(between, 4), watch.saw(waiting, 6)] == [False, False, False]


def test_addresses_have_file_names_of_their_own() -> None:
    names = {safe_name(url) for url in ("http://gpu:8188", "https://gpu:8188", "http://gpu/8188", "http://[::1]:8188")}

    assert len(names) == 4
    assert all(name.replace("-", "").replace(".", "").isalnum() for name in names)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a1-picture.png", "a1-picture.png"),
        ("../../ein Bild.v2 (1).PNG", "ein_Bild_v2_1_.PNG"),
        (r"C:\x\Ümlaut.jpg", "_mlaut.jpg"),
        (".png", "png"),
        ("no extension", "no_extension"),
        ("", "file"),
    ],
)
def test_file_names_are_made_harmless(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe
