"""What goes along from a result into the next job: its picture, and the values that mean the same there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

import discord

from bot.comfy.pool import Pool
from bot.errors import AccessRefused, OptionRefused
from bot.jobs.access import Action, require
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.jobs.wording import PROMPT, Wording, without_style
from bot.text import _
from bot.ui.permissions import presser
from bot.ui.reaching import address_of_job, public_here
from bot.workflow.choosing import choose
from bot.workflow.library import Library
from bot.workflow.option import FILES, Option, OptionType, Value
from bot.workflow.values import FILE_MARKER
from bot.workflow.workflow import Workflow

ANCESTORS = 20  # jobs that are looked through for a text, at most


class Shelf(Protocol):
    """What the client knows of workflows and servers."""

    library: Library
    pool: Pool
    wording: Wording


def address_of(interaction: discord.Interaction[Any], job: Job) -> str | None:
    """Of the message that was clicked, for a link, else of the job's own; None where others here cannot open it."""
    message, place = interaction.message, job.place
    here = f"https://discord.com/channels/{interaction.guild_id or '@me'}/{interaction.channel_id}"
    if message is not None and not message.flags.ephemeral:
        return f"{here}/{message.id}"
    if job.removed_by is not None or place.ephemeral or place.message_id is None:
        return None
    if place.channel_id == interaction.channel_id:
        return f"{here}/{place.message_id}"
    return address_of_job(job) if place.guild_id == interaction.guild_id is not None else None


async def to_go_on_from(
    interaction: discord.Interaction[Any], store: Store, job_id: str, *, words_only: bool = False
) -> Job:
    """The job behind a button. AccessRefused where it was forgotten, taken away, or is not for them.

    What somebody deleted of their own is still there for them, as far as words and numbers go: `words_only`.
    """
    job = await store.get(job_id)
    if job is None:
        raise AccessRefused(
            _(
                "Nothing is known of this job any more, so there is nothing to go on from. Use the command again; "
                "you can attach the picture to it."
            )
        )
    own = interaction.user.id == job.place.user_id
    if job.removed_by is not None and not (words_only and own and job.removed_by == job.place.user_id):
        raise AccessRefused(_("What this job made was taken away, so nobody can go on from it."))
    if not own and not public_here(interaction, job):
        require(await presser(interaction), Action.SEE, job)
    return job


async def ancestors_of(store: Store, job: Job, user_id: int) -> list[Job]:
    """What the job was made from, nearest first, as far as that person may know of it: their own jobs, and those whose
    messages everybody saw who sees this one's.
    """
    found: list[Job] = []
    while job.parent is not None and len(found) < ANCESTORS:
        parent = await store.get(job.parent)
        if parent is None or parent.removed_by is not None or not _known_to(user_id, parent, job):
            break
        found.append(parent)
        job = parent
    return found


def carried(shelf: Shelf, family: Sequence[Job], workflow: str, given: Mapping[str, object]) -> dict[str, Any]:
    """`given` and, of the job (the first of `family`) and what it was made from, what the workflow takes as well.

    Texts go by their name, from the nearest that has such an option. Other values are the job's own, of the same name
    and type; those from the server's lists only where they go into inputs of the same name.
    """
    graphs = shelf.library.variants(workflow)
    if not graphs:
        return dict(given)
    values = {
        option.name: value
        for option in graphs[0].manifest.options
        if option.name not in given
        and (value := _value(option, family, shelf)) is not None
        and (option.type is OptionType.TEXT or _means_the_same(option, family[0], shelf.library, graphs))
    }
    fitting, _left = fitted(shelf, graphs, {**values, **given}, given.keys())
    return fitting


def fitted(
    shelf: Shelf, graphs: Sequence[Workflow], values: Mapping[str, Any], fixed: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, OptionRefused]]:
    """The values without those that a workflow does not take, and why each of these is not; `fixed` ones stay.

    Raises WorkflowUnfit where no server can run it.
    """
    kept, left = dict(values), dict[str, OptionRefused]()
    known = {option.name for option in graphs[0].manifest.options}
    for name in [name for name in kept if name not in known and name not in fixed]:
        left[name] = OptionRefused(name, _("There is no such option any more."))
        del kept[name]
    while True:
        try:
            choose(graphs, _complete(graphs[0], kept), shelf.pool.hosts)
        except OptionRefused as refusal:
            if refusal.option not in kept or refusal.option in fixed:
                return kept, left
            left[refusal.option] = refusal
            del kept[refusal.option]
        else:
            return kept, left


def listed(option: Option) -> bool:
    """Whether its value is the name of something that a server has."""
    return option.choices_from is not None or option.type is OptionType.LORA


def _complete(workflow: Workflow, values: Mapping[str, Any]) -> dict[str, Any]:
    """With something in place of what is still to come: files, and texts that a form will ask for."""
    wanted = (option for option in workflow.manifest.options if option.required and option.name not in values)
    stand_ins = {
        option.name: FILE_MARKER for option in wanted if option.type in FILES or option.type is OptionType.TEXT
    }
    return {**values, **stand_ins}


def _value(option: Option, family: Sequence[Job], shelf: Shelf) -> Value | None:
    if option.type in FILES or option.type is OptionType.SEED:
        return None
    if option.type is not OptionType.TEXT:
        own: Value | None = family[0].values.get(option.name)
        return own
    for job in family:
        value = _text(job, option.name, shelf.wording, whole=job is not family[0])
        if value is not None:
            return value
        if _type(shelf.library, job.workflow, option.name) is OptionType.TEXT:
            return None  # it could have been said there, and was not
    return None


def _text(job: Job, name: str, wording: Wording, *, whole: bool) -> str | None:
    """As it became, else as it was typed: wildcards are not drawn anew for a picture that shows what they were.

    `whole`: with the style behind a prompt, which the job's own children get anyway.
    """
    became = without_style(job.expanded) if name == PROMPT and not whole else job.expanded.get(name)
    if became is not None:
        return wording.literal(became)
    value = job.values.get(name)
    return value if isinstance(value, str) else None


def _means_the_same(option: Option, job: Job, library: Library, graphs: Sequence[Workflow]) -> bool:
    was = _type(library, job.workflow, option.name)
    if was is not None and was is not option.type:
        return False
    before = {target.input for target in job.recipe.lists.get(option.name, ())}
    now = {target.input for graph in graphs for target in _listed(graph, option.name)}
    return bool(before & now) if before or now else True


def _listed(graph: Workflow, name: str) -> Iterator[Any]:
    option = graph.options.get(name)
    if option is not None and listed(option):
        yield from graph.targets[name]


def _type(library: Library, workflow: str, name: str) -> OptionType | None:
    """The type of an option as it is today; None where there is no such."""
    entry = library.entries.get(workflow)
    options = entry.variants[0].manifest.options if entry is not None and entry.variants else ()
    return next((option.type for option in options if option.name == name), None)


def _known_to(user_id: int, parent: Job, child: Job) -> bool:
    if parent.place.user_id == user_id:
        return True
    return not parent.place.ephemeral and parent.place.channel_id == child.place.channel_id
