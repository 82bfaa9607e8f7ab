"""The moments at which crash tests kill the bot, and what happens at both servers told in one way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Request


@dataclass(frozen=True)
class Happening:
    """Something at one of the servers: `what` it is, and the words in which it names the job it is `about`."""

    what: str
    about: str


@dataclass(frozen=True)
class Point:
    """When to kill: at the `nth` such happening of one job, which is then in that state.

    The happening waits until the bot has said `after`; without `what`, that alone is the moment. `among` are the jobs
    it may be about; `in_turn`: it names no job, and they come in order. `many`: the job asks for more pictures than a
    message holds. `forgets`: the server is restarted too. `cancels`: the person had pressed Cancel.
    """

    what: str
    state: JobState
    nth: int = 1
    among: tuple[int, ...] = (0, 1, 2, 3)
    in_turn: bool = False
    after: str = ""
    many: bool = False
    forgets: bool = False
    cancels: bool = False


WAITING, SUBMITTED, RUNNING, DONE = JobState.WAITING, JobState.SUBMITTED, JobState.RUNNING, JobState.DONE
RUNS, DELIVERED = "job {id} runs", "job {id} delivered"
QUEUED = (2, 3)  # two are on the server

POINTS = {
    "stored, but Discord has no answer": Point("discord request answer", WAITING, in_turn=True),
    "answered, but the message is not noted": Point("discord answer answer", WAITING, in_turn=True),
    "waits, before its first edit": Point("discord request edit", WAITING, among=QUEUED),
    "waits, after its first edit": Point("discord answer edit", WAITING, among=QUEUED),
    "claimed, but not sent": Point("comfyui http prompt", SUBMITTED),
    "sent, but not answered": Point("comfyui queued", SUBMITTED),
    "sent, and the answer is under way": Point("comfyui answer prompt", SUBMITTED, in_turn=True),
    "the server begins": Point("comfyui start", SUBMITTED),
    "a node begins": Point("comfyui node", RUNNING, nth=3, after=RUNS),
    "the first step": Point("comfyui step", RUNNING, after=RUNS),
    "the last step": Point("comfyui step", RUNNING, nth=2, after=RUNS),
    "the last event": Point("comfyui success", RUNNING, after=RUNS),
    "before history is written": Point("comfyui history", RUNNING, after=RUNS),
    "history is written": Point("comfyui finished", RUNNING, after=RUNS),
    "before history is read": Point("comfyui http history", RUNNING, after=RUNS),
    "done, before the download": Point("comfyui http view", DONE),
    "in the middle of the downloads": Point("comfyui http view", DONE, nth=7, many=True),
    "before the pictures are posted": Point("discord request pictures", DONE),
    "posted, but not noted as delivered": Point("discord answer pictures", DONE),
    "between the parts": Point("discord request follow-up", DONE, many=True),
    "the second part posted, but not noted": Point("discord answer follow-up", DONE, many=True),
    "delivered, while others are not": Point("", DONE, among=(0, 1), after=DELIVERED),
    "the last one is delivered": Point("", DONE, among=(3,), after=DELIVERED),
    "the server forgot what it ran": Point("comfyui step", RUNNING, after=RUNS, forgets=True),
    "the server forgot what it had not answered": Point("comfyui queued", SUBMITTED, forgets=True),
    "cancelled, but the server does not know": Point(
        "comfyui http cancel", RUNNING, among=(0,), after=RUNS, cancels=True
    ),
}

#: Told what happens; may kill the bot, and raise ConnectionError where a request shall not arrive.
Tell = Callable[[Happening], Awaitable[None]]


def watch(server: DiscordServer, comfyui: Simulator, tell: Tell) -> None:
    """Tell of everything that happens at both and concerns a job."""
    watch_discord(server, tell)
    watch_comfyui(comfyui, tell)


def watch_discord(server: DiscordServer, tell: Tell) -> None:
    """Tell of every request that concerns a job."""

    async def discord(moment: str, request: Request) -> None:
        if kind := _kind(request):
            await tell(Happening(f"discord {moment} {kind}", f"{request.path} {request.payload}"))

    server.on(discord)


def watch_comfyui(comfyui: Simulator, tell: Tell) -> None:
    """Tell of everything there that concerns a prompt."""

    async def comfy(moment: str, facts: Mapping[str, Any]) -> None:
        about = f"{facts}"
        if moment == "http":
            about += f" {comfyui.requests[-1].query}"
        if moment in {"http", "answer"}:
            moment += f" {next((word for word in ROUTES if word in facts['path']), '')}"
        await tell(Happening(f"comfyui {moment}", about))

    comfyui.on(comfy)


ROUTES = ("cancel", "history", "view", "prompt")


def _kind(request: Request) -> str:
    """What a request is for; empty where no job is concerned."""
    if request.path.endswith("/callback"):
        return "answer"
    if request.method == "POST" and request.path.endswith("/messages"):
        return "follow-up"
    if request.method == "PATCH" and "/messages/" in request.path:
        return "pictures" if any(name.startswith("easel-") for name, _size in request.files) else "edit"
    return ""
