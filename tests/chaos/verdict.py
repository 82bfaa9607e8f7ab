"""What a run left behind: what was lost, doubled, given to the wrong person, or run twice without a reason."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from PIL import Image

from bot.failures import JobLost
from bot.jobs.follower import SUBMITS
from bot.jobs.job import Job, JobState
from bot.playground import Message
from tests.chaos.comfyui import Life
from tests.chaos.play import PEOPLE, Record
from tests.chaos.stage import Stage
from tests.chaos.watching import name_of, number_of
from tests.whole.conftest import finished

WHATS = ("lost", "doubled", "misdelivered", "twice", "unshown", "misled")
#: of what is said where something does not work
TROUBLE = ("Something went wrong", "cannot reach its database", "does nothing any more", "has already ended")


@dataclass
class Verdict:
    """Each entry says of which job, and what."""

    jobs: int = 0
    #: those that failed because each of their runs killed its server, as far as anybody can tell
    given_up: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    misdelivered: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    #: what a job's message shows in the end is not how it ended, or it showed an error on the way
    unshown: list[str] = field(default_factory=list)
    #: who was told to try again, and their job ran
    misled: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether there is nothing to say."""
        return not any(getattr(self, what) for what in WHATS)


async def judge(stage: Stage, record: Record) -> Verdict:
    """Of a run that is over."""
    jobs = await stage.jobs()
    verdict = Verdict(jobs=len(jobs))
    commands = Counter(job.place.interaction_id for job in jobs)
    for number, answer in record.answers.items():
        if answer.interaction.id not in commands:
            verdict.lost.append(f"{name_of(number)}: answered, not stored")
    verdict.doubled += [f"command {command}: {count} jobs" for command, count in commands.items() if count > 1]
    runs = Counter(prompt for life in _lives(stage) for prompt in life.ran)
    messages = stage.discord.messages("general")
    for job in jobs:
        _judge(job, messages, stage, record, verdict)
        _judge_words(job, messages, record, verdict)
        forgotten = _forgotten(job, stage)
        if runs[job.id] > 1 + forgotten:
            verdict.twice.append(f"{job.values['prompt']} ({job.id}): {runs[job.id]} times, {forgotten} forgotten")
    return verdict


def _judge(job: Job, messages: list[Message], stage: Stage, record: Record, verdict: Verdict) -> None:
    prompt = str(job.values["prompt"])
    number = number_of(prompt)
    assert number is not None
    name = f"{prompt} ({job.id})"
    headed = [message for message in messages if prompt in message.text]
    files = Counter(file.name for message in messages for file in message.files if _is_of(file.name, job))
    if job.state is JobState.CANCELLED and job.place.message_id is None:
        return  # Discord did not take the answer, so the person was told that nobody responds
    if isinstance(job.outcome.failure, JobLost) and job.delivered and _forgotten(job, stage) >= SUBMITS:
        verdict.given_up += 1
    elif not job.delivered or job.state is not JobState.DONE or len(files) < int(job.values["count"]):
        said = "" if job.outcome.failure is None else f", {job.outcome.failure!r}, sent {job.submits} times"
        verdict.lost.append(
            f"{name}: {job.state}, {'' if job.delivered else 'not '}delivered, {len(files)} files{said}"
        )
    if len(headed) > 1 or any(count > 1 for count in files.values()):
        verdict.doubled.append(f"{name}: {len(headed)} messages, {dict(files)}")
    person = stage.discord.person(PEOPLE[number % len(PEOPLE)])
    answer = _answer(job, stage, record)
    elsewhere = answer is not None and headed != [answer]
    if elsewhere or any(f"<@{person.id}>" not in message.text for message in headed):
        verdict.misdelivered.append(f"{name}: in another message than the answer")
    drawn = _drawn(job, stage)
    for message in messages:
        for file in message.files:
            if _is_of(file.name, job) and _pixels(file.data) not in drawn:
                verdict.misdelivered.append(f"{name}: {file.name} is no picture of its own")


def _lives(stage: Stage) -> list[Life]:
    return [life for server in stage.servers for life in server.lives]


def _forgotten(job: Job, stage: Stage) -> int:
    """How many of its runs a ComfyUI took with it, before anybody knew how they ended."""
    end = job.finished_at or datetime.max.replace(tzinfo=UTC)
    deaths = (life for life in _lives(stage) if life.killed_at is not None and life.killed_at < end)
    return sum(life.ran.count(job.id) for life in deaths)


def _answer(job: Job, stage: Stage, record: Record) -> Message | None:
    """What its command was answered with, also where nobody waited any more."""
    command = job.place.interaction_id
    answered = (answer.interaction for answer in record.answers.values() if answer.interaction.id == command)
    interaction = next(answered, None) or stage.discord.parts.interactions.get(command)
    return interaction.original if interaction is not None else None


def _judge_words(job: Job, messages: list[Message], record: Record, verdict: Verdict) -> None:
    """What its message shows, and what else was said to who asked for it."""
    name = f"{job.values['prompt']} ({job.id})"
    told = [
        message for message in messages if message.ephemeral and _answers(message, job) and _is_trouble(message.text)
    ]
    unwanted = job.state is JobState.CANCELLED and not job.submits
    if not unwanted and (told or job.place.interaction_id in record.refused):
        verdict.misled.append(f"{name}: {job.state}, {[message.text for message in told]}")
    if job.place.message_id is None:
        return
    shown = next((message for message in messages if message.id == job.place.message_id), None)
    if shown is None or not finished(shown):
        verdict.unshown.append(f"{name}: {job.state}, {shown.text if shown is not None else 'no message'!r}")
    elif troubles := [version.text for version in shown.versions if _is_trouble(version.text)]:
        verdict.unshown.append(f"{name}: its message said {troubles}")
    elif job.state is JobState.DONE and len(_own(shown, job)) != int(job.values["count"]):
        verdict.unshown.append(f"{name}: {len(_own(shown, job))} of {job.values['count']} files in {shown.text!r}")


def _answers(message: Message, job: Job) -> bool:
    return message.metadata is not None and str(message.metadata["id"]) == str(job.place.interaction_id)


def _is_trouble(text: str) -> bool:
    return any(words in text for words in TROUBLE)


def _own(message: Message, job: Job) -> list[str]:
    return [file.name for file in message.files if _is_of(file.name, job)]


def _is_of(name: str, job: Job) -> bool:
    return name.startswith(f"easel-{job.id[:8]}-")


def _drawn(job: Job, stage: Stage) -> set[bytes]:
    """What the ComfyUIs drew for it."""
    return {_pixels(path.read_bytes()) for path in stage.folder.glob(f"comfy-*/**/{job.id}*.png")}


def _pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB").tobytes()
