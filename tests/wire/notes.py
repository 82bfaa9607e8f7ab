"""What a recording's notes say was done besides: to the server, to its files, by a client with a limit of its own."""

import re
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from tests.wire.player import Player


async def heed(player: "Player", note: str) -> None:
    """Do the same, or see the same."""
    simulator = player.simulator
    if note.startswith("delete the output file"):
        for path in simulator.folders["output"].glob("empty_*"):
            path.unlink()
    elif note.startswith("SIGTERM"):
        await player.catch_up()
        await simulator.stop()
        player.up = False
    elif note.startswith("up pid") and not player.up:
        await player.start_again()
    elif note.startswith("A got no completion event"):
        simulator.faults.stall = True
    elif note == "slow socket closed":
        simulator.faults.stall = False
    elif "ClientConnectorError" in note:
        await player.die()
        await player.send_next()


class LimitedClient:
    """Client ``rec-M`` of ``ws_max_size``, with aiohttp's own limit for a message; notes say what it got."""

    def __init__(self) -> None:
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def heed(self, player: "Player", note: str) -> None:
        if note.startswith("default aiohttp max_msg_size"):
            self._socket = await player.session.ws_connect(f"{player.simulator.url}/ws?clientId=rec-M")
        elif note.startswith("got <WSMsgType"):
            await player.run_on()
            await self._get(note)
        elif note.startswith("closed=True code=") and self._socket is not None:
            assert self._socket.close_code == int(note.split()[1].removeprefix("code="))

    async def _get(self, note: str) -> None:
        assert self._socket is not None
        message = await self._socket.receive(timeout=10)
        assert f"{message.type!r}" == note.split(" ", 1)[1][: len(f"{message.type!r}")]
        recorded = re.search(r'"type": "(\w+)"|exceeds limit \d+', note)
        assert recorded is not None
        assert recorded[0] in str(message.data)
