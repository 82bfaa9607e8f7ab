"""Buttons that work after a restart: their custom_id names the job, nothing is kept in memory."""

from __future__ import annotations

import logging
import re
from typing import Any, Protocol, Self

import discord
from discord import ui

from bot.errors import EaselError, Fenced
from bot.jobs.access import Action, require
from bot.jobs.runner import Runner
from bot.text import _, speaking
from bot.ui.people import actor_of, tell

log = logging.getLogger(__name__)


class Bot(Protocol):
    """What a button needs of the client it is pressed on."""

    runner: Runner

    def is_owner_id(self, user_id: int) -> bool:
        """Whether this person runs the bot."""


class CancelButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"job:cancel:(?P<job_id>[0-9a-f-]{36})"):
    """`job:cancel:<job id>`: stops that job, for its owner and for moderators."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        button: ui.Button[ui.LayoutView] = ui.Button(
            label=_("Cancel"), style=discord.ButtonStyle.secondary, custom_id=f"job:cancel:{job_id}"
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["job_id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Errors end here: discord.py only logs what a dynamic item raises."""
        with speaking(interaction.locale.value):
            try:
                await self._stop(interaction, interaction.client)
            except EaselError as error:
                await tell(interaction, error.sentence())
            except discord.HTTPException as error:
                log.warning("the Cancel button of job %s could not be answered: %s", self.job_id, error)

    async def _stop(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises `AccessRefused`, and `Fenced` for a job that has ended."""
        job = await bot.runner.store.get(self.job_id)
        if job is None or job.state.ended:
            raise Fenced(self.job_id)
        actor = actor_of(interaction, owner=bot.is_owner_id(interaction.user.id))
        require(actor, Action.CANCEL if actor.user_id == job.place.user_id else Action.INTERRUPT, job)
        await bot.runner.cancel(self.job_id, actor.user_id)
        await interaction.response.defer()
