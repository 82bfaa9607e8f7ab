"""Recorded requests to a real ComfyUI 0.33's routes, replayed: statuses, headers, keys and order are the same."""

import io
import json
import re
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.comfy.simulator import Pace, Simulator
from tests.shared import shared_path
from tests.wire.route_replay import Line, RouteReplay, plain, play_trace, shape

#: Below the limit of these tests by a little, in place of 99 MiB below 100.
LIMIT = 512 * 1024
#: With what the recorded server was started.
OPTIONS: dict[str, dict[str, Any]] = {
    "assets_enabled": {"assets": True},
    "logs_subscribe": {},
    "misc_endpoints": {},
    "multi_user": {"multi_user": True},
    "upload_endpoint": {"max_upload": LIMIT},
    "view_endpoint": {},
}
ROUTES = tuple(OPTIONS)
MODELS = {"checkpoints": ["tiny-sd15-random.safetensors"]}


@pytest.mark.parametrize("name", ROUTES)
async def test_the_simulator_serves_as_the_recorded_server_did(name: str, tmp_path: Path) -> None:
    prepare(name, tmp_path)

    trace = [json.loads(line) for line in shared_path(f"reference/traces/{name}.jsonl").read_text().splitlines()]
    options = {"pace": Pace(preview=32), "preview_method": "latent2rgb", **OPTIONS[name]}
    simulator = Simulator(models=MODELS, data_dir=tmp_path, **options)
    async with simulator, aiohttp.ClientSession() as session:
        await play_trace(KINDS.get(name, RouteReplay)(simulator, session), trace)


def prepare(name: str, folder: Path) -> None:
    """What the recorded server's folders held."""
    for part in ("input", "output", "user/default" if name == "misc_endpoints" else "temp"):
        (folder / part).mkdir(parents=True)
    Image.new("RGB", (16, 16)).save(folder / "input" / "example.png")
    Image.new("RGB", (16, 16)).save(folder / "output" / "cc_00014_.png")
    if name == "upload_endpoint":
        (folder / "input" / "clipspace").mkdir()
        for earlier in ("q%2Fw.png", "h%C3%A9%C3%A9%20%E2%98%83.png", "clipspace/mask.png"):
            (folder / "input" / earlier).write_bytes(b"other bytes")


class AssetsReplay(RouteReplay):
    """The recorded server was still scanning its folders when the client came; that scan's events are left out."""

    def form_of(self, note: str) -> aiohttp.FormData:
        return picture_form(note)

    def texts_of(self, event: Any, *, recorded: bool) -> list[str]:
        data = event.get("data", {})
        if not str(event["type"]).startswith("assets.seed."):
            return super().texts_of(event, recorded=recorded)
        after_prompt = data.get("roots") == ["output"] or data.get("phase") == "enrich"
        return [plain({"type": event["type"], "data": shape(data)})] if after_prompt else []


class LogsReplay(RouteReplay):
    """Which lines share an event, and where they come between other events, is the buffer's doing: only lines count."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.lines: dict[bool, list[str]] = {True: [], False: []}

    async def play(self, line: Line) -> None:
        """Somebody had looked at the log before, so the terminal's size is not told again."""
        if line["kind"] == "ws-connect":
            async with self.session.get(f"{self.simulator.url}/internal/logs/raw") as response:
                assert response.status == 200
        await super().play(line)

    async def close(self, client: str) -> None:
        self.simulator.send("end", {})
        self.expected[client] += super().texts_of({"type": "end", "data": {}}, recorded=True)
        await super().close(client)
        assert kinds_of(self.lines[False]) == kinds_of(self.lines[True])

    def texts_of(self, event: Any, *, recorded: bool) -> list[str]:
        if event["type"] != "logs":
            return super().texts_of(event, recorded=recorded)
        assert list(event["data"]) == ["entries", "size"]
        assert event["data"]["size"] is None
        assert all(list(entry) == ["t", "m"] for entry in event["data"]["entries"])
        self.lines[recorded] += [entry["m"] for entry in event["data"]["entries"]]
        return []


