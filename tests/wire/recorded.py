"""What has to be equal between a recorded session and a replayed one: all but times, places and other people's jobs."""

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

#: The real server keeps these in sets.
_SETS = {"executed", "current_outputs"}
#: Only the type counts: times, and how the real server prints a tensor.
_VOLATILE = {"timestamp", "create_time", "execution_start_time", "execution_end_time", "ms", "current_inputs"}
#: The simulator has none.
_TOOLTIPS = {"tooltip", "output_tooltips"}


def decode(frame: bytes) -> dict[str, Any]:
    """A binary frame's layout and everything in it but the picture."""
    kind, number = int.from_bytes(frame[:4], "big"), int.from_bytes(frame[4:8], "big")
    if kind == 4:
        magic = frame[8 + number : 16 + number].hex()
        return {"type": kind, "metadata": json.loads(frame[8 : 8 + number]), "payload_magic_hex": magic}
    if kind == 3:
        return {"type": kind, "node_id": frame[8 : 8 + number].decode(), "text": frame[8 + number :].decode()}
    return {"type": kind, "format": {1: "JPEG", 2: "PNG"}[number], "payload_magic_hex": frame[8:16].hex()}


def text_of(event: Mapping[str, Any], ids: Mapping[str, str]) -> str:
    """An event, or a decoded binary frame, as text that is equal when types, keys, their order and values are."""
    kept = {key: value for key, value in event.items() if key not in ("metadata_len", "payload_len", "_len")}
    if "payload_magic_hex" in kept:
        kept["payload_magic_hex"] = kept["payload_magic_hex"][:4]
    return json.dumps(plain(kept, ids))


def plain(value: Any, ids: Mapping[str, str]) -> Any:
    """Without what differs from run to run; prompt ids as recorded."""
    return _plain(value, {actual: recorded for recorded, actual in ids.items()})


def differences(recorded: Any, actual: Any, where: str) -> Iterator[str]:
    """Paths at which the two differ, in value, type, keys, or order."""
    if type(recorded) is not type(actual):
        yield f"{where}: {recorded!r} is now {actual!r}"
    elif isinstance(recorded, dict):
        if list(recorded) != list(actual):
            yield f"{where}: keys {list(recorded)} are now {list(actual)}"
        for key in recorded.keys() & actual.keys():
            yield from differences(recorded[key], actual[key], f"{where}.{key}")
    elif isinstance(recorded, list):
        if where.endswith(".prompt[4]"):
            recorded, actual = sorted(recorded), sorted(actual)
        if len(recorded) != len(actual):
            yield f"{where}: {len(recorded)} items are now {len(actual)}"
        for index, (one, other) in enumerate(zip(recorded, actual, strict=False)):
            yield from differences(one, other, f"{where}[{index}]")
    elif recorded != actual:
        yield f"{where}: {recorded!r} is now {actual!r}"


def own_part(path: str, body: Any, known: Collection[str], others: Any) -> Any:
    """Of lists that show earlier sessions' prompts too: this session's, of which a page may have cut some off."""
    if not isinstance(body, dict):
        return body
    if path.startswith("/history?"):
        return {key: entry for key, entry in body.items() if key in known and key in others}
    if body.get("node_errors"):
        return {**body, "node_errors": _unordered_errors(body["node_errors"])}
    if "jobs" in body:
        shown = {job["id"] for job in others["jobs"]}
        jobs = [job for job in body["jobs"] if job["id"] in known and job["id"] in shown]
        pagination = {**body["pagination"], "total": "int", "has_more": "bool"}
        return {"jobs": jobs, "pagination": pagination}
    return body


def _unordered_errors(errors: dict[str, Any]) -> dict[str, Any]:
    """Outputs are checked in a set's order, and each error is told of those that were checked by then."""
    outputs = sorted({output for error in errors.values() for output in error["dependent_outputs"]})
    return {node_id: {**errors[node_id], "dependent_outputs": outputs} for node_id in sorted(errors)}


def _plain(value: Any, back: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        kept = {back.get(key, key): (key, item) for key, item in value.items() if key not in _TOOLTIPS}
        return {name: _plain_item(key, item, back) for name, (key, item) in kept.items()}
    if isinstance(value, list):
        return [_plain(item, back) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return _plain_text(back.get(value, value)) if isinstance(value, str) else value


def _plain_item(key: str, item: Any, back: Mapping[str, str]) -> Any:
    if key in _VOLATILE:
        return _types(item)
    if key in _SETS and isinstance(item, list):
        return sorted(item)
    if key == "traceback":
        return sorted({type(line).__name__ for line in item})
    return _plain(item, back)


def _plain_text(text: str) -> str:
    """Paths of a machine, names by chance, ids by chance."""
    if len(text) < len("_temp_abcde"):
        return text
    text = re.sub(r"'/[^']*/", "'/…/", text)
    text = re.sub(r"_temp_[a-z]{5}", "_temp_x", text)
    return re.sub(r"^[0-9a-f]{32}$", "SID", text)


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _types(item) for key, item in value.items()}
    return [_types(item) for item in value] if isinstance(value, list) else type(value).__name__
