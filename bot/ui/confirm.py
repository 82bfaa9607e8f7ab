"""Questions before jobs are stopped: Yes and No, once, for the moderator who asked, within a quarter of an hour."""

from __future__ import annotations

import re
from collections import OrderedDict
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

import discord
from discord import ui

from bot.errors import AccessRefused, Fenced
from bot.jobs.access import Action, Actor, require
from bot.jobs.changes import OPEN
from bot.jobs.job import JobState
from bot.text import _, ngettext
from bot.ui.buttons import EaselButton
from bot.ui.people import clipped
from bot.ui.permissions import presser
from bot.ui.stopping import REASON, cleaned, find_job, stop_all, stopped
from bot.ui.stopping import Bot as Stopping
from bot.ui.words import plain

LIFE = timedelta(minutes=15)
KEPT = 1000  # answered questions that are remembered
EVERYBODY = 0  # in place of a person's id
MOST = 2**63 - 1  # of an id: Discord's fit into 64 bits with a sign


class Verb(StrEnum):
    """What a Yes does; the target is a job's id or a person's."""

    #: stop one job
    STOP = "stop"
    #: stop the waiting jobs of a person, or of everybody
    CLEAR = "clear"
    #: stop all open jobs of a person
    CANCEL = "cancel"
    #: leave everything as it is
    KEEP = "keep"


class Questions:
    """Which questions were answered already, by message: a second press of a button finds that out."""

    def __init__(self) -> None:
        self._answered: OrderedDict[int, None] = OrderedDict()

    def take(self, message_id: int) -> bool:
        """Whether this is the first answer."""
        if message_id in self._answered:
            return False
        self._answered[message_id] = None
        if len(self._answered) > KEPT:
            self._answered.popitem(last=False)
        return True

    def give_back(self, message_id: int) -> None:
        """The answer failed: it may be given again."""
        self._answered.pop(message_id, None)


class Bot(Stopping, Protocol):
    """What the buttons need of the client they are pressed on."""

    questions: Questions


class ConfirmButton(
    EaselButton,
    template=r"jobs:(?P<verb>stop|clear|cancel|keep):(?P<target>[0-9a-f-]{1,36}):(?P<moderator_id>[0-9]{1,20})",
):
    """`jobs:<verb>:<job's or person's id, 0 for everybody>:<moderator's id>`. The reason stands in the message."""

    def __init__(self, verb: str, target: str, moderator_id: str, label: str = "") -> None:
        self.verb, self.target, self.moderator_id = Verb(verb), target, int(moderator_id)
        style = discord.ButtonStyle.secondary if self.verb is Verb.KEEP else discord.ButtonStyle.danger
        super().__init__(f"jobs:{verb}:{target}:{moderator_id}", label or str(verb), style=style)

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused; numbers are counted anew, and said."""
        if interaction.user.id != self.moderator_id:
            raise AccessRefused(_("Only who asked this can answer it. Use the command yourself."))
        actor = await presser(interaction)
        require(actor, Action.INTERRUPT)
        question = interaction.message
        if question is None or not question.flags.ephemeral:
            raise AccessRefused(_("That question is not there any more. Use the command again."))
        await self._check(bot, actor)
        await interaction.response.defer()
        if not bot.questions.take(question.id):
            return
        try:
            said = await self._do(bot, actor, question)
            await interaction.edit_original_response(content=clipped(f"{question.content}\n{said}"), view=None)
        except BaseException:
            bot.questions.give_back(question.id)
            raise

    async def _check(self, bot: Bot, actor: Actor) -> None:
        """Raise AccessRefused where the target is none of theirs."""
        if self.verb in {Verb.CLEAR, Verb.CANCEL}:
            self._person()
        elif self.verb is Verb.STOP:
            with suppress(Fenced):
                require(actor, Action.INTERRUPT, await find_job(bot.runner, self.target))

    async def _do(self, bot: Bot, actor: Actor, question: discord.Message) -> str:
        if bot.clock() - question.created_at > LIFE:
            return _("That question is too old. Use the command again.")
        reason = _reason(question)
        match self.verb:
            case Verb.STOP:
                return await self._stop(bot, actor, reason)
            case Verb.CLEAR | Verb.CANCEL:
                only = OPEN if self.verb is Verb.CANCEL else frozenset({JobState.WAITING})
                return said_stopped(await stop_all(bot, actor, self._person(), reason=reason, only=only))
            case Verb.KEEP:
                return _("Nothing was stopped.")

    async def _stop(self, bot: Bot, actor: Actor, reason: str) -> str:
        try:
            return await stopped(bot, await find_job(bot.runner, self.target), actor.user_id, reason=reason)
        except Fenced as ended:
            return ended.sentence()

    def _person(self) -> int | None:
        """Raises AccessRefused for what is no person's id."""
        user_id = person_of(self.target)
        if user_id is None and self.verb is Verb.CANCEL:
            raise AccessRefused(_("That button does nothing any more. Use the command again."))
        return user_id


async def ask(
    interaction: discord.Interaction[Any],
    text: str,
    verb: Verb,
    *,
    target: str | int,
    reason: str = "",
    yes: str = "",
    no: str = "",
) -> None:
    """The question, to who asked alone. The reason is kept in it, as it was typed."""
    view = ui.View(timeout=None)
    moderator_id = str(interaction.user.id)
    view.add_item(ConfirmButton(verb, str(target), moderator_id, yes or _("Yes")))
    view.add_item(ConfirmButton(Verb.KEEP, str(target), moderator_id, no or _("No")))
    embeds = [discord.Embed(title=_("Reason"), description=plain(reason, REASON))] if reason else []
    await interaction.response.send_message(clipped(text), embeds=embeds, view=view, ephemeral=True)


def person_of(custom: str) -> int | None:
    """A person's id out of a custom_id, None for everybody. Raises AccessRefused for what can be none."""
    if not re.fullmatch(r"[0-9]{1,19}", custom) or int(custom) > MOST:
        raise AccessRefused(_("That button does nothing any more. Use the command again."))
    return int(custom) or None


def said_stopped(count: int) -> str:
    """How many jobs were stopped."""
    if count == 0:
        return _("There was nothing left to stop.")
    return ngettext("Stopped {count} job.", "Stopped {count} jobs.", count).format(count=count)


def _reason(question: discord.Message) -> str:
    """As it was typed: the backslashes that keep it from being markup are taken out."""
    shown = question.embeds[0].description if question.embeds else None
    return cleaned(re.sub(r"\\(.)", r"\1", shown or ""))