class UsersReplay(RouteReplay):
    """The server also had ``--enable-cors-header``, which is not simulated: what was asked for that is left out."""

    left_out = False

    async def play(self, line: Line) -> None:
        self.left_out |= line.get("text") == "CORS"
        if not self.left_out or line["kind"].startswith("ws-"):
            await super().play(line)

    def learn(self, recorded: Any, actual: Any) -> None:
        super().learn(recorded, actual)
        if isinstance(recorded, str):
            self.now[recorded] = actual


class UploadsReplay(RouteReplay):
    """Forms were recorded as notes; a note says what was special about one."""

    def form_of(self, note: str) -> aiohttp.FormData:
        return FORMS[note]()

    async def request(self, line: Line) -> tuple[int, Mapping[str, str], bytes]:
        """Of the raw body over the limit only its beginning was recorded."""
        if "body_raw" in line:
            line = {key: value for key, value in line.items() if key != "body_raw"}
            line["body"] = {"prompt": {}, "x": "a" * LIMIT}
        return await super().request(line)


KINDS: dict[str, type[RouteReplay]] = {
    "assets_enabled": AssetsReplay,
    "logs_subscribe": LogsReplay,
    "multi_user": UsersReplay,
    "upload_endpoint": UploadsReplay,
}


def picture_form(filename: str, color: str = "teal", field: str = "image", **fields: str) -> aiohttp.FormData:
    buffer = io.BytesIO()
    Image.new("RGBA", (16, 16), color).save(buffer, "PNG")
    return bytes_form(filename, buffer.getvalue(), field, **fields)


def bytes_form(filename: str, content: bytes, field: str = "image", **fields: str) -> aiohttp.FormData:
    form = aiohttp.FormData(fields)
    form.add_field(field, content, filename=filename)
    return form


NAME = "up13773889.png"
ORIGINAL = json.dumps({"filename": "example.png", "subfolder": "", "type": "input"})
MISSING = json.dumps({"filename": "missing.png", "subfolder": "", "type": "input"})
FORMS: dict[str, Callable[[], aiohttp.FormData]] = {
    "first": lambda: picture_form(NAME),
    "same name same bytes -> same name (dedup)": lambda: picture_form(NAME),
    "same name other bytes -> 'name (1).png'": lambda: picture_form(NAME, "red"),
    "overwrite=true": lambda: picture_form(NAME, "blue", overwrite="true"),
    "overwrite=True (capital) is NOT overwrite": lambda: picture_form(NAME, "green", overwrite="True"),
    "subfolder": lambda: picture_form(NAME, subfolder="x/y"),
    "type=temp": lambda: picture_form(NAME, type="temp"),
    "type=output": lambda: picture_form(NAME, type="output"),
    "type=bogus": lambda: picture_form(NAME, type="bogus"),
    "traversal": lambda: picture_form(NAME, subfolder="../../.."),
    "filename with path": lambda: picture_form(f"../{NAME}"),
    "filename sub/dir": lambda: picture_form("q/w.png"),
    "non-image bytes accepted": lambda: bytes_form("note.txt", b"hello"),
    "wrong field": lambda: picture_form(NAME, field="file"),
    "unicode": lambda: picture_form("héé ☃.png"),
    "empty filename": lambda: picture_form(""),
    "mask": lambda: picture_form("mask.png", subfolder="clipspace", original_ref=ORIGINAL),
    "mask w/o original_ref": lambda: picture_form("mask.png"),
    "mask original missing": lambda: picture_form("m2.png", original_ref=MISSING),
    "99MiB": lambda: bytes_form("big.bin", bytes(LIMIT * 99 // 100)),
    "101MiB": lambda: bytes_form("big.bin", bytes(LIMIT * 101 // 100)),
}


def kinds_of(lines: list[str]) -> list[str]:
    """Lines without colours, numbers and what they are about: their first words; a bar that moves is one line."""
    text = re.sub(r"\x1b\[\d+m", "", "".join(lines))
    words = (" ".join(re.findall(r"[A-Za-z_%/]+", line)[:3]) for line in re.split(r"[\r\n]+", text))
    return [kind for kind, _ in groupby(word for word in words if word)]
