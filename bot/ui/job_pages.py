"""A server's jobs for its moderators, page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import discord
from discord import ui

from bot.jobs.access import Action, Actor, require
from bot.jobs.changes import OPEN
from bot.jobs.job import JobState
from bot.jobs.runner import Runner
from bot.text import _, ngettext
from bot.ui.buttons import EaselButton
from bot.ui.confirm import EVERYBODY, person_of
from bot.ui.lists import job_lines, moderator_line, troubles
from bot.ui.people import guild_of
from bot.ui.permissions import presser

SIZE = 10  # jobs on a page: together their longest lines stay below the ceiling for one message
ALL = "open"  # in place of a state: every one that has not ended


class Bot(Protocol):
    """What a page needs of the bot."""

    runner: Runner
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Wanted:
    """Which jobs: `number` of the page from 0, of a person or of everybody, in a state or all that have not ended."""

    number: int = 0
    user_id: int | None = None
    state: JobState | None = None


class PageButton(
    EaselButton,
    template=r"jobs:page:(?P<number>[0-9]{1,6}):(?P<user_id>[0-9]{1,19}):"
    rf"(?P<state>{'|'.join([ALL, *(state.value for state in JobState)])})",
):
    """`jobs:page:<number from 0>:<person's id, 0 for everybody>:<state, or open>`: shows that page in place of this."""

    def __init__(self, number: str, user_id: str, state: str, label: str = "…") -> None:
        self.number, self.user_id, self.state = int(number), user_id, state
        super().__init__(f"jobs:page:{number}:{user_id}:{state}", label)

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused."""
        actor = await presser(interaction)
        state = None if self.state == ALL else JobState(self.state)
        view = await jobs_page(bot, actor, Wanted(self.number, person_of(self.user_id), state))
        await interaction.response.edit_message(view=view)


async def jobs_page(bot: Bot, actor: Actor, wanted: Wanted) -> ui.LayoutView:
    """The page, or the last one there is. Raises AccessRefused for who is no moderator of that actor's server."""
    require(actor, Action.LIST)
    guild_id = guild_of(actor)
    states = OPEN if wanted.state is None else frozenset({wanted.state})
    store, board, now = bot.runner.store, bot.runner.board, bot.clock()
    count = sum((await store.counts(guild_id=guild_id, user_id=wanted.user_id, states=states)).values())
    last = max(0, (count - 1) // SIZE)
    number = min(wanted.number, last)
    jobs = await store.select(
        guild_id=guild_id,
        user_id=wanted.user_id,
        states=states,
        latest=wanted.state is not None and wanted.state.ended,
        limit=SIZE,
        offset=number * SIZE,
    )
    lines = job_lines(jobs, board, now, actor)
    texts = [troubles(lines), *(moderator_line(line, now) for line in lines)]
    return _view([text for text in texts if text], count, Wanted(number, wanted.user_id, wanted.state), last)


def _view(texts: list[str], count: int, shown: Wanted, last: int) -> ui.LayoutView:
    """Fresh components, as with every message that has buttons."""
    view = ui.LayoutView(timeout=None)
    text = "\n".join(texts) or _("There are no such jobs on this server.")
    view.add_item(ui.TextDisplay(text))
    if last == 0:
        return view
    total = ngettext("{count} job", "{count} jobs", count).format(count=count)
    view.add_item(
        ui.TextDisplay(
            _("-# Page {number} of {last} · {total}").format(number=shown.number + 1, last=last + 1, total=total)
        )
    )
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    if shown.number > 0:
        row.add_item(_button(shown, shown.number - 1, _("Previous")))
    if shown.number < last:
        row.add_item(_button(shown, shown.number + 1, _("Next")))
    view.add_item(row)
    return view


def _button(shown: Wanted, number: int, label: str) -> PageButton:
    state = ALL if shown.state is None else shown.state.value
    return PageButton(str(number), str(shown.user_id or EVERYBODY), state, label)
