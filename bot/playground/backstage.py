"""Behind this Discord: what makes the pictures, and how Easel finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.comfy.backend import Backend, BackendState
from bot.comfy.simulator import Simulator
from bot.errors import BackendUnreachable
from bot.text import _


@dataclass(frozen=True)
class Backstage:
    """`simulator` where no ComfyUI was named; `backends` gives the bot's servers, none before it has built them."""

    simulator: Simulator | None
    backends: Callable[[], Sequence[Backend]]

    def line(self) -> str:
        """Where pictures come from and how that stands, in a sentence for each server."""
        backends = self.backends()
        if self.simulator is None:
            return " ".join(_servers(backends)) or _("Looking for ComfyUI.")
        if any(backend.state is BackendState.DOWN for backend in backends):
            return _("The built-in simulator does not answer. Jobs wait until it does.")
        return _("Pictures come from the built-in simulator. Set COMFYUI_URLS to try a real ComfyUI.")


def _servers(backends: Sequence[Backend]) -> Iterator[str]:
    yield from map(_server, backends)
    if backends and all(isinstance(backend.problem, BackendUnreachable) for backend in backends):
        yield _("Start it, or leave COMFYUI_URLS out for the simulator.")


def _server(backend: Backend) -> str:
    name = backend.name.partition("://")[2]
    if backend.state is BackendState.UP:
        return _("Pictures come from ComfyUI {version} at {name}.").format(version=backend.version, name=name)
    if backend.problem is None:
        return _("Connecting to ComfyUI at {name}.").format(name=name)
    if isinstance(backend.problem, BackendUnreachable):
        return _("ComfyUI at {name} does not answer.").format(name=name)
    return f"{name}: {backend.problem.sentence()}"
