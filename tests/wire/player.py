"""A recording, line by line: requests are sent, and the worker goes on exactly as far as the recording had come."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from bot.comfy.simulator import Simulator
from tests.wire.conductor import Conductor, Turn
from tests.wire.exchange import Exchange, Exchanges, exchanges_of
from tests.wire.listeners import Event, Listener, event_of, events_by_connection, is_greeting
from tests.wire.notes import LimitedClient, heed
from tests.wire.recorded import text_of
from tests.wire.unrecorded import requests_behind

Line = dict[str, Any]


class Player:
    """Sends what was sent, and lets the worker go on exactly as far as the recording had come.

    What the worker is about to send has to be what everybody who would hear it was recorded to hear next.
    """

    def __init__(
        self, simulator: Simulator, session: aiohttp.ClientSession, trace: list[Line], ids: dict[str, str]
    ) -> None:
        self.simulator = simulator
        self.session = session
        self._trace = trace
        self._exchanges = Exchanges(simulator, session, ids)
        self._unsent = exchanges_of(trace)
        #: Whether nobody recorded when requests were sent: then only their effects tell.
        self._timeless = not self._unsent
        #: Sent in the recording, not yet to the simulator.
        self._pending = requests_behind(trace) if self._timeless else []
        self._conductor = Conductor()
        self._events = events_by_connection(trace)
        self._listeners: dict[str, Listener] = {}
        self._limited = LimitedClient()
        #: Client id -> who hears what is sent to it.
        self._hearing: dict[str, Listener] = {}
        #: Prompts waiting or running, as the last ``status`` said; None once nothing runs any more.
        self._remaining: int | None = 0
        self._finished: set[str] = set()
        #: By the id it was recorded with.
        self._running: str | None = None
        self.up = True

    async def play(self) -> None:
        self.simulator.sent.clear()
        self.simulator.on(self._conductor.watch)
        self._conductor.free = False
        for line in self._trace:
            await self._play_line(line)
        await self.catch_up()
        assert not self._pending
        for listener in self._listeners.values():
            await listener.compare(self._exchanges.ids)

    async def close(self) -> None:
        self._conductor.release()
        for listener in self._listeners.values():
            await listener.close()

    async def _play_line(self, line: Line) -> None:
        kind, sent = line["kind"], line["dir"] == "send"
        if kind == "note":
            await heed(self, line["text"])
            await self._limited.heed(self, line["text"])
        elif kind == "ws-connect":
            await self._connect(line)
        elif kind == "ws-text" and sent:
            await self._listeners[line["client"]].say(line["text"] if "text" in line else json.dumps(line["json"]))
        elif kind == "http" and sent:
            self._pending.append(self._unsent.pop(0))
        elif kind == "http":
            if not (self._pending[-1:] and self._pending[-1].queues and self._hearing):
                await self.catch_up()
        elif kind in ("ws-text", "ws-binary") and not is_greeting(event_of(line)):
            await self._reach(self._listeners[line["client"]])
        elif kind == "ws-close":
            await self._disconnect(line)

    async def start_again(self) -> None:
        await self.simulator.start()
        self._remaining, self.up, self._conductor.idle = 0, True, True

    async def run_on(self) -> None:
        """Let happen all that nobody listens to."""
        while (turn := await self._turn()) is not None and not any(one.next for one in self._heard_by(turn)):
            await self._permit(turn)

    async def die(self) -> None:
        """Let the server come to its end."""
        if self.up:
            self._conductor.release()
            await self.simulator.wait_for("died")
            self.up = False

    async def _connect(self, line: Line) -> None:
        await self.catch_up()
        url = urlsplit(line["url"])
        client_id = parse_qs(url.query).get("clientId", [line["client"]])[0]
        listener = Listener(line["client"], client_id, self._events.pop(0))
        await self._pass_over(listener)
        self._listeners[line["client"]] = self._hearing[client_id] = listener
        await listener.connect(self.session, f"{self.simulator.url}{url.path}?{url.query}")

    async def _disconnect(self, line: Line) -> None:
        """By the client, who may not have read the last; or (1006) by the server's end."""
        listener = self._listeners.pop(line["client"])
        if line.get("code") == 1006:
            await self.die()
            await listener.ended()
        await listener.compare(self._exchanges.ids)
        await self.catch_up()
        await listener.close()
        assert listener.close_code == (line.get("code") or 1000)
        self._hearing.pop(listener.client_id, None)
        while listener.client_id in self.simulator.client_ids:  # noqa: ASYNC110 - the server has no event for this
            await asyncio.sleep(0)

    async def _reach(self, listener: Listener) -> None:
        """The recording heard something; so must the simulator's client."""
        listener.reached += 1
        while listener.sent < listener.reached:
            turn = await self._turn()
            if turn is not None and self._heard_by(turn):
                await self._permit(turn)
            elif self._pending and (turn is None or self._shows_effect(self._pending[0], listener.next)):
                await self.send_next()
            elif turn is not None:
                await self._permit(turn)
            else:
                stops = [(one.at, one.facts.get("kind")) for one in self._conductor.turns]
                raise AssertionError(f"{listener.name} should hear {listener.next}; the worker is at {stops}")

    def _shows_effect(self, exchange: Exchange, event: Event | None) -> bool:
        """Whether that event tells that the request has been handled."""
        if exchange.queues:
            return self._all_next(_status((self._remaining or 0) + 1))
        shown = ("status", "execution_interrupted") if exchange.interrupts(self._running) else ("status",)
        return event is not None and event["type"] in shown

    async def catch_up(self) -> None:
        """Send what was answered by now, each after the events that were recorded before it was handled."""
        while self._pending and self._pending[0].answer is not None and not self._timeless:
            while self._pending[0].queues and not self._all_next(_status((self._remaining or 0) + 1)):
                turn = await self._turn()
                if turn is None or not self._heard_by(turn):
                    break
                await self._permit(turn)
            await self.send_next()

    async def send_next(self) -> None:
        exchange = self._pending.pop(0)
        while not self._hearing and exchange.views and (turn := await self._turn()) is not None:
            await self._permit(turn)
        if exchange.finished is not None:
            while self._exchanges.ids.get(exchange.finished, exchange.finished) not in self._finished:
                turn = await self._turn()
                assert turn is not None, f"{exchange.finished} never comes to an end"
                await self._permit(turn)
        while exchange.interrupts(self._running) and not self._any_next("execution_interrupted"):
            turn = await self._turn()
            if turn is None or turn.at not in ("begin", "check"):
                break
            await self._permit(turn)
        if exchange.finds_death and self._remaining is not None:
            self._conductor.release()
            await self.simulator.wait_for("worker_died")
            self._remaining = None
        await self._exchanges.play(exchange)
        self._count()
        if exchange.queues_in_secret and self._remaining is not None:
            self._remaining = await self._exchanges.remaining()

    async def _pass_over(self, listener: Listener) -> None:
        """Let happen what nobody heard before that one came."""
        while (turn := await self._turn()) is not None and not self._heard_by(turn):
            if self._is(turn, listener.queued[0]) if listener.queued else turn.at == "finish":
                return
            await self._permit(turn)

    async def _turn(self) -> Turn | None:
        """Where the worker stops now, if that is what the recording has next; None if not, or if there is nothing."""
        await self._conductor.settle(busy=bool(self._remaining))
        for _ in range(2):
            for turn in self._conductor.turns:
                if all(self._is(turn, listener.next) for listener in self._heard_by(turn)):
                    return turn
            await self._conductor.breathe()
        return None

    def _heard_by(self, turn: Turn) -> list[Listener]:
        if turn.at in ("begin", "check"):
            return []
        return self._audience(turn.facts.get("client_id"))

    def _audience(self, client_id: object) -> list[Listener]:
        """Who hears what is sent to that client, or with None to all. A test sent an id that was no string."""
        return [one for sid, one in self._hearing.items() if client_id is None or sid == client_id]

    def _is(self, turn: Turn, event: Event | None) -> bool:
        """Whether it would send that event; of binary ones the type is enough here."""
        if event is None or turn.at in ("begin", "check"):
            return False
        if turn.at in ("take", "finish"):
            return event == _status((self._remaining or 0) - (turn.at == "finish"))
        kind = turn.facts["kind"]
        if isinstance(kind, int):
            return bool(event["type"] == kind)
        return text_of({"type": kind, "data": turn.facts["data"]()}, self._exchanges.ids) == text_of(event, {})

    async def _permit(self, turn: Turn) -> None:
        await self._conductor.permit(turn)
        if turn.at == "begin":
            self._running = next(
                one for one, actual in self._exchanges.ids.items() if actual == turn.facts["prompt_id"]
            )
        elif turn.at == "finish":
            self._finished.add(turn.facts["prompt_id"])
            self._running = None
        self._count()

    def _count(self) -> None:
        """What was sent since the last time."""
        while self.simulator.sent:
            sent = self.simulator.sent.popleft()
            if sent.kind == "status" and self._remaining is not None:
                self._remaining = sent.data["status"]["exec_info"]["queue_remaining"]
            for listener in self._audience(sent.client_id):
                listener.sent += 1

    def _all_next(self, event: Event) -> bool:
        return all(listener.next == event for listener in self._hearing.values())

    def _any_next(self, kind: str) -> bool:
        return any(listener.next is not None and listener.next["type"] == kind for listener in self._hearing.values())


def _status(remaining: int) -> Event:
    return {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": remaining}}}}
