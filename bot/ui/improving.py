"""Improve prompt: a language model suggests a better one, and the person decides before anything is made of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Protocol

import discord
from discord import ui

from bot.errors import AccessRefused, HelperFailed, HelperTrouble, TextBlocked
from bot.helper import PromptHelper
from bot.jobs.job import Job, JobState
from bot.jobs.screening import Screening
from bot.jobs.wording import PROMPT, without_style
from bot.text import _
from bot.ui.admitting import Admitting
from bot.ui.again import Bot as Again
from bot.ui.again import again, make_or_ask
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.carrying import address_of, to_go_on_from
from bot.ui.filling import ask
from bot.ui.making import Wish
from bot.ui.people import actor_of
from bot.ui.places import channels_of
from bot.ui.presence import server_of
from bot.ui.visibility import require_nsfw_channel
from bot.ui.workflows import unavailable
from bot.workflow.library import Library
from bot.workflow.option import Option, OptionType

#: how the suggestion stands in the message that its buttons are on: it has no backticks of its own
BLOCK = "```\n{suggestion}\n```"
_BLOCK = re.compile(r"```\n([^`]+)\n```")


class Bot(Again, Protocol):
    """What suggestions need of the client."""

    helper: PromptHelper | None
    screening: Screening
    admitting: Admitting

    def is_owner_id(self, user_id: int) -> bool:
        """Whether this person runs the bot."""


class ImproveButton(EaselButton, template=rf"job:improve:{JOB_ID}"):
    """`job:improve:<job id>`: for anybody who sees the result and may use its command; only they see the suggestion."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:improve:{job_id}", _("Improve prompt"))

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        async with bot.clicks.once(interaction, self.custom_id) as first:
            if first:
                await self._suggest(interaction, bot)

    async def _suggest(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        if bot.helper is None:
            raise AccessRefused(_("Whoever runs the bot has turned this off."))
        job = await to_go_on_from(interaction, bot.store, self.job_id)
        option = _allowed(interaction, bot, job)
        await interaction.response.defer(ephemeral=True, thinking=True)
        suggestion = await bot.helper.improve(prompt_of(job), asker=interaction.user.id)
        suggestion = _cut(suggestion, int(option.max or len(suggestion)))
        await _look_through(interaction, bot, suggestion)
        view = ui.View(timeout=None)
        for deed in ("use", "edit", "leave"):
            view.add_item(SuggestionButton(job.id, deed))
        text = _("A suggestion for your prompt. Nothing is made of it until you say so.")
        block = BLOCK.format(suggestion=suggestion)
        await interaction.edit_original_response(content=f"{text}\n{block}", view=view)


class SuggestionButton(EaselButton, template=rf"job:suggested:{JOB_ID}:(?P<deed>use|edit|leave)"):
    """`job:suggested:<job id>:<deed>`, below a suggestion: what is used is what stands there, also after a restart."""

    def __init__(self, job_id: str, deed: str) -> None:
        self.job_id, self.deed = job_id, deed
        labels = {"use": _("Use it"), "edit": _("Edit it first"), "leave": _("Leave it")}
        style = discord.ButtonStyle.primary if deed == "use" else discord.ButtonStyle.secondary
        super().__init__(f"job:suggested:{job_id}:{deed}", labels[deed], style=style)

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused where the suggestion is not there, or the job is gone."""
        suggestion = suggestion_in(interaction)
        if self.deed == "leave":
            await interaction.response.edit_message(content=_("Nothing was made of it."), view=None)
            return
        async with bot.clicks.once(interaction, self.custom_id) as first:
            if not first:
                return
            wish = await self._wish(interaction, bot, suggestion)
            if self.deed == "edit":
                await ask(interaction, wish, [PROMPT], title=_("Edit"))
            else:
                await make_or_ask(interaction, bot, wish)

    async def _wish(self, interaction: discord.Interaction[Any], bot: Bot, suggestion: str) -> Wish:
        """The same job with that prompt, in the name of who presses."""
        job = await to_go_on_from(interaction, bot.store, self.job_id)
        wish = await again(interaction, bot, job, edited=True)
        return replace(
            wish, given={**wish.given, PROMPT: bot.wording.literal(suggestion)}, origin=address_of(interaction, job)
        )


def improvable(bot: Bot, job: Job) -> bool:
    """Whether its result has the button."""
    return bot.helper is not None and job.state is JobState.DONE and _option(bot.library, job) is not None


def prompt_of(job: Job) -> str:
    """What was asked for, as it became, without the style that is put behind it again."""
    return (without_style(job.expanded) or job.prompt).strip()


def suggestion_in(interaction: discord.Interaction[Any]) -> str:
    """What stands in the message that was clicked; AccessRefused where that is no suggestion of ours."""
    message = interaction.message
    ours = message is not None and message.flags.ephemeral and message.author.id == interaction.application_id
    found = _BLOCK.search(message.content) if message is not None and ours else None
    if found is None:
        raise AccessRefused(_("That suggestion is not there any more. Press Improve prompt again."))
    return found[1].strip()


def _option(library: Library, job: Job) -> Option | None:
    """The prompt of its command as it is today; None where there is none, or nothing was said."""
    graphs = library.variants(job.workflow)
    options = graphs[0].manifest.options if graphs else ()
    found = next((option for option in options if option.name == PROMPT and option.type is OptionType.TEXT), None)
    return found if prompt_of(job) else None


def _allowed(interaction: discord.Interaction[Any], bot: Bot, job: Job) -> Option:
    """Who may not use the command has no use for its prompts. Raises AccessRefused, and WorkflowUnfit."""
    graphs = bot.library.variants(job.workflow)
    if not graphs:
        raise unavailable(bot.library, job.workflow)
    manifest = graphs[0].manifest
    actor = actor_of(interaction, owner=bot.is_owner_id(interaction.user.id))
    bot.admitting.check_person(actor, channels_of(interaction), manifest)
    require_nsfw_channel(interaction, nsfw=manifest.nsfw)
    option = _option(bot.library, job)
    if option is None:
        raise AccessRefused(_("There is no prompt to improve."))
    return option


async def _look_through(interaction: discord.Interaction[Any], bot: Bot, suggestion: str) -> None:
    """A blocked term was nobody's here: it is no strike, and no suggestion."""
    try:
        await bot.screening.check(
            {PROMPT: suggestion}, guild_id=server_of(interaction), user_id=interaction.user.id, strike=False
        )
    except TextBlocked as blocked:
        raise HelperFailed(HelperTrouble.REFUSED) from blocked


def _cut(text: str, most: int) -> str:
    """After a word, where it is too long for the option."""
    return text if len(text) <= most else text[:most].rpartition(" ")[0] or text[:most]
