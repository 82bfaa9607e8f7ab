"""What has to be equal between a recorded session and a replayed one: statuses, shapes and order, not times."""

import json
import re
from collections.abc import Iterator
from typing import Any

#: Where the recorded machine's earlier jobs show, and what it kept in sets.
FOREIGN = re.compile(r"jobs\?.*\.(jobs|pagination)|\.(dependent_outputs|executed|current_outputs)\b")
#: Queue numbers: the recorded counter did not start at 0.
NUMBERS = re.compile(r"\.prompt\[0\]$|queue_(running|pending)\[\d+\]\[0\]$")
TOOLTIPS = {"tooltip", "output_tooltips"}
VOLATILE = {"timestamp", "create_time", "execution_start_time", "execution_end_time", "number", "priority", "total"}
VOLATILE |= {"sid", "traceback", "current_inputs", "exception_message", "ms"}


def decode(frame: bytes) -> dict[str, Any]:
    kind = int.from_bytes(frame[:4], "big")
    if kind == 4:
        length = int.from_bytes(frame[4:8], "big")
        return {"type": kind, "metadata": json.loads(frame[8 : 8 + length])}
    if kind == 3:
        length = int.from_bytes(frame[4:8], "big")
        return {"type": kind, "node_id": frame[8 : 8 + length].decode(), "text": frame[8 + length :].decode()}
    return {"type": kind}


def normal_event(event: dict[str, Any] | None, binary: dict[str, Any] | None, ids: dict[str, str]) -> Any:
    """What has to be equal in an event: all but ids, times, file numbers and sizes."""
    back = {value: key for key, value in ids.items()}
    if binary is not None:
        kept = {key: value for key, value in binary.items() if key in ("type", "metadata", "node_id", "text")}
        return plain(kept, back)
    assert event is not None
    data = dict(event["data"])
    for key in ("nodes", "executed", "current_outputs"):
        if isinstance(data.get(key), list):
            data[key] = sorted(data[key])
    return plain({"type": event["type"], "data": data}, back)


def plain(value: Any, back: dict[str, str]) -> Any:
    """Without what differs from run to run; prompt ids as recorded, tooltips gone."""
    if isinstance(value, dict):
        kept = {back.get(key, key): item for key, item in value.items() if key not in TOOLTIPS}
        return {key: type(item).__name__ if key in VOLATILE else plain(item, back) for key, item in kept.items()}
    if isinstance(value, list):
        return [plain(item, back) for item in value]
    if isinstance(value, str):
        value = back.get(value, value)
        value = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", value)
        return re.sub(r"_temp_[a-z]{5}", "_temp_x", re.sub(r"_\d{5}", "_N", value))
    return value


def differences(recorded: Any, actual: Any, where: str) -> Iterator[str]:
    """Paths at which the two differ; lists of jobs and prompts of other sessions count as equal."""
    if type(recorded) is not type(actual):
        yield f"{where}: {recorded!r} is now {actual!r}"
    elif isinstance(recorded, dict):
        if _foreign(where):
            return
        if recorded.keys() != actual.keys():
            yield f"{where}: keys {sorted(recorded.keys() ^ actual.keys())}"
        for key in recorded.keys() & actual.keys():
            yield from differences(recorded[key], actual[key], f"{where}.{key}")
    elif isinstance(recorded, list):
        if where.endswith(".prompt[4]"):
            recorded, actual = sorted(recorded), sorted(actual)
        if not _foreign(where) and len(recorded) != len(actual):
            yield f"{where}: {len(recorded)} items are now {len(actual)}"
        for index, (one, other) in enumerate(zip(recorded, actual, strict=False)):
            yield from differences(one, other, f"{where}[{index}]")
    elif recorded != actual and not _foreign(where) and not NUMBERS.search(where):
        yield f"{where}: {recorded!r} is now {actual!r}"


def _foreign(where: str) -> bool:
    return where.startswith(("/history?", "/object_info/LoadImage")) or bool(FOREIGN.search(where))
