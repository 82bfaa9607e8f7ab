"""Random requests to the routes that read: bodies and queries, right and wrong, after the same few prompts on both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.live.requests import Request

_NUMBERS = ("0", "1", "2", "3", "100", "-1", "-3", "abc", "", "1.5", " 2", "+1", "0x1", "1_0")
_PREFIX = st.sampled_from(["", "/api"])
_SCENES = tuple(f"$SCENE{number}" for number in range(1, 7))
_IDS = st.sampled_from([*_SCENES, "nonsense", "A3BB189E-8BF9-4C1A-9A3A-1F6C3D2B7E11", "$ID1"])


#: Prompts that ran before the questions, one after the other, and the files they need.
FILES = (
    ("picture.png", "$PICTURE"),
    ("corrupt.png", "no picture"),
    ("page.html", "<p>hello</p>"),
    ("drawing.svg", "<svg/>"),
    ("note.txt", "note"),
    ("data.json", "{}"),
    ("style.css", "p {}"),
    ("blob.nothing", "blob"),
    ("sound.flac", "sound"),
    ("clip.mp4", "clip"),
    ("code.js", "1"),
    ("feed.xml", "<a/>"),
)


def scene() -> list[Request]:
    """The uploads and submissions both servers get first; each prompt is waited for."""
    uploads = [
        Request("POST", "/upload/image", form=(("image", content, name), ("subfolder", "$RUN", None)))
        for name, content in FILES
    ]
    return uploads + [_prompt(number, *parts) for number, parts in enumerate(_SCENE_PROMPTS, start=1)]


def _prompt(number: int, graph: Any, extra_data: Any) -> Request:
    body = {"prompt": graph, "prompt_id": f"$SCENE{number}", "extra_data": extra_data, "client_id": "$RUN"}
    return Request("POST", "/prompt", json.dumps(body))


def _node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


_EMPTY = _node("EmptyImage", width=32, height=16, batch_size=2, color=255)
_SCENE_PROMPTS: tuple[tuple[Any, Any], ...] = (
    ({"1": _EMPTY, "2": _node("SaveImage", images=["1", 0], filename_prefix="$RUN/one")}, {"note": 1}),
    (
        {"1": _node("PrimitiveString", value="héllo"), "2": _node("PreviewAny", source=["1", 0])},
        {"extra_pnginfo": {"workflow": {"id": "workflow-1"}}},
    ),
    (
        {
            "1": _node("LoadImage", image="$RUN/corrupt.png"),
            "2": _node("SaveImage", images=["1", 0], filename_prefix="$RUN/never"),
        },
        {},
    ),
    ({"1": _EMPTY, "2": _node("PreviewImage", images=["1", 0])}, {}),
    ({"1": _node("PreviewAny", source="long " * 300)}, {"extra_pnginfo": {"workflow": {"id": "workflow-1"}}}),
    (
        {
            "1": _node("LoadImage", image="$RUN/picture.png"),
            "2": _node("SaveImage", images=["1", 0], filename_prefix="$RUN/six"),
            "3": _node("PreviewAny", source="short"),
            "4": _node("SaveImage", images=["1", 0]),
        },
        {},
    ),
)


def _query(path: str, **params: SearchStrategy[str]) -> SearchStrategy[Request]:
    def build(prefix: str, chosen: Mapping[str, str]) -> Request:
        return Request("GET", prefix + path + (f"?{urlencode(chosen, safe='$')}" if chosen else ""))

    return st.builds(build, _PREFIX, st.fixed_dictionaries({}, optional=dict(params)))


_NUMBER = st.sampled_from(_NUMBERS)
_STATUSES = st.lists(
    st.sampled_from(["pending", "in_progress", "completed", "failed", "cancelled", " Completed ", "nonsense", ""]),
    max_size=3,
).map(",".join)

#: ``GET`` of the history and the jobs, which change nothing.
questions = st.one_of(
    _query("/history", max_items=_NUMBER, offset=_NUMBER),
    st.builds(lambda prefix, one: Request("GET", f"{prefix}/history/{one}"), _PREFIX, _IDS),
    _query(
        "/api/jobs",
        status=_STATUSES,
        limit=_NUMBER,
        offset=_NUMBER,
        workflow_id=st.sampled_from(["workflow-1", "other", ""]),
        sort_by=st.sampled_from(["created_at", "Created_At", "status", ""]),
        sort_order=st.sampled_from(["asc", "desc", "ASC", "up", ""]),
    ),
    st.builds(lambda one: Request("GET", f"/api/jobs/{one}"), _IDS),
    st.sampled_from([Request("GET", "/queue"), Request("GET", "/api/prompt"), Request("GET", "/jobs")]),
)

_VALUES: SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, "", "abc", "$SCENE1", [], {}, ["$ID1"], [5], [None], [[]], [{}]]
)
_RAW = st.sampled_from(["", "{", "null", "[]", "5", '"abc"', "{}", "[1]", "NaN", "\ufeff{}", "{'a': 1}"])
_TARGETS = st.sampled_from(["/queue", "/history", "/interrupt", "/free", "/prompt", "/api/jobs/cancel"])


def _command(path: str, body: dict[str, Any]) -> Request:
    return Request("POST", path, json.dumps(body))


#: ``POST`` to what changes the server's state, with bodies that name nothing of the scene to lose.
commands = st.one_of(
    st.builds(lambda path, body: Request("POST", path, body), _TARGETS, _RAW),
    st.builds(
        _command,
        st.sampled_from(["/queue", "/api/queue", "/history"]),
        st.fixed_dictionaries(
            {}, optional={"delete": _VALUES.filter(lambda value: value != "$SCENE1"), "clear": st.sampled_from([0, ""])}
        ),
    ),
    st.builds(_command, st.just("/interrupt"), st.fixed_dictionaries({}, optional={"prompt_id": _VALUES})),
    st.builds(
        _command,
        st.just("/free"),
        st.fixed_dictionaries({}, optional={"unload_models": st.just(False), "free_memory": _VALUES}),
    ),
    st.builds(
        _command,
        st.just("/api/jobs/cancel"),
        st.fixed_dictionaries(
            {},
            optional={
                "job_ids": st.one_of(
                    _VALUES,
                    st.lists(st.sampled_from(["$ID1", "$SCENE1", "abc", "", 5, None, [1], {"a": 1}]), max_size=3),
                )
            },
        ),
    ),
    st.builds(lambda one: Request("POST", f"/api/jobs/{one}/cancel", "{}"), _IDS),
    st.sampled_from(
        [
            Request("PUT", "/prompt", "{}"),
            Request("DELETE", "/queue"),
            Request("POST", "/history/abc", "{}"),
            Request("POST", "/nowhere", "{}"),
            Request("GET", "/nowhere"),
            Request("GET", "/interrupt"),
        ]
    ),
)

_FILE_NAMES = [name for name, _ in FILES]
_found = st.sampled_from(
    [
        *({"filename": name, "subfolder": "$RUN", "type": "input"} for name in _FILE_NAMES),
        {"filename": "one_00001_.png", "subfolder": "$RUN"},
        {"filename": "six_00001_.png", "subfolder": "$RUN", "type": "output"},
        {"filename": "picture.png [input]", "subfolder": "$RUN"},
    ]
)
_preview = st.sampled_from(
    ["webp;90", "jpeg", "jpeg;50", "png;10", "", "webp;abc", "jpeg;80;20", "jpeg;-1", "jpeg;101"]
)
_channel = st.sampled_from(["rgba", "rgb", "a", "", "nonsense"])
_lost = _query(
    "/view",
    filename=st.sampled_from(
        [
            *(*_FILE_NAMES, "one_00001_.png", "six_00001_.png", "none.png", "", "/etc/passwd", "../x.png"),
            *("a/picture.png", "picture.png [input]", "picture.png[input]", "one_00001_.png [output]"),
            *("picture.png [temp]", "picture.png []"),
        ]
    ),
    subfolder=st.sampled_from(["$RUN", "$RUN", "$RUN", "$RUN/", "", "..", "../..", "$RUN/../$RUN", "/etc", "none"]),
    type=st.sampled_from(["input", "input", "output", "temp", "nonsense", ""]),
    preview=_preview,
    channel=_channel,
)


def _view(prefix: str, found: dict[str, str], more: dict[str, str]) -> Request:
    return Request("GET", f"{prefix}/view?{urlencode(found | more, safe='$')}")


_shown = st.builds(
    _view, _PREFIX, _found, st.fixed_dictionaries({}, optional={"preview": _preview, "channel": _channel})
)
#: ``GET /view`` of what is there, and of what is not or may not be shown.
views = st.one_of(_shown, _lost)

_CONTENTS = st.sampled_from(["$PICTURE", "no picture", "other"])
_UPLOADED = st.sampled_from(
    ["a.png", "a.png", "b.png", "noending", "a.b.c", ".hidden", "sub/a.png", "../a.png", "", "é.png"]
)
_FIELDS: SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["input", "temp", "output", "nonsense", ""]),
        "subfolder": st.sampled_from(["", "deep/er", "../../..", "/etc", ".", "deep/../x"]),
        "overwrite": st.sampled_from(["true", "1", "True", "false", "", "0"]),
        "more": st.just("1"),
    },
)
_REFERENCES = st.sampled_from(
    [
        *({"filename": name, "subfolder": "$RUN", "type": "input"} for name in ("picture.png", "none.png", "note.txt")),
        {"filename": "picture.png [input]", "subfolder": "$RUN"},
        {"filename": "picture.png", "type": "nonsense"},
        {"filename": ""},
        {"filename": "../picture.png"},
        {"filename": "picture.png", "subfolder": "../..", "type": "input"},
        {},
        [],
    ]
).map(json.dumps)


@st.composite
def uploads(draw: st.DrawFn) -> Request:
    """Multipart bodies below a folder of one's own; few names, so that they meet."""
    fields = draw(_FIELDS)
    form: list[tuple[str, str, str | None]] = [
        (key, value, None) for key, value in fields.items() if key != "subfolder"
    ]
    form.append(("subfolder", f"$RUN/up/{fields.get('subfolder', '')}".replace("//", "/"), None))
    if draw(st.integers(0, 9)):
        form.append((draw(st.sampled_from(["image"] * 6 + ["file"])), draw(_CONTENTS), draw(_UPLOADED)))
    path = draw(st.sampled_from(["/upload/image", "/api/upload/image", "/upload/mask"]))
    if path == "/upload/mask" and draw(st.integers(0, 5)):
        form.append(("original_ref", draw(st.one_of(_REFERENCES, st.just("{"))), None))
    return Request("POST", path, form=tuple(form))
