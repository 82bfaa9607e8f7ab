"""What a server says that is not so: the frames of each kind of lie."""

import json
from collections.abc import Iterator

from bot.comfy.simulator.faults import Faults, Lie
from bot.comfy.simulator.sockets import Sockets
from bot.comfy.simulator.wire import Payload

_FRAMES = ("[]", "null", "not json", '{"type": 5, "data": null}', '{"type": "progress"}', '"status"', "")
_BINARY = ((4, b"\xff\xff\xff\xff{}"), (4, b"\x00\x00\x00\x02[]"), (1, b""), (3, b"\x00"), (99, b"x"))


def tell_lies(sockets: Sockets, faults: Faults, prompt_id: str, owner: str | None) -> None:
    """To the prompt's owner; to everybody, where it has none."""
    if faults.huge_frame:
        sockets.send_binary(1, b"\x00\x00\x00\x01" + bytes(faults.huge_frame), owner)
    for kind, data in _events(faults.lies, prompt_id):
        sockets.send_text(json.dumps({"type": kind, "data": data}), owner)
    for frame in _FRAMES if Lie.FRAMES in faults.lies else ():
        sockets.send_text(frame, owner)
    for number, body in _BINARY if Lie.BINARY in faults.lies else ():
        sockets.send_binary(number, body, owner)


def _events(lies: set[Lie], prompt_id: str) -> Iterator[tuple[str, Payload]]:
    ours = {"prompt_id": prompt_id}
    if Lie.EVENTS in lies:
        yield "crystools.monitor", {"cpu_utilization": 3.5, "gpus": []}
        yield "execution_paused", {**ours, "reason": {"code": 7}}
    if Lie.KEYS in lies:
        yield "progress_state", {**ours, "nodes": "none"}
        yield "executed", {**ours, "node": "no such", "output": None, "new": 1}
        yield "executing", {"display_node": 3}
        yield "status", {"status": None}
    if Lie.NAN in lies:
        yield "crystools.monitor", {"cpu_utilization": float("nan"), "gpus": []}
        yield "progress", {**ours, "value": float("nan"), "max": 0, "node": None}
        yield "progress", {**ours, "value": float("inf"), "max": float("nan"), "node": "3"}
    if Lie.STRANGERS in lies:
        yield "executing", {"node": "somebody else's", "prompt_id": "not ours"}
        yield "execution_success", {"prompt_id": "not ours", "timestamp": 0}
        yield "progress", {"value": 9, "max": 9, "prompt_id": "not ours", "node": "3"}
