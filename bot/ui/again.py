"""Again: the same options, another seed, as the workflow is today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import discord

from bot.errors import OptionRefused
from bot.jobs.files import Files
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.settings import Settings
from bot.text import _, named
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.carrying import Shelf, address_of, fitted, listed, to_go_on_from
from bot.ui.changed import changes
from bot.ui.clicks import Clicks
from bot.ui.filling import ask, missing
from bot.ui.making import Maker, Wish
from bot.ui.words import code
from bot.ui.workflows import unavailable
from bot.workflow.option import FILES, Option, OptionType


class Bot(Shelf, Protocol):
    """What going on from a job needs of the client."""

    settings: Settings
    store: Store
    maker: Maker
    clicks: Clicks


class AgainButton(EaselButton, template=rf"job:again:{JOB_ID}"):
    """`job:again:<job id>`: for anybody who sees the message, as their own job."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:again:{job_id}", _("Again"))

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        async with bot.clicks.once(interaction, self.custom_id) as first:
            if first:
                job = await to_go_on_from(interaction, bot.store, self.job_id, words_only=True)
                await make_or_ask(interaction, bot, await again(interaction, bot, job))


async def again(interaction: discord.Interaction[Any], bot: Bot, job: Job, *, edited: bool = False) -> Wish:
    """The same once more: what the workflow still takes, without the seed, with the files it had.

    `edited`: somebody looks through the values first, so that a seed that was given stays, and a model that is gone is
    left out. Raises WorkflowUnfit where the workflow is gone, OptionRefused where a model or a file is.
    """
    graphs = bot.library.variants(job.workflow)
    if not graphs:
        raise unavailable(bot.library, job.workflow)
    options = {option.name: option for option in graphs[0].manifest.options}
    files = await _files(job, options, Files(bot.store, bot.settings.data_dir))
    passing = _is_file if edited else _passing
    values = {name: value for name, value in job.values.items() if not passing(options.get(name), name, job)}
    given, left = fitted(bot, graphs, {**values, **files})
    for name, refusal in left.items():
        if name in options and listed(options[name]) and not edited:
            raise _gone(refusal, job)
    return Wish(
        job.workflow,
        given={name: value for name, value in given.items() if name not in files},
        kept={name: job.files[name] for name in files if name in given},
        parent=job,
        origin=address_of(interaction, job),
        about=job.prompt,
        notes=lambda workflow, values: changes(job, left.values(), workflow, values, bot.pool.catalogue, edited=edited),
    )


async def make_or_ask(interaction: discord.Interaction[Any], bot: Bot, wish: Wish) -> None:
    """As the first answer: the job, or a form where something is needed that nobody has said."""
    graphs = bot.library.variants(wish.workflow)
    if graphs and any(option.type not in FILES for option in missing(graphs[0].manifest.options, wish)):
        await ask(interaction, wish)
    else:
        await bot.maker.make(interaction, wish)


def _passing(option: Option | None, name: str, job: Job) -> bool:
    """What is not carried over as a value: the seed, which is rolled anew, and the names of files."""
    seed = option.type is OptionType.SEED if option is not None else name == "seed"
    return seed or _is_file(option, name, job)


def _is_file(option: Option | None, name: str, job: Job) -> bool:
    return option.type in FILES if option is not None else name in job.files


async def _files(job: Job, options: Mapping[str, Option], files: Files) -> dict[str, str]:
    """The job's files that are still there, by option. OptionRefused where one is not: the job cannot do without."""
    had = [name for name in job.values if name in options and options[name].type in FILES]
    there = await files.there(job.files[name] for name in had if name in job.files)
    for name in had:
        if job.files.get(name) not in there:
            raise OptionRefused(
                name,
                _("The file that was given for it is kept no longer. Use /{command} and attach it again.").format(
                    command=named(job.workflow)
                ),
            )
    return {name: name for name in had}


def _gone(refusal: OptionRefused, job: Job) -> OptionRefused:
    return OptionRefused(
        refusal.option,
        _("{value} is no longer on the server. Use /{command} and choose another.").format(
            value=code(job.values[refusal.option]), command=named(job.workflow)
        ),
    )
