"""Which job of the run something at one of the servers is about, and what is to strike then."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from bot.playground import Answer, DiscordServer
from tests.chaos.comfyui import ComfyUI
from tests.chaos.strikes import Blow
from tests.whole.crashes import Happening, watch_discord

ID = "[0-9a-f-]{36}"
PROMPT = re.compile(r"fox number (\d{4})")


def name_of(number: int) -> str:
    """What the prompts of everybody who asks for the job of that number begin with."""
    return f"fox number {number:04}"


def number_of(prompt: str) -> int | None:
    """The number of the job a text is about."""
    found = PROMPT.search(prompt)
    return int(found[1]) if found is not None else None


class Watch:
    """Learns the marks each job is known by, and calls `strike` at its moment; a request that was struck is cut off."""

    def __init__(
        self,
        discord: DiscordServer,
        servers: Sequence[ComfyUI],
        blows: Sequence[Blow | None],
        strike: Callable[[int, Blow, ComfyUI | None], Awaitable[bool]],
    ) -> None:
        self.ids: dict[int, str] = {}
        self._blows = dict(enumerate(blows))
        self._discord = discord
        self._strike = strike
        self._marks: dict[str, int] = {}
        self._seen: Counter[tuple[int, str]] = Counter()
        self._struck: set[int] = set()
        watch_discord(discord, self._teller(None))
        for server in servers:
            server.on(self._teller(server))

    def learn(self, number: int, answer: Answer) -> None:
        """By what the answer of a job is named from now on."""
        self._marks[answer.interaction.token] = number
        self._marks[str(answer.message.id)] = number

    def _teller(self, server: ComfyUI | None) -> Callable[[Happening], Awaitable[None]]:
        async def tell(seen: Happening) -> None:
            number = self._number(seen)
            if number is None or number in self._struck:
                return
            blow = self._blows.get(number)
            self._seen[number, seen.what] += 1
            if blow is None or blow.moment != seen.what or self._seen[number, seen.what] < blow.nth:
                return
            self._struck.add(number)
            cut = await self._strike(number, blow, server)
            if cut and (" request " in seen.what or " http " in seen.what):
                raise ConnectionError  # it never arrived

        return tell

    def _number(self, seen: Happening) -> int | None:
        if seen.what in {"discord request answer", "discord answer answer"}:
            return self._asked(seen)
        number = number_of(seen.about)
        if number is not None:
            named = re.search(rf"'prompt_id': '({ID})'", seen.about)
            if seen.what == "comfyui http prompt" and named is not None:
                self.ids[number] = named[1]
                self._marks[named[1]] = number
            return number
        return next((number for mark, number in self._marks.items() if mark in seen.about), None)

    def _asked(self, seen: Happening) -> int | None:
        """By the command that is answered."""
        known = re.match(r"/interactions/(\d+)/", seen.about)
        asked = self._discord.parts.interactions.get(int(known[1])) if known is not None else None
        return number_of(str(asked.data)) if asked is not None else None
