"""Who may do what: a table of everything that people can do with the bot, tried by everybody it could be done by."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import discord
import pytest
import pytest_asyncio

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.rules import Rules
from bot.playground import Answer, Channel, DiscordServer, Message, Person
from bot.playground.interaction import MODAL
from bot.playground.uploads import Upload
from bot.ui.forms import EaselForm
from bot.ui.pressable import BUTTONS
from bot.workflow.goals import key_of
from tests.whole.conftest import SD15, Easel, finished, listed
from tests.whole.making import MANIFEST, entry, noise
from tests.whole.moderated import planted
from tests.whole.test_library import BLANK
from tests.whole.test_limits_uploads import encoded

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACTORS = ("member", "owner", "moderator", "allowed", "admin", "bot owner", "blocked", "elsewhere", "dm")
#: y: done, n: refused in a message that only they see, -: Discord does not offer it to them
TABLE = """
                          member  owner  moderator  allowed  admin  bot_owner  blocked  elsewhere  dm
/first                      y       y        y         y       y        y         n         y       y
/queue                      y       y        y         y       y        y         y         y       y
/cancel                     n       y        n         n       n        n         n         n       n
/history own                y       y        y         y       y        y         y         y       y
/history another's          n       y        y         y       y        y         n         y       n
/show                       n       y        y         y       y        y         n         n       n
/preferences show           y       y        y         y       y        y         y         y       y
/preferences set            y       y        y         y       y        y         y         y       y
/preferences clear          y       y        y         y       y        y         y         y       y
/preset save                n       y        n         n       n        n         n         n       n
/preset delete              y       y        y         y       y        y         y         y       y
/preset list                y       y        y         y       y        y         y         y       y
/forget me                  y       y        y         y       y        y         y         y       y
/forget user                n       y        n         n       n        y         n         n       n
/jobs list                  -       -        y         y       y        y         -         y       -
/jobs interrupt             -       -        y         y       y        y         -         n       -
/jobs cancel                -       -        y         y       y        y         -         y       -
/jobs clear                 -       -        y         y       y        y         -         y       -
/jobs pause                 -       -        y         y       y        y         -         y       -
/jobs resume                -       -        y         y       y        y         -         y       -
/jobs block                 -       -        y         y       y        y         -         y       -
/jobs unblock               -       -        y         y       y        y         -         y       -
/jobs limits                -       -        y         y       y        y         -         y       -
/settings show              -       -        -         -       y        y         -         -       -
/settings limits            -       -        -         -       y        y         -         -       -
/settings channel           -       -        -         -       y        y         -         -       -
/settings role              -       -        -         -       y        y         -         -       -
/settings workflow          -       -        -         -       y        y         -         -       -
/settings budget            -       -        -         -       y        y         -         -       -
/settings results           -       -        -         -       y        y         -         -       -
/settings audit             -       -        -         -       y        y         -         -       -
/settings language          -       -        -         -       y        y         -         -       -
/settings words             -       -        -         -       y        y         -         -       -
/settings strikes           -       -        -         -       y        y         -         -       -
/settings reset             -       -        -         -       y        y         -         -       -
/workflows list             -       -        -         -       n        y         -         -       n
/workflows show             -       -        -         -       n        y         -         -       n
/workflows reload           -       -        -         -       n        y         -         -       n
/workflows enable           -       -        -         -       n        y         -         -       n
/workflows disable          -       -        -         -       n        y         -         -       n
/workflows add              -       -        -         -       n        y         -         -       n
/backends list              -       -        -         -       n        y         -         -       n
/backends pause             -       -        -         -       n        y         -         -       n
/backends resume            -       -        -         -       n        y         -         -       n
/backends free              -       -        -         -       n        y         -         -       n
menu Stop this job          -       -        y         -       y        y         -         -       -
menu Remove and warn        -       -        y         -       y        y         -         -       -
menu Report to moderators   y       y        y         y       y        y         y         -       -
menu Remix this picture     y       y        y         y       y        y         n         -       y
menu What made this         y       y        y         y       y        y         y         -       y
CancelButton                n       y        y         y       y        y         n         n       n
DirectButton                n       y        n         n       n        n         n        n         n
ConfirmButton own           n       n        y         y       y        y         n         n       n
ConfirmButton another's     n       n        n         n       n        n         n         n       n
PageButton                  n       n        y         y       y        y         n         y       n
ShowButton                  n       y        y         y       y        y         n         n       n
HistoryButton own           y       y        y         y       y        y         y         y       y
HistoryButton another's     n       y        y         y       y        y         n         y       n
SaveButton                  y       y        y         y       y        y         y         n       n
DownloadButton              y       y        y         y       y        y         y         n       n
DeleteButton                n       y        y         y       y        y         n         n       n
DeletionButton own          n       y        y         y       y        y         n         n       n
DeletionButton another's    n       n        n         n       n        n         n         n       n
DraftButton                 n       n        n         n       n        y         n         n       n
DetailsButton               y       y        y         y       y        y         y         n       n
EditButton                  y       y        y         y       y        y         n         n       n
UseButton                   y       y        y         y       y        y         n         n       n
IntoButton                  y       y        y         y       y        y         n         n       n
ImproveButton               y       y        y         y       y        y         n         n       n
SuggestionButton            y       y        y         y       y        y         n         n       n
AgainButton                 y       y        y         y       y        y         n         n       n
ActButton                   y       y        y         y       y        y         n         n       n
VaryButton                  y       y        y         y       y        y         n         n       n
PickSelect                  y       y        y         y       y        y         n         n       n
ForgetButton own            y       y        y         y       y        y         y         y       y
ForgetButton another's      n       n        n         n       n        n         n         n       n
ReportButton                n       n        y         y       y        y         n         n       n
WarnForm own                -       -        y         -       y        y         -         -       -
WarnForm another's          n       n        n         n       n        n         n         n       n
FillForm own                y       y        y         y       y        y         n         n       n
FillForm another's          n       n        n         n       n        n         n         n       n
ReportForm own              y       y        y         y       y        y         y         -       -
ReportForm another's        n       n        n         n       n        n         n         n       n
"""
#: what /first takes and does nothing with
UNUSED = {
    "3": entry("LoadImage", "Picture", image="example.png"),
    "4": entry("CLIPTextEncode", "Prompt", text=""),
    "5": entry("KSampler", "Sampler", denoise=1.0),
}
TAKES = "".join(
    f'[[option]]\nname = "{name}"\ntype = "{kind}"\ntargets = ["{target}"]\n'
    for name, kind, target in (
        ("picture", "image", "Picture.image"),
        ("prompt", "text", "Prompt.text"),
        ("change", "number", "Sampler.denoise"),
    )
)
PICTURE = encoded(noise(8))
#: how refusals begin, all there are
REFUSED = re.compile(
    r"Only |You may not|That is somebody else's|That job belongs|You are blocked|This command is for|You have no job|"
    r"That form was not put|That form is not open|That button does nothing|That question|There is no such job|"
    r"That job has already ended|That is not a message"
)


@dataclass
class World:
    """One bot, two servers, and somebody of each kind."""

    discord: DiscordServer
    bot: EaselBot
    people: dict[str, Person]
    template: Job
    elsewhere: Channel
    metadata: dict[str, Any]

    def place(self, actor: str) -> Channel:
        if actor == "dm":
            return self.people[actor].dm
        return self.elsewhere if actor == "elsewhere" else self.people[actor].home

    async def job(self, channel: Channel | None = None) -> tuple[Job, Message]:
        """A job of its owner's that waits and that nobody begins, and its message."""
        message = planted(self.discord, channel or self.people["owner"].home, "job:cancel:none")
        place = replace(self.template.place, message_id=message.id, channel_id=message.channel.id)
        job = replace(self.template, id=str(uuid4()), state=JobState.WAITING, place=place)
        return await self.bot.store.add(job), message

    def question(self, person: Person, channel: Channel, custom_id: str) -> Message:
        """A message of the bot's for that person's eyes, with a button."""
        part = {"type": 2, "style": 2, "label": "Press", "custom_id": custom_id}
        row = {"type": 1, "components": [part]}
        payload: dict[str, Any] = {"content": "?", "components": [row]}
        if custom_id.startswith("job:suggested:"):
            payload["content"] = "```\na better prompt\n```"
        if custom_id.startswith("jobs:page:"):
            payload = {"flags": 1 << 15, "components": [{"type": 10, "content": "?"}, row]}
        bot, metadata = self.discord.world.bot, self.metadata
        return self.discord.parts.messages.create(channel, bot, payload, {}, only_for=person.user, metadata=metadata)

    async def restore(self) -> None:
        """What those who may have changed is as it was."""
        guild = self.discord.guild.id
        audit = self.people["owner"].place("art").id
        await self.bot.servers.change(guild, lambda _rules: Rules(audit_channel=audit))
        other = self.elsewhere.guild
        assert other is not None
        for each in (guild, other.id):
            await self.bot.servers.resume(each)
        for backend in self.bot.pool.backends:
            await self.bot.pauses.resume(backend.name)
        for name in ("owner", "member"):
            await self.bot.blocks.unblock(guild, self.people[name].id)
            await self.bot.blocks.unblock(other.id, self.people[name].id)
        if not self.bot.library.variants("first"):
            await self.bot.keeper.switch("first", on=True)
            await self.bot.keeper.reload()


