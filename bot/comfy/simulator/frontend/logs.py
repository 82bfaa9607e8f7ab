"""The server's log as its own terminal shows it: the last lines, and ``logs`` events for who subscribed."""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.comfy.simulator.routing import Route
from bot.comfy.simulator.wire import Payload

_RESET = "\x1b[0m"
_LEVELS = {"INFO": "\x1b[32m", "WARNING": "\x1b[1m\x1b[33m", "ERROR": "\x1b[1m\x1b[31m"}
_SIZE = {"cols": 80, "rows": 24}
#: What nodes write, by class; recorded on 0.33 with a small SD 1.5 model on a CPU.
_LOADED = "loaded completely; {:.2f} MB loaded, full load: True"
_CHECKPOINT_LINES = (
    "model weight dtype torch.float16, manual cast: None",
    "model_type EPS",
    "VAE load device: cuda:0, offload device: cpu, dtype: torch.bfloat16",
    "Requested to load SD1ClipModel",
    _LOADED.format(235.84),
    "CLIP/text encoder model load device: cuda:0, offload device: cpu, current: cuda:0, dtype: torch.float16",
)
_NODE_LINES = {
    "CheckpointLoaderSimple": _CHECKPOINT_LINES,
    "KSampler": ("Requested to load BaseModel", _LOADED.format(1639.41)),
    "KSamplerAdvanced": ("Requested to load BaseModel", _LOADED.format(1639.41)),
    "VAEDecode": ("Requested to load AutoencoderKL", _LOADED.format(159.56)),
}


class Log:
    """``send(kind, data, client_id)`` queues an event; ``connected()`` names the clients there are."""

    def __init__(
        self, send: Callable[[str, Payload, str | None], None], connected: Callable[[], list[str]], version: str
    ) -> None:
        self._send = send
        self._connected = connected
        self._version = version
        self.restart()

    def restart(self) -> None:
        """Forget all but what a start writes."""
        self._entries: deque[Payload] = deque(maxlen=300)
        self._subscribers: set[str] = set()
        self._size_known = False
        self._bar: tuple[int, int] | None = None
        self._loaded: set[str] = set()
        self._started: dict[str, float] = {}
        for line in (f"ComfyUI version: {self._version}", "Device: cuda:0 Simulated GPU", "Starting server"):
            self.write(line)

    def routes(self) -> list[Route]:
        return [
            ("GET", "/logs", self._get),
            ("GET", "/logs/raw", self._get_raw),
            ("PATCH", "/logs/subscribe", self._subscribe),
        ]

    def write(self, text: str, level: str = "INFO") -> None:
        """One line."""
        self._append(f"{_LEVELS[level]}[{level}]{_RESET} {text}\n")

    def watch(self, moment: str, facts: Payload) -> None:
        """Lines for what happens: models loaded on first use, a bar per step, how long it took."""
        prompt_id = facts.get("prompt_id")
        match moment:
            case "start":
                self._started[facts["prompt_id"]] = time.monotonic()
            case "node":
                self._end_bar()
                self._load(facts["class_type"])
            case "step":
                self._step(facts["value"], facts["max"])
            case "interrupted":
                self._end_bar()
                self.write("Processing interrupted")
            case "error":
                self._end_bar()
                self.write(f"!!! Exception during processing !!! {facts.get('exception_message', '')}", "ERROR")
            case "finished" if prompt_id in self._started:
                self._end_bar()
                seconds = time.monotonic() - self._started.pop(str(prompt_id))
                self.write(f"\x1b[32mPrompt executed in {seconds:.2f} seconds{_RESET}")

    def _load(self, class_type: str) -> None:
        for line in _NODE_LINES.get(class_type, ()) if class_type not in self._loaded else ():
            self.write(line)
        self._loaded.add(class_type)

    def _step(self, value: int, most: int) -> None:
        """A step is told before it is done, so the bar shows the one before."""
        self._bar = (value, most)
        self._append(_draw_bar(value - 1, most))

    def _end_bar(self) -> None:
        if self._bar is not None:
            for text in (_draw_bar(*self._bar), "\n"):
                self._append(text)
            self._bar = None

    def _append(self, text: str) -> None:
        entry = {"t": datetime.now().astimezone().replace(tzinfo=None).isoformat(), "m": text}
        if text.startswith("\r") and self._entries and not self._entries[-1]["m"].endswith("\n"):
            self._entries.pop()
        self._entries.append(entry)
        self._publish(entry)

    def _publish(self, entry: Payload) -> None:
        """Subscribers that are gone are forgotten; the terminal's size is told once."""
        if not self._subscribers:
            return
        size = None if self._size_known else _SIZE
        self._size_known = True
        self._subscribers &= set(self._connected())
        for client_id in self._subscribers:
            self._send("logs", {"entries": [entry], "size": size}, client_id)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        return web.json_response("".join(f"{entry['t']} - {entry['m']}" for entry in self._entries))

    async def _get_raw(self, request: web.Request) -> web.StreamResponse:
        self._size_known = True
        return web.json_response({"entries": list(self._entries), "size": _SIZE})

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        client_id, enabled = body["clientId"], body["enabled"]
        if enabled:
            self._subscribers.add(client_id)
        else:
            self._subscribers.discard(client_id)
        return web.Response()


def _draw_bar(value: int, most: int) -> str:
    """As tqdm does: ``\\r 50%|█████     | 1/2 [00:00<00:00,  6.50it/s]``."""
    share = value / most if most else 1
    rate = "00:00<?, ?it/s" if value == 0 else "00:00<00:00, 20.00it/s"
    return f"\r{share:4.0%}|{'█' * int(share * 10):<10}| {value}/{most} [{rate}]"
