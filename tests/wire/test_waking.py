"""Computers that sleep are woken when jobs wait for them, and only then."""

from __future__ import annotations

import asyncio
import socket

from bot.comfy.pool import Pool
from bot.comfy.wake import magic_packet, wake
from bot.errors import BackendAsleep, BackendUnreachable
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import waiting
from bot.jobs.waking import FIRST, Waking
from tests.pure.jobs import make_job
from tests.pure.servers import Machine

MAC = "01:23:45:67:89:aB"


async def test_the_packet_arrives_as_computers_want_it() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        await wake(MAC, receiver.getsockname())
        async with asyncio.timeout(5):
            data = await asyncio.get_running_loop().sock_recv(receiver, 200)

    assert data == magic_packet(MAC) == b"\xff" * 6 + bytes.fromhex("0123456789ab") * 16


async def test_a_computer_is_woken_for_a_job_that_waits_and_again_after_a_while() -> None:
    queue, backend, now, sent = JobQueue(), Machine("sleepy"), [0.0], list[str]()
    pool = Pool([backend])
    backend.fail(BackendUnreachable("sleepy"))

    async def send(mac: str) -> None:
        sent.append(mac)

    waking = Waking(queue, pool, Dispatcher(queue, pool, lambda job, backend: None), send=send, clock=lambda: now[0])
    waking.macs = {"sleepy": MAC}

    await waking.look()
    asleep, idle = waking.sleeps(backend), list(sent)
    queue.put(waiting(make_job()))
    await waking.look()
    await waking.look()
    once, problem = list(sent), pool.problem
    now[0] += FIRST
    await waking.look()
    backend.come_back()
    await waking.look()

    assert (asleep, idle) == (True, [])
    assert once == [MAC]
    assert isinstance(problem, BackendAsleep)
    assert sent == [MAC, MAC]
    assert not pool.waking