Deed = Callable[[World, str], Awaitable[Answer]]


def cells() -> Iterator[tuple[str, str, str]]:
    """(thing, actor, what is expected)."""
    for line in TABLE.strip().splitlines()[1:]:
        *name, rest = re.split(r"\s{3,}", line.strip(), maxsplit=1)
        for actor, wanted in zip(ACTORS, rest.split(), strict=True):
            yield name[0], actor, wanted


def slash(path: str, **values: Any) -> Deed:
    async def use(world: World, actor: str) -> Answer:
        job, _message = await world.job()
        things: dict[str, Any] = {
            "JOB": job.id,
            "OWNER": world.people["owner"],
            "ROLE": world.discord.guild.everyone if actor != "elsewhere" else None,
            "CHANNEL": world.place(actor),
            "FILE": ("x.json", b"{"),
            "BACKEND": world.bot.pool.backends[0].name,
        }
        given = {name: things.get(value, value) if isinstance(value, str) else value for name, value in values.items()}
        return await world.people[actor].slash(path, channel=world.place(actor), values=given)

    return use


def menu(name: str) -> Deed:
    async def use(world: World, actor: str) -> Answer:
        _job, message = await world.job(world.place(actor) if actor == "dm" else None)
        return await world.people[actor].menu(name, message)

    return use


