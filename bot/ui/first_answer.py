"""The message a job gets as the first answer to who asked for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import discord

from bot.jobs.hurry import answered
from bot.jobs.job import Job
from bot.network import NETWORK_ERRORS

log = logging.getLogger(__name__)

ANSWERED_ELSEWHERE = 40060


async def answer(interaction: discord.Interaction[Any], job: Job) -> int | None:
    """The message that says the bot is thinking; None where Discord did not take the answer.

    Under a button it is a new message too: `thinking` says so. From here on the job is taken in: a database that is
    away must not make an error of it, whose words would stand in the job's message.
    """
    try:
        response = await _defer(interaction, job)
        known = response.message_id if response is not None else None
        return known or (await interaction.original_response()).id
    except discord.HTTPException as error:
        _explain(job, error)
        return None
    except NETWORK_ERRORS as error:
        log.info("job %s: the connection broke before Discord said whether it took our answer", job.id)
        try:
            return (await interaction.original_response()).id
        except (discord.HTTPException, *NETWORK_ERRORS):
            _explain(job, error)
            return None


async def _defer(interaction: discord.Interaction[Any], job: Job) -> discord.InteractionCallbackResponse[Any] | None:
    try:
        return await interaction.response.defer(thinking=True, ephemeral=job.place.ephemeral)
    finally:
        answered()


async def take_back(interaction: discord.Interaction[Any], job: Job) -> None:
    """The answer goes away, as there will be no job: everybody sees it, and why not is for who asked alone."""
    try:
        await interaction.delete_original_response()
    except (discord.HTTPException, *NETWORK_ERRORS) as error:
        log.warning("job %s: the answer could not be taken back (%s)", job.id, error)


@contextmanager
def taken_in(job: Job) -> Iterator[None]:
    """Inside, what goes wrong is told to nobody: the job is stored and answered, so it will be made, by the next start
    at the latest. The words for an error would stand in its message.
    """
    try:
        yield
    except Exception:  # the border of one job
        log.exception("job %s is taken in all the same", job.id)


def _explain(job: Job, error: Exception) -> None:
    if isinstance(error, discord.HTTPException) and error.code == ANSWERED_ELSEWHERE:
        log.error("another process answers with the same token: stop one of the two")
    log.warning("job %s is dropped: Discord did not take our answer (%s)", job.id, error)
