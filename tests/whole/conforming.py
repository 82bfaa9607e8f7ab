"""Requests, answers and events of the whole-path tests are held against Discord's description, where it is at hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.playground.rest import Rest
from bot.playground.sockets import Session
from bot.playground.wire import Payload

from .discord_spec import spec_at_hand


class Traffic:
    """What all Discords of one test were asked and told."""

    def __init__(self) -> None:
        self.rests: list[Rest] = []
        self.events: list[tuple[str, Payload]] = []
        self.watchers = (self.rests.append, self._told)

    def mistakes(self) -> list[str]:
        spec = spec_at_hand()
        if spec is None:
            return []
        asked = [mistake for rest in self.rests for request in rest.requests for mistake in spec.mistakes(request)]
        told = [mistake for event, data in self.events for mistake in spec.event_mistakes(event, data)]
        return list(dict.fromkeys(asked + told))

    def _told(self, event: str, data: Payload) -> None:
        self.events.append((event, data))


@pytest.fixture(autouse=True)
def traffic() -> Iterator[Traffic]:
    """Fails the test at its end where something did not conform."""
    seen = Traffic()
    on_rest, on_event = seen.watchers
    Rest.watchers.append(on_rest)
    Session.watchers.append(on_event)
    try:
        yield seen
    finally:
        Rest.watchers.remove(on_rest)
        Session.watchers.remove(on_event)
    assert seen.mistakes() == []