def button(custom_id: str, whose: str = "") -> Deed:
    """`{job}`, `{owner}`, `{me}` and `{them}` are put in: ids of a job, its owner, who presses, and another."""

    async def press(world: World, actor: str) -> Answer:
        job, _message = await world.job()
        person = world.people[actor]
        ids = {
            "job": job.id,
            "owner": world.people["owner"].id,
            "me": person.id,
            "them": world.people["moderator" if actor != "moderator" else "admin"].id,
        }
        name = custom_id.format(**ids)
        return await person.click(world.question(person, world.place(actor), name), name)

    return press


def chosen(custom_id: str, value: str) -> Deed:
    """An entry of a select in a message of the bot's."""

    async def choose(world: World, actor: str) -> Answer:
        job, _message = await world.job()
        person = world.people[actor]
        name, entry = custom_id.format(job=job.id), value.format(job=job.id)
        select = {"type": 3, "custom_id": name, "options": [{"label": "Again", "value": entry}]}
        payload = {"content": "?", "components": [{"type": 1, "components": [select]}]}
        metadata, bot = world.metadata, world.discord.world.bot
        create = world.discord.parts.messages.create
        message = create(world.place(actor), bot, payload, {}, only_for=person.user, metadata=metadata)
        return await person.select(message, name, entry)

    return choose


async def remix(world: World, actor: str) -> Answer:
    """Of a picture that somebody posted."""
    place = world.place(actor) if actor == "dm" else world.people["owner"].home
    poster = world.people["dm" if actor == "dm" else "owner"]
    message = poster.say("", Upload("a.png", PICTURE), channel=place)
    return await world.people[actor].menu("Remix this picture", message)


def form(opening: Deed, field: str, *, own: bool) -> Deed:
    """Sent by who opened it, or by somebody else who came to know its id."""

    async def send(world: World, actor: str) -> Answer:
        opener = actor if own else ("moderator" if actor != "moderator" else "admin")
        answer = await opening(world, opener)
        if answer.modal is None:
            return answer
        if own:
            return await answer.modal.submit(**{field: "because"})
        part = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": field, "value": "because"}}
        data = {"custom_id": answer.modal.custom_id, "components": [part]}
        person = world.people[actor]
        done = await person.act(MODAL, world.place(actor), data, triggered_by=answer.interaction.metadata)
        return Answer(done, person)

    return send


