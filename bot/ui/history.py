"""What a person asked for, newest first, page by page: with small pictures, and the way back to each."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol

import discord
from discord import ui

from bot.jobs.access import Action, Actor, require
from bot.jobs.job import Job
from bot.jobs.past import CURSOR, Cursor, Span, look_back
from bot.jobs.store import Store
from bot.text import _, named
from bot.ui.again import AgainButton
from bot.ui.buttons import Control, EaselButton, control
from bot.ui.confirm import person_of
from bot.ui.editing import EditButton
from bot.ui.lists import state_word
from bot.ui.people import guild_of
from bot.ui.permissions import presser
from bot.ui.reaching import address_of_job
from bot.ui.returning import is_nsfw, taken_by_moderator
from bot.ui.showing import ShowButton
from bot.ui.small import Bot as Pictured
from bot.ui.small import small_pictures
from bot.ui.visibility import restricted
from bot.ui.words import alt_text, plain
from bot.workflow.library import Library

SIZE = 4  # jobs on a page: with three buttons each, 35 of Discord's 40 components
PROMPT = 150  # characters of a prompt; twice as many once they are escaped


class Bot(Pictured, Protocol):
    """What the history needs of the client."""

    store: Store
    library: Library


@dataclass(frozen=True)
class Sheet:
    """A message: fresh components each time, and the small pictures in them."""

    view: ui.LayoutView
    files: list[discord.File]


class HistoryButton(EaselButton, template=rf"history:(?P<user_id>[0-9]{{1,19}}):(?P<cursor>{CURSOR})"):
    """`history:<whose>:<from where>`: shows that page in place of this."""

    def __init__(self, user_id: str, cursor: str, label: str = "…") -> None:
        self.user_id, self.cursor = user_id, cursor
        super().__init__(f"history:{user_id}:{cursor}", label)

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused."""
        user_id = person_of(self.user_id) or interaction.user.id
        await may_look_back(interaction, user_id)
        await interaction.response.defer()
        await show_history(interaction, bot, user_id, Cursor.parse(self.cursor))


async def may_look_back(interaction: discord.Interaction[Any], user_id: int) -> int | None:
    """The server whose jobs they may see of that person, None for all: one's own everywhere, somebody else's for the
    moderators of a server, and for whoever runs the bot. Raises AccessRefused.
    """
    return None if user_id == interaction.user.id else _guild(await presser(interaction))


async def show_history(
    interaction: discord.Interaction[Any], bot: Bot, user_id: int, cursor: Cursor | None = None
) -> None:
    """In place of a deferred answer: the pictures may have to be fetched. Raises AccessRefused."""
    page = await _page(interaction, bot, user_id, cursor)
    await interaction.edit_original_response(view=page.view, attachments=page.files)


async def _page(interaction: discord.Interaction[Any], bot: Bot, user_id: int, cursor: Cursor | None) -> Sheet:
    guild_id = await may_look_back(interaction, user_id)
    span = await look_back(bot.store, user_id, guild_id=guild_id, cursor=cursor, limit=SIZE)
    if not span.jobs:
        return Sheet(_empty(own=user_id == interaction.user.id), [])
    seen = [job for job in span.jobs if _pictured(interaction, bot, job)]
    pictures = await small_pictures(bot, interaction.client, seen)
    files = [
        discord.File(BytesIO(pictures[job.id]), f"{job.id}.webp", description=alt_text(job))
        for job in seen
        if job.id in pictures
    ]
    return Sheet(_view(span, user_id, interaction.user.id, frozenset(pictures)), files)


def _guild(actor: Actor) -> int | None:
    """The server whose jobs they may go through; None, which is all, for whoever runs the bot."""
    require(actor, Action.LIST)
    return None if actor.owner else guild_of(actor)


def _pictured(interaction: discord.Interaction[Any], bot: Bot, job: Job) -> bool:
    """Whether a small picture of it may be shown here."""
    return job.removed_by is None and (not is_nsfw(bot.library, job) or restricted(interaction))


def _empty(*, own: bool) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    text = (
        _("You have not made anything yet. Type `/`, choose a command such as `/imagine`, and say what you want.")
        if own
        else _("They have not made anything here.")
    )
    view.add_item(ui.TextDisplay(text))
    return view


def _view(span: Span, user_id: int, reader: int, pictured: frozenset[str]) -> ui.LayoutView:
    """Fresh components, as with every message that has buttons."""
    view = ui.LayoutView(timeout=None)
    own = user_id == reader
    title = _("### What you made") if own else _("### What <@{user}> made").format(user=user_id)
    view.add_item(ui.TextDisplay(title))
    for number, job in enumerate(span.jobs):
        if number:
            view.add_item(ui.Separator())
        view.add_item(_entry(job, pictured=job.id in pictured))
        view.add_item(_row(*_buttons(job)))
    ways = ((span.newer, _("Newer")), (span.older, _("Older")))
    turns = [control(HistoryButton, str(user_id), str(cursor), label) for cursor, label in ways if cursor is not None]
    if turns:
        view.add_item(_row(*turns))
    return view


def _entry(job: Job, *, pictured: bool) -> ui.Item[Any]:
    text = _text(job)
    if not pictured:
        return ui.TextDisplay(text)
    media = f"attachment://{job.id}.webp"
    return ui.Section(text, accessory=ui.Thumbnail(media, description=alt_text(job), spoiler=job.spoiler))


def _text(job: Job) -> str:
    prompt = plain(job.prompt, PROMPT)
    facts = [f"<t:{int(job.created_at.timestamp())}:R>", f"`/{named(job.workflow)}`", _state(job)]
    if link := message_link(job):
        facts.append(_("[to the message]({link})").format(link=link))
    return "\n".join(part for part in (f"**{prompt}**" if prompt else "", f"-# {' · '.join(facts)}") if part)


def message_link(job: Job) -> str | None:
    """The address of its message, if others see it too and it was not taken away."""
    return address_of_job(job) if job.removed_by is None else None


def _state(job: Job) -> str:
    if job.removed_by is None:
        return state_word(job.state)
    return _("removed by a moderator") if taken_by_moderator(job) else _("deleted")


def _buttons(job: Job) -> list[Control]:
    """What one can do with it from here; all the rest is under it once it is shown."""
    if taken_by_moderator(job):
        return [control(ShowButton, job.id)]
    return [control(kind, job.id) for kind in (AgainButton, EditButton, ShowButton)]


def _row(*controls: Control) -> ui.ActionRow[ui.LayoutView]:
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for each in controls:
        row.add_item(each.item())
    return row
