"""POST /prompt until it is certain whether the server has the prompt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.comfy.client import Answer, ComfyClient
from bot.comfy.events import Accepted
from bot.comfy.http import Uncertain
from bot.comfy.lookup import Sighting, look_up
from bot.comfy.refusals import Choices, refusal, warnings
from bot.comfy.runs import Run
from bot.comfy.version import Version
from bot.errors import BackendUnreachable
from bot.failures import PromptRefused
from bot.text import _

log = logging.getLogger(__name__)

TRIES = 3


class Submission:
    """One prompt on its way to the server."""

    def __init__(self, client: ComfyClient, version: Version, run: Run, *, choices: Choices, again: float) -> None:
        """`again` is the time in seconds between two looks for a prompt the server may not have."""
        self._client = client
        self._version = version
        self._run = run
        self._choices = choices
        self._again = again

    async def send(self, client_id: Callable[[], Awaitable[str]]) -> Accepted | None:
        """The server has it, or None: it does not, and nobody wants it any more.

        `client_id` waits for an open socket. Raises PromptRefused and its kin, NotConnected when nobody listens.
        """
        reason = ""
        for _attempt in range(TRIES):
            socket = await client_id()
            if self._run.stopping:
                return None
            try:
                answer = await self._post(socket)
            except Uncertain as error:
                reason = error.reason
                log.warning("prompt %s: no answer (%s); looking for it", self._run.prompt_id, reason)
                if await self._arrived():
                    return Accepted(self._run.prompt_id)
                continue
            return self._read(answer)
        raise PromptRefused("no_answer", _("it failed each time ({reason}).").format(reason=reason))

    async def _post(self, client_id: str) -> Answer:
        preview_method = "auto" if self._version.takes_preview_method else None
        return await self._client.submit(
            self._run.graph, prompt_id=self._run.prompt_id, client_id=client_id, preview_method=preview_method
        )

    def _read(self, answer: Answer) -> Accepted:
        if answer.status == 200:
            left_out = warnings(answer.body.get("node_errors"), self._run.graph, self._choices)
            return Accepted(self._run.prompt_id, left_out)
        if answer.status == 413:
            raise PromptRefused("too_large", _("it is larger than the server accepts."))
        if "error" not in answer.body:
            raise PromptRefused(
                f"http_{answer.status}", _("the server says HTTP {status}.").format(status=answer.status)
            )
        raise refusal(answer.body, self._run.graph, self._choices)

    async def _arrived(self) -> bool:
        """Whether the server has it after all. Two looks, as a slow server may still be reading what we sent."""
        misses = 0
        while misses < 2 and not self._run.started:
            if misses:
                await asyncio.sleep(self._again)
            try:
                sighting = await look_up(self._client, self._version, self._run.prompt_id)
            except BackendUnreachable:
                await asyncio.sleep(self._again)
                continue
            if sighting is not Sighting.UNKNOWN:
                return True
            misses += 1
        return self._run.started