DEEDS: dict[str, Deed] = {
    "/first": slash("first"),
    "/queue": slash("queue"),
    "/cancel": slash("cancel", job="JOB"),
    "/history own": slash("history"),
    "/history another's": slash("history", user="OWNER"),
    "/show": slash("show", job="JOB"),
    "/preferences show": slash("preferences show"),
    "/preferences set": slash("preferences set", style="in ink"),
    "/preferences clear": slash("preferences clear", what="all"),
    "/preset save": slash("preset save", name="mine", job="JOB"),
    "/preset delete": slash("preset delete", name="mine"),
    "/preset list": slash("preset list"),
    "/forget me": slash("forget me"),
    "/forget user": slash("forget user", user="OWNER"),
    "/jobs list": slash("jobs list"),
    "/jobs interrupt": slash("jobs interrupt", job="JOB"),
    "/jobs cancel": slash("jobs cancel", user="OWNER"),
    "/jobs clear": slash("jobs clear"),
    "/jobs pause": slash("jobs pause"),
    "/jobs resume": slash("jobs resume"),
    "/jobs block": slash("jobs block", user="OWNER"),
    "/jobs unblock": slash("jobs unblock", user="OWNER"),
    "/jobs limits": slash("jobs limits"),
    "/settings show": slash("settings show"),
    "/settings limits": slash("settings limits", hour=100),
    "/settings channel": slash("settings channel", channel="CHANNEL", allow=True),
    "/settings role": slash("settings role", role="ROLE", allow=True),
    "/settings workflow": slash("settings workflow", workflow="first", cooldown=0),
    "/settings budget": slash("settings budget", per_day=1),
    "/settings results": slash("settings results", visibility="spoiler"),
    "/settings audit": slash("settings audit", channel="CHANNEL"),
    "/settings language": slash("settings language"),
    "/settings words": slash("settings words", add="wobble"),
    "/settings strikes": slash("settings strikes", count=3),
    "/settings reset": slash("settings reset", what="limits"),
    "/workflows list": slash("workflows list"),
    "/workflows show": slash("workflows show", workflow="first"),
    "/workflows reload": slash("workflows reload"),
    "/workflows enable": slash("workflows enable", workflow="first"),
    "/workflows disable": slash("workflows disable", workflow="first"),
    "/backends list": slash("backends list"),
    "/backends pause": slash("backends pause", backend="BACKEND"),
    "/backends resume": slash("backends resume", backend="BACKEND"),
    "/backends free": slash("backends free", backend="BACKEND"),
    "/workflows add": slash("workflows add", file="FILE"),
    "menu Stop this job": menu("Stop this job"),
    "menu Remove and warn": menu("Remove and warn"),
    "menu Report to moderators": menu("Report to moderators"),
    "menu Remix this picture": remix,
    "menu What made this": menu("What made this"),
    "CancelButton": button("job:cancel:{job}"),
    "DirectButton": button("job:dm:{job}"),
    "ConfirmButton own": button("jobs:stop:{job}:{me}"),
    "ConfirmButton another's": button("jobs:stop:{job}:{them}"),
    "PageButton": button("jobs:page:0:0:open"),
    "ShowButton": button("job:show:{job}"),
    "HistoryButton own": button("history:{me}:top"),
    "HistoryButton another's": button("history:{owner}:top"),
    "SaveButton": button("job:save:{job}"),
    "DownloadButton": button("job:download:{job}"),
    "DeleteButton": button("job:delete:{job}"),
    "DeletionButton own": button("delete:no:{job}:{me}"),
    "DeletionButton another's": button("delete:no:{job}:{them}"),
    "DraftButton": button("workflow:drop:0123456789abcdef"),
    "DetailsButton": button("job:details:{job}"),
    "EditButton": button("job:edit:{job}"),
    "UseButton": button("job:use:{job}:0"),
    "IntoButton": button(f"job:into:{{job}}:0:{key_of('first', 'picture')}"),
    "ImproveButton": button("job:improve:{job}"),
    "SuggestionButton": button("job:suggested:{job}:use"),
    "AgainButton": button("job:again:{job}"),
    "ActButton": button(f"job:act:{{job}}:0:{key_of('first', 'picture')}"),
    "VaryButton": button(f"job:subtle:{{job}}:0:{key_of('first', 'picture')}"),
    "PickSelect": chosen("job:pick:{job}:0", "job:again:{job}"),
    "ForgetButton own": button("forget:no:{me}:{me}"),
    "ForgetButton another's": button("forget:no:{owner}:{them}"),
    "ReportButton": button("report:dismiss:{job}"),
    "WarnForm own": form(menu("Remove and warn"), "reason", own=True),
    "WarnForm another's": form(menu("Remove and warn"), "reason", own=False),
    "FillForm own": form(button("job:edit:{job}"), "prompt", own=True),
    "FillForm another's": form(button("job:edit:{job}"), "prompt", own=False),
    "ReportForm own": form(menu("Report to moderators"), "reason", own=True),
    "ReportForm another's": form(menu("Report to moderators"), "reason", own=False),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("easel")
    async with (
        Simulator(data_dir=folder / "comfyui", models=SD15) as comfyui,
        DiscordServer(answer_window=15.0) as server,
    ):
        easel = Easel(server, (comfyui.url,), folder / "data")
        easel.add_workflow("first", BLANK | UNUSED, MANIFEST + TAKES)
        easel.changes |= {"limit_waiting": 0, "drain_seconds": 0.0}
        easel.changes["prompt_helper_url"] = "http://127.0.0.1:9/v1"  # where nobody answers
        people = _people(server)
        async with easel.running() as bot:
            await listed(bot)
            await bot.keeper.wait_known()
            helpers = next(role for role in server.guild.roles if role.name == "Helpers")
            server.permit("jobs", helpers, allowed=True)
            done = await (await people["owner"].slash("first")).wait(finished)
            template = await bot.store.by_message(done.channel.id, done.id)
            assert template is not None
            await bot.blocks.block(server.guild.id, people["blocked"].id, by=people["moderator"].id, reason="")
            world = World(server, bot, people, template, people["elsewhere"].home, done.metadata or {})
            await world.restore()
            yield world


def _people(server: DiscordServer) -> dict[str, Person]:
    other = server.add_guild("Other")
    return {
        "member": server.person("bob"),
        "owner": server.person("alice"),
        "moderator": server.person("mona"),
        "allowed": server.add_person("rita", server.add_role("Helpers")),
        "admin": server.add_person("adam", server.add_role("Admins", administrator=True)),
        "bot owner": server.person("olivia"),
        "blocked": server.add_person("bella"),
        "elsewhere": server.add_person("erik", server.add_role("Mods", guild=other, manage_messages=True), guild=other),
        "dm": server.add_person("dan"),
    }


async def outcome(world: World, thing: str, actor: str) -> tuple[str, str]:
    """y, n or -, and what was said."""
    try:
        answer = await DEEDS[thing](world, actor)
    except PermissionError as refusal:
        return "-", str(refusal)
    if answer.modal is not None:
        return "y", answer.modal.title
    message = answer.followups[-1] if answer.followups else answer.interaction.original
    text = message.text if message is not None else ""
    return ("n" if REFUSED.match(text) else "y") if answer.acknowledged else "no answer", text


@pytest.mark.parametrize("thing", DEEDS)
async def test_everybody_may_what_the_table_says(world: World, thing: str) -> None:
    found: dict[str, str] = {}
    said: dict[str, str] = {}
    for actor in ACTORS:
        found[actor], said[actor] = await outcome(world, thing, actor)
        if found[actor] == "y":
            await world.restore()

    wanted = {actor: expected for name, actor, expected in cells() if name == thing}
    assert found == wanted, {actor: said[actor] for actor in ACTORS if found[actor] != wanted[actor]}


async def test_nothing_is_missing_in_the_table(world: World) -> None:
    registered = {*_commands(world), *(item.__name__ for item in BUTTONS), *_forms(EaselForm)}
    tried = {re.sub(r" (own|another's)$", "", thing) for thing in DEEDS}

    assert tried == registered
    assert {name for name, _actor, _wanted in cells()} == set(DEEDS)


def _commands(world: World) -> Iterator[str]:
    for command in world.bot.tree.get_commands(type=discord.AppCommandType.chat_input):
        if isinstance(command, discord.app_commands.Group):
            yield from (f"/{inner.qualified_name}" for inner in command.walk_commands())
        else:
            yield f"/{command.name}"
    yield from (f"menu {menu.name}" for menu in world.bot.tree.get_commands(type=discord.AppCommandType.message))
    yield from (f"menu {menu.name}" for menu in world.bot.tree.get_commands(type=discord.AppCommandType.user))


def _forms(base: type[EaselForm]) -> Iterator[str]:
    for form in base.__subclasses__():
        if form.__subclasses__():
            yield from _forms(form)
        else:
            yield form.__name__
