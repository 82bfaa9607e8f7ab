"""The ComfyUI servers: whether they answer, how old they are, whether previews and the WebSocket work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from uuid import uuid4

from bot.asking import Asked
from bot.comfy.inquiry import Machine
from bot.doctor.finding import Finding, bad, doubtful, good
from bot.errors import BackendTooOld, BackendUnreachable
from bot.text import _

PREVIEWS = "--preview-method"
#: what ComfyUI does where nobody asks it for previews
NO_PREVIEWS = "none"


async def examine_machines(servers: Sequence[Asked], *, patience: float) -> list[Finding]:
    """All of them at the same time."""
    found = await asyncio.gather(*(_examine(server, patience) for server in servers))
    return [finding for findings in found for finding in findings]


async def _examine(server: Asked, patience: float) -> list[Finding]:
    machine, subject = server.machine, server.name
    if machine is None:
        problem = _("ComfyUI does not answer ({reason}). Start it, or put its address into COMFYUI_URLS.")
        known = "" if server.catalogue is None else " " + _("Its nodes are known from before.")
        return [bad(subject, problem.format(reason=server.problem) + known)]
    if not machine.version.takes_our_ids:
        return [bad(subject, BackendTooOld(subject, machine.version.text).sentence())]
    return [
        good(
            subject,
            _("ComfyUI {version} answers. {devices}").format(version=machine.version.text, devices=_devices(machine)),
        ),
        *_nodes(server),
        *await _socket(server, patience),
        _previews(subject, machine),
    ]


def _devices(machine: Machine) -> str:
    named = (
        _("{name}, {size} GB").format(name=device.name, size=round(device.memory / 2**30))
        if device.memory
        else device.name
        for device in machine.devices
    )
    return "; ".join(named)


def _nodes(server: Asked) -> Iterator[Finding]:
    if not server.fresh:
        problem = _("it does not list its nodes ({reason}). Look into ComfyUI's own log.")
        yield bad(server.name, problem.format(reason=server.problem))


async def _socket(server: Asked, patience: float) -> list[Finding]:
    """Proxies often let HTTP through and no WebSocket: then jobs never start."""
    try:
        async with asyncio.timeout(patience), server.client.connect(uuid4().hex):
            return []
    except (BackendUnreachable, TimeoutError) as error:
        reason = error.reason if isinstance(error, BackendUnreachable) else _("no answer")
        problem = _("its WebSocket cannot be opened ({reason}). A proxy in between must let WebSockets through.")
        return [bad(server.name, problem.format(reason=reason))]


def _previews(subject: str, machine: Machine) -> Finding:
    """Asked for with each prompt since 0.5; before, ComfyUI must be told when it is started."""
    if machine.version.takes_preview_method:
        return good(subject, _("previews are asked for with each job."))
    method = machine.argument(PREVIEWS)
    if method is not None and method != NO_PREVIEWS:
        return good(subject, _("previews are on ({method}).").format(method=method))
    if machine.arguments is None:
        return doubtful(subject, _("it does not say whether previews are on. Start it with --preview-method auto."))
    return doubtful(subject, _("there are no previews while it runs. Start it with --preview-method auto."))
