"""Frames of ComfyUI's socket become events, and no frame can stop the reader."""

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.comfy.events import (
    Event,
    Executed,
    Executing,
    ExecutionCached,
    ExecutionError,
    ExecutionInterrupted,
    ExecutionStart,
    ExecutionSuccess,
    FeatureFlags,
    NodeState,
    NodeText,
    Preview,
    ProgressState,
    Status,
    StepProgress,
)
from bot.comfy.parsing import parse
from tests.shared import shared_path

P = "8b59949d-9caa-4879-bfbc-d521a104c716"
TYPES = (
    "status",
    "feature_flags",
    "execution_start",
    "execution_cached",
    "executing",
    "progress",
    "progress_state",
    "executed",
    "execution_success",
    "execution_error",
    "execution_interrupted",
)
UNKNOWN = b"\0\0\0\x63x"
NODE = {"value": 2, "max": 6, "state": "running", "node_id": "3", "prompt_id": P, "activity": "loading"}

#: frames as recorded from ComfyUI 0.33 (type, data), and what they mean
SAID: list[tuple[str, dict[str, Any], Event]] = [
    ("status", {"status": {"exec_info": {"queue_remaining": 2}}, "sid": "a"}, Status(None, 2, "a")),
    ("status", {"status": {"exec_info": {"queue_remaining": 0}}}, Status(None, 0)),
    ("feature_flags", {"assets": False}, FeatureFlags(None, {"assets": False})),
    ("execution_start", {"prompt_id": P, "timestamp": 1}, ExecutionStart(P)),
    ("execution_cached", {"nodes": ["4", "5"], "prompt_id": P}, ExecutionCached(P, ("4", "5"))),
    ("executing", {"node": "3", "display_node": "3", "prompt_id": P}, Executing(P, "3", "3")),
    ("executing", {"node": "2.0.0.3", "display_node": "2", "prompt_id": P}, Executing(P, "2.0.0.3", "2")),
    ("executing", {"node": None, "prompt_id": P}, Executing(P, None, None)),
    ("executing", {"node": "3"}, Executing(None, "3", "3")),
    ("progress", {"value": 1, "max": 6, "prompt_id": P, "node": "3"}, StepProgress(P, "3", 1, 6)),
    ("progress_state", {"prompt_id": P, "nodes": {"3": NODE}}, ProgressState(P, {"3": NodeState(2, 6, False)})),
    (
        "progress_state",
        {"prompt_id": P, "nodes": {"3": {"value": 6, "max": 6, "state": "finished"}}},
        ProgressState(P, {"3": NodeState(6, 6, True)}),
    ),
    (
        "executed",
        {"node": "9", "display_node": "9", "output": {"text": ["a"]}, "prompt_id": P},
        Executed(P, "9", "9", {"text": ["a"]}),
    ),
    ("executed", {"node": "9", "display_node": "9", "output": None, "prompt_id": P}, Executed(P, "9", "9", {})),
    ("execution_success", {"prompt_id": P, "timestamp": 1}, ExecutionSuccess(P)),
    (
        "execution_error",
        {
            "prompt_id": P,
            "node_id": "1",
            "node_type": "A",
            "exception_type": "E",
            "exception_message": "m",
            "executed": [],
        },
        ExecutionError(P, "1", "A", "E", "m", blocked=False),
    ),
    (
        "execution_error",
        {"prompt_id": P, "node_id": "1", "node_type": "A", "exception_type": "ExecutionBlocked"},
        ExecutionError(P, "1", "A", "ExecutionBlocked", "", blocked=True),
    ),
    ("execution_interrupted", {"prompt_id": P, "node_id": "3", "executed": []}, ExecutionInterrupted(P, "3")),
]


@pytest.mark.parametrize(("kind", "data", "event"), SAID, ids=lambda value: value if isinstance(value, str) else "")
def test_a_text_frame_becomes_its_event(kind: str, data: dict[str, Any], event: Event) -> None:
    assert parse(json.dumps({"type": kind, "data": data})) == event


@pytest.mark.parametrize(("kind", "data", "event"), [said for said in SAID if said[0] != "feature_flags"])
def test_unknown_keys_change_nothing(kind: str, data: dict[str, Any], event: Event) -> None:
    frame = {"type": kind, "data": {**data, "new_in_a_later_release": [1]}, "also": "new"}

    assert parse(json.dumps(frame)) == event


