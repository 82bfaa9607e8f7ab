"""Whatever is sent to the bot, it answers in time, tells nobody else, keeps its secrets and goes on working."""

from __future__ import annotations

import asyncio
import copy
import logging
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.jobs.rules import Rules
from bot.playground import Answer, DiscordServer, Message
from bot.playground.interaction import COMPONENT, MODAL
from bot.playground.message_payloads import message_payload
from bot.playground.people import Person
from bot.playground.resolved import Resolved
from bot.playground.typed_options import CHANNEL, ROLE, USER
from bot.playground.world import Channel, Role, User
from tests.whole.conftest import SD15, Easel, finished, listed
from tests.whole.hostile import BUTTON, Attempt, Payload, attempts

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "500"))
#: seconds: Discord's own where it is the machine's only business, else time enough on a busy one
WINDOW = 3.0 if EXAMPLES > 500 else 15.0
VERBS = (
    *("job:cancel:{}", "job:again:{}", "workflow:keep:{}", "workflow:drop:{}", "report:stop:{}", "report:remove:{}"),
    *(
        "report:dismiss:{}",
        "jobs:stop:{}:1",
        "jobs:clear:{}:1",
        "jobs:cancel:{}:1",
        "jobs:keep:{}:1",
        "jobs:page:0:{}:open",
    ),
    *("forget:yes:{}:1", "forget:no:{}:1", "forget:yes:1:{}"),
)


@dataclass
class Alarm(logging.Handler):
    """What was logged as an error, and everything else that was logged."""

    errors: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def __hash__(self) -> int:
        return id(self)

    def emit(self, record: logging.LogRecord) -> None:
        line = logging.Formatter().format(record)
        self.lines.append(line)
        if record.levelno >= logging.ERROR:
            self.errors.append(line)


@dataclass
class Target:
    """A bot with one job of alice's behind it, and those who try things."""

    discord: DiscordServer
    bot: EaselBot
    people: list[Person]
    channels: list[Channel]
    done: Message
    #: of a person's, not of the bot's
    theirs: Message
    tokens: list[str] = field(default_factory=list)

    async def send(self, attempt: Attempt) -> None:
        """Raises AssertionError where the bot does not answer as it should."""
        person = self.people[attempt.person % len(self.people)]
        clicked = attempt.kind == COMPONENT
        channel = self.channels[attempt.channel % len(self.channels)]
        message = self._shown(channel, attempt.data) if clicked else self.done
        owners = {"0": str(channel.guild.id) if channel.guild else "0"}
        before = len(self.discord.refused)
        done = await person.act(
            attempt.kind,
            channel,
            self._resolved(person, channel, attempt.data) if not clicked else attempt.data,
            owners=owners,
            source=message if clicked else None,
            triggered_by=message.metadata if attempt.kind == MODAL else None,
        )
        answer = Answer(done, person)

        self.tokens.append(answer.interaction.token)
        assert answer.acknowledged, f"no answer to {attempt}"
        assert len(self.discord.refused) == before, f"Discord refused {self.discord.refused[-1]} after {attempt}"
        if answer.interaction.original is not None and answer.ephemeral and not clicked:
            assert answer.message.only_for is person.user

    def _resolved(self, person: Person, channel: Channel, data: Payload) -> Payload:
        """The same with real people, channels and messages where Discord lets nobody name others."""
        resolved = Resolved(self.discord.parts.files, channel, person.user)
        data = copy.deepcopy(data)
        if "target" in data:
            message = [self.done, self.theirs][data.pop("target") % 2]
            data["target_id"] = resolved.add_message(message.id, message_payload(message))
        for option in _leaves(data.get("options", [])):
            things: dict[int, Sequence[User | Channel | Role]] = {
                USER: [each.user for each in self.people],
                CHANNEL: self.channels[:2],
                ROLE: self.people[0].home.guild.roles if self.people[0].home.guild else [],
            }
            if option["type"] in things:
                found = things[option["type"]]
                option["value"] = resolved.add(found[option["value"] % len(found)])
        return data | {"resolved": {**data.get("resolved", {}), **resolved.parts}}

    def _shown(self, channel: Channel, data: Payload) -> Message:
        """A message of the bot's with that button or select in it: Discord lets nobody press what is not there."""
        part: Payload = {"type": data["component_type"], "custom_id": data["custom_id"], "id": data["id"]}
        part |= {"style": 2, "label": "?"} if part["type"] == BUTTON else {"options": [{"label": "a", "value": "a"}]}
        components = [{"type": 1, "id": 9, "components": [part]}]
        messages = self.discord.parts.messages
        payload: Payload = {"content": "press", "components": components}
        if data["custom_id"].startswith("jobs:page:"):  # which stand in messages of this kind alone
            payload = {"flags": 1 << 15, "components": [{"type": 10, "content": "press"}, *components]}
        return messages.create(channel, self.discord.world.bot, payload, {}, metadata=self.done.metadata)

    async def pardon(self) -> None:
        """Moderators and owners were among those who tried: undo what they were free to do."""
        home = self.people[0].home.guild
        assert home is not None
        await self.bot.servers.change(home.id, lambda _rules: Rules())
        await self.bot.servers.resume(home.id)
        self.bot.runner.queue.touch()
        for person in self.people:
            await self.bot.blocks.unblock(home.id, person.id)
        for name in self.bot.library.entries:
            await self.bot.keeper.switch(name, on=True)
        await self.bot.keeper.reload()

    async def ended(self) -> None:
        """Until no job is open."""
        async with asyncio.timeout(120):
            while await self.bot.store.select():
                await self.discord.gateway.changed.wait()


