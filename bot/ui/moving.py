"""A job that goes on in its person's direct messages, where fifteen minutes are no limit."""

from __future__ import annotations

from typing import Any, Protocol

import discord

from bot.errors import AccessRefused
from bot.jobs.delivery import DeliveryDelayed
from bot.jobs.job import Job
from bot.text import _, speaking
from bot.ui.buttons import JOB_ID, EaselButton, open_job
from bot.ui.message import NoWay
from bot.ui.page import Page
from bot.ui.words import header


class Delivery(Protocol):
    """What moves messages."""

    async def move(self, job: Job) -> None:
        """The job's message is in its person's direct messages from now on. Raises Fenced, NoWay, DeliveryDelayed."""


class Bot(Protocol):
    """What the button needs of the client."""

    runner: Any
    delivery: Delivery


class DirectButton(EaselButton, template=rf"job:dm:{JOB_ID}"):
    """`job:dm:<job id>`: for its owner alone."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:dm:{job_id}", _("Send it to my DMs"))

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused, Fenced for a job that has ended, and what keeps it from moving."""
        job = await open_job(bot.runner, self.job_id)
        if interaction.user.id != job.place.user_id:
            raise AccessRefused(_("Only the person who asked for it can have it sent to them."))
        await interaction.response.defer()
        try:
            await bot.delivery.move(job)
            bot.runner.refresh.again(job.id)
        except NoWay as error:
            raise AccessRefused(
                _(
                    "I cannot write to you. Allow direct messages from members of a server that we share, or add me to "
                    "your account, then press the button again."
                )
            ) from error
        except DeliveryDelayed as error:
            raise AccessRefused(_("Discord did not take my message to you. Press the button again.")) from error
        with speaking(job.place.locale):
            page = moved_page(job)
        await interaction.edit_original_response(view=page.view(), attachments=[])


def moved_page(job: Job) -> Page:
    """What stays behind."""
    sentence = _("📬 This job goes on in the direct messages of <@{user}>.")
    return Page(header(job), (sentence.format(user=job.place.user_id),), colour=0x80848E)