def test_a_preview_with_metadata_names_its_prompt_and_its_node_in_our_graph() -> None:
    metadata = {"node_id": "2.0.0.3", "display_node_id": "2", "prompt_id": P, "image_type": "image/png"}
    packed = json.dumps(metadata).encode()
    frame = (4).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + packed + b"pixels"

    assert parse(frame) == Preview(P, "2", "image/png", b"pixels")


@pytest.mark.parametrize(("number", "content_type"), [(1, "image/jpeg"), (2, "image/png")])
def test_a_preview_without_metadata_names_nothing(number: int, content_type: str) -> None:
    frame = (1).to_bytes(4, "big") + number.to_bytes(4, "big") + b"pixels"

    assert parse(frame) == Preview(None, None, content_type, b"pixels")


def test_a_text_of_a_node_names_no_prompt() -> None:
    frame = (3).to_bytes(4, "big") + (2).to_bytes(4, "big") + b"12" + "64 × 64".encode()

    assert parse(frame) == NodeText(None, "12", "64 × 64")


@pytest.mark.parametrize(
    "frame", ['{"type": "crystools.monitor", "data": {"cpu": NaN}}', '{"type": 5}', "{}", b"\0\0\0\x63x"]
)
def test_types_nobody_needs_are_ignored_in_silence(frame: str | bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    assert parse(frame) is None
    assert not caplog.records


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "null",
        "not json",
        "[" * 100_000,
        '{"type": "progress"}',
        '{"type": "progress", "data": {"value": "1", "max": 2}}',
        '{"type": "progress_state", "data": {"nodes": "none"}}',
        '{"type": "progress_state", "data": {"nodes": {"3": null}}}',
        '{"type": "status", "data": {"status": null}}',
        '{"type": "executed", "data": {"node": null}}',
        b"",
        b"\0\0",
        b"\0\0\0\x01",
        b"\0\0\0\x04\xff\xff\xff\xff{}",
        b"\0\0\0\x04\0\0\0\x02[]",
        b"\0\0\0\x04\0\0\0\x02\xff\xff",
        b"\0\0\0\x03\0\0\0\x01\xff",
    ],
)
def test_a_malformed_frame_is_logged_and_skipped(frame: str | bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert parse(frame) is None
    assert "malformed" in caplog.text


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1" + "0" * 400])
def test_a_number_that_is_none_counts_as_zero(value: str) -> None:
    event = parse(f'{{"type": "progress", "data": {{"node": "3", "value": {value}, "max": 4}}}}')

    assert event == StepProgress(None, "3", 0, 4)


@given(st.text() | st.binary())
def test_no_frame_makes_the_parser_raise(frame: str | bytes) -> None:
    event = parse(frame)

    assert event is None or isinstance(event, Event)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(["prompt_id", "node", "display_node", "nodes", "value", "max", "output", "status", "exec_info"])


@given(st.sampled_from(TYPES), VALUES | st.dictionaries(KEYS, VALUES))
def test_no_data_of_a_known_type_makes_the_parser_raise(kind: str, data: object) -> None:
    event = parse(json.dumps({"type": kind, "data": data}))

    assert event is None or isinstance(event, Event)


@given(st.sampled_from([1, 3, 4]), st.binary(), st.integers(0, 40))
def test_no_binary_frame_of_a_known_type_makes_the_parser_raise(kind: int, body: bytes, length: int) -> None:
    event = parse(kind.to_bytes(4, "big") + length.to_bytes(4, "big") + body)

    assert event is None or isinstance(event, Event)


def test_every_recorded_frame_of_a_known_type_becomes_an_event(caplog: pytest.LogCaptureFixture) -> None:
    unknown = set()
    for frame in recorded_frames():
        if parse(frame) is None:
            unknown.add(json.loads(frame)["type"] if isinstance(frame, str) else frame[:4])

    assert not unknown & set(TYPES)
    assert "malformed" not in caplog.text


def recorded_frames() -> Iterator[str | bytes]:
    for trace in sorted(shared_path("reference/traces").glob("*.jsonl")):
        for line in trace.read_text("utf-8").splitlines():
            entry = json.loads(line)
            if entry["dir"] == "recv" and entry["kind"] == "ws-text" and isinstance(entry.get("json"), dict):
                yield json.dumps(entry["json"])
            elif entry["dir"] == "recv" and entry["kind"] == "ws-binary":
                head = base64.b64decode(entry["head64_b64"])
                if head[:4] == b"\0\0\0\x01":  # of the others the recording has only the beginning
                    yield head
