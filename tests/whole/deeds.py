"""What people can do with the bot, by the names of the table of who may do what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from bot.app import EaselBot
from bot.jobs.job import Job, JobState
from bot.jobs.rules import Rules
from bot.playground import Answer, Channel, DiscordServer, Message, Person
from bot.playground.interaction import MODAL
from bot.playground.uploads import Upload
from bot.workflow.goals import key_of
from tests.whole.making import noise
from tests.whole.moderated import planted
from tests.whole.test_limits_uploads import encoded

PICTURE = encoded(noise(8))


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
