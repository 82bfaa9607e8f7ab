"""Delete: a result taken away by its owner or a moderator, who is asked first."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import discord
from discord import ui

from bot.errors import AccessRefused
from bot.jobs.access import Action, require
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.network import NETWORK_ERRORS
from bot.text import _
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.confirm import Questions
from bot.ui.permissions import presser
from bot.ui.removal import delete_result

log = logging.getLogger(__name__)

LIFE = timedelta(minutes=15)
KEPT = 500  # presses that are remembered


class Presses:
    """Which press a question came from, by the question's message. Its token reaches the message it was pressed under,
    where nothing else of the bot's does; after a restart, what else reaches it has to do.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[int, discord.Interaction[Any]] = OrderedDict()

    def keep(self, question_id: int, press: discord.Interaction[Any]) -> None:
        """Until it is taken, or many others came."""
        self._kept[question_id] = press
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def take(self, question_id: int) -> discord.Interaction[Any] | None:
        """Once."""
        return self._kept.pop(question_id, None)


class Bot(Protocol):
    """What deleting needs of the client."""

    store: Store
    questions: Questions
    presses: Presses
    clock: Callable[[], datetime]


class DeleteButton(EaselButton, template=rf"job:delete:{JOB_ID}"):
    """`job:delete:<job id>`: asks first."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:delete:{job_id}", _("Delete"))

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused."""
        job = await _allowed(interaction, bot, self.job_id)
        view = ui.View(timeout=None)
        for verb in ("yes", "no"):
            view.add_item(DeletionButton(verb, job.id, str(interaction.user.id)))
        await interaction.response.defer()
        question = await interaction.followup.send(_question(interaction, job), view=view, ephemeral=True, wait=True)
        bot.presses.keep(question.id, interaction)


class DeletionButton(EaselButton, template=rf"delete:(?P<verb>yes|no):{JOB_ID}:(?P<asker_id>[0-9]{{1,19}})"):
    """`delete:<yes or no>:<job id>:<who asked>`: for who asked alone, within a quarter of an hour, once."""

    def __init__(self, verb: str, job_id: str, asker_id: str) -> None:
        self.verb, self.job_id, self.asker_id = verb, job_id, int(asker_id)
        yes = verb == "yes"
        style = discord.ButtonStyle.danger if yes else discord.ButtonStyle.secondary
        super().__init__(f"delete:{verb}:{job_id}:{asker_id}", _("Delete it") if yes else _("Keep it"), style=style)

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused."""
        if interaction.user.id != self.asker_id:
            raise AccessRefused(_("Only who asked this can answer it. Use the button yourself."))
        job = await _allowed(interaction, bot, self.job_id)
        question = interaction.message
        if question is None or not question.flags.ephemeral:
            raise AccessRefused(_("That question is not there any more. Press the button again."))
        await interaction.response.defer()
        if self.verb == "no":
            said = _("Nothing was deleted.")
        elif bot.clock() - question.created_at > LIFE:
            said = _("That question is too old. Press the button again.")
        elif not bot.questions.take(question.id):
            return
        else:
            await interaction.edit_original_response(view=None)
            said = await _delete(bot, job, interaction.user.id, bot.presses.take(question.id))
        await interaction.edit_original_response(content=said, view=None)


async def _allowed(interaction: discord.Interaction[Any], bot: Bot, job_id: str) -> Job:
    """Raises AccessRefused where there is none, or they may not."""
    job = await bot.store.get(job_id)
    if job is None:
        raise AccessRefused(_("I do not know what this was any more, so delete the message yourself."))
    require(await presser(interaction), Action.DELETE, job)
    return job


def _question(interaction: discord.Interaction[Any], job: Job) -> str:
    if interaction.user.id == job.place.user_id:
        return _("Delete this result, with all its pictures? They do not come back.")
    return _(
        "Delete this result of <@{user}>, with all its pictures? They do not come back, and <@{user}> is told."
    ).format(user=job.place.user_id)


async def _delete(bot: Bot, job: Job, by: int, press: discord.Interaction[Any] | None) -> str:
    """What to say of it."""
    gone, told = await delete_result(bot, job, by)
    if press is not None and await _delete_pressed(press):
        own = {job.place.message_id, *job.parts.values()}
        gone = gone or (press.message is not None and own <= {press.message.id, None})
    if gone:
        first = _("Deleted.")
    elif job.place.ephemeral:
        first = _("Discord lets nobody but you take away a message that only you see: dismiss it.")
    else:
        first = _("Discord does not let me delete that message: delete it yourself.")
    return f"{first} {told}"


async def _delete_pressed(press: discord.Interaction[Any]) -> bool:
    """The message whose button was pressed, by the press's own token: it may be gone already."""
    try:
        await press.delete_original_response()
    except discord.NotFound:
        return True
    except (discord.HTTPException, *NETWORK_ERRORS) as error:
        log.info("the message of a pressed button cannot be deleted: %s", error)
        return False
    return True
