"""A port that is held is nobody else's while nobody listens there."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing

import pytest

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.port import LINUX, Port


@pytest.mark.skipif(not LINUX, reason="elsewhere it is only free at first")
async def test_a_server_may_listen_at_a_held_port_again_and_again_and_nobody_else_has_it_meanwhile() -> None:
    with closing(Port("127.0.0.1")) as port:
        for _time in range(2):
            async with await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port.number):
                _reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
                writer.close()
                with pytest.raises(OSError, match="in use"):
                    Port("127.0.0.1", port.number)
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port.number)
            with closing(socket.socket()) as other, pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port.number))


@pytest.mark.skipif(not LINUX, reason="elsewhere it is only free at first")
async def test_a_simulator_that_was_stopped_keeps_its_port_until_it_is_closed() -> None:
    async with Simulator() as simulator:
        number = int(simulator.url.rpartition(":")[2])
        await simulator.stop()
        with closing(socket.socket()) as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", number))
        await simulator.start()

    Port("127.0.0.1", number).close()