def _leaves(options: Sequence[Payload]) -> Iterator[Payload]:
    for option in options:
        yield from _leaves(option["options"]) if "options" in option else [option]


@asynccontextmanager
async def prepared(folder: Path) -> AsyncIterator[Target]:
    async with (
        Simulator(data_dir=folder / "comfyui", models=SD15) as comfyui,
        DiscordServer(answer_window=WINDOW) as discord,
    ):
        easel = Easel(discord, (comfyui.url,), folder / "data")
        async with easel.running() as bot:
            await listed(bot)
            await bot.keeper.wait_known()
            alice = discord.person("alice")
            answer = await alice.slash("imagine", prompt="a fox", size="256x256", steps=1)
            done = await answer.wait(finished)
            people = [discord.person(name) for name in ("alice", "bob", "mona", "olivia")]
            channels = [alice.place("general"), alice.place("art"), alice.dm]
            yield Target(discord, bot, people, channels, done, discord.person("bob").say("look"))


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    handler = Alarm()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_no_interaction_breaks_it_or_reaches_the_wrong_person(tmp_path: Path, alarm: Alarm) -> None:
    with asyncio.Runner() as runner:
        context = prepared(tmp_path)
        target = runner.run(context.__aenter__())
        try:
            _attack(runner, target)
            runner.run(_aftermath(target))
        finally:
            runner.run(context.__aexit__(None, None, None))

    assert alarm.errors == []
    secrets = [target.discord.token, *target.tokens]
    assert [secret for secret in secrets if any(secret in line for line in alarm.lines)] == []


def _attack(runner: asyncio.Runner, target: Target) -> None:
    (job,) = runner.run(target.bot.store.select(states=JobState))
    known = [job.id, str(uuid4()), "0" * 36, "x", str(job.place.user_id), "deadbeefdeadbeef"]
    custom_ids = [verb.format(word) for verb in VERBS for word in known]
    commands = target.discord.parts.commands.here(target.channels[0])

    @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(attempts(commands, custom_ids))
    def attack(attempt: Attempt) -> None:
        runner.run(target.send(attempt))

    attack()


async def _aftermath(target: Target) -> None:
    """All jobs end; each result lies in a message of its own, where it was asked for by whoever asked; and it works."""
    await target.pardon()
    await target.ended()
    jobs = await target.bot.store.select(states=JobState)
    placed = {job.place.message_id: job for job in jobs}
    assert len(placed) == len(jobs), "two jobs share a message"
    for channel in target.channels:
        for message in target.discord.messages(channel):
            job = placed.get(message.id)
            if job is not None:
                assert job.place.channel_id == channel.id
                assert message.metadata is not None
                assert message.metadata["user"]["id"] == str(job.place.user_id)
    answer = await target.people[0].slash("imagine", prompt="a whale", size="256x256", steps=1)
    assert len((await answer.wait(finished)).images) == 1
