"""Details: everything a job was made with, and the command that makes it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import discord

from bot.jobs.access import Action, Actor, may
from bot.jobs.job import Job, JobState
from bot.jobs.wording import Wording
from bot.numerals import duration
from bot.text import _, named
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.filling import shown
from bot.ui.lists import state_word
from bot.ui.page import TEXT, Attachment, Page
from bot.ui.reaching import reached
from bot.ui.words import code, one_line, plain, said
from bot.workflow.library import Library
from bot.workflow.option import FILES, OptionType

VALUE = 400  # characters of one option's value
SHORT = 40  # characters of one that shares its line with others
TEXTS = frozenset({"prompt", "negative"})
BLOCK = 1400  # characters of a command that stands in the message; a longer one comes as a file
MARGIN = 100  # characters for what stands between the parts
NAME = "command.txt"


class DetailsButton(EaselButton, template=rf"job:details:{JOB_ID}"):
    """`job:details:<job id>`: for everybody who sees the result; who may see all of the job reads a little more."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:details:{job_id}", _("Details"))

    async def press(self, interaction: discord.Interaction[Any], bot: Any) -> None:
        job, actor = await reached(interaction, bot.store, self.job_id)
        await show_details(interaction, job, actor)


async def show_details(interaction: discord.Interaction[Any], job: Job, actor: Actor, *first: str) -> None:
    """As the first answer, for their eyes alone; `first` are sentences above all else."""
    bot = interaction.client
    page = details_page(job, bot.library, bot.wording, whole=may(actor, Action.SEE, job), first=first)
    await interaction.response.send_message(view=page.view(), files=page.attachments(), ephemeral=True)


def details_page(job: Job, library: Library, wording: Wording, *, whole: bool, first: tuple[str, ...] = ()) -> Page:
    """`whole`: with what a result's message tells to nobody, which is where it ran."""
    command = command_of(job, library, wording)
    fits = len(command) <= BLOCK
    last = (
        "\n".join([_("The command to copy:"), f"```\n{command.replace('```', 'ˋˋˋ')}\n```"])
        if fits
        else _("The command to copy is too long for a message, so it is in the file.")
    )
    title = f"### {_('Details')}\n-# <@{job.place.user_id}> · {code(path_of(job, library))}"
    room = TEXT - len(title) - len(last) - MARGIN
    sizes = _sizes(job, library)
    parts = (first, _given(job, _files(job, library), sizes), _left(job, sizes), _made(job, whole=whole), _notes(job))
    lines = [line for part in map(list, parts) if part for line in (*part, "")]
    files = () if fits else (Attachment(NAME, command.encode(errors="replace"), shown=False),)
    return Page(title, (*_within(lines, room), last), files=files)


def command_of(job: Job, library: Library, wording: Wording) -> str:
    """One line that makes the same again: the options that were given and are still there, and the seed. Files have to
    be attached anew.
    """
    left_out = _files(job, library) | _gone(job, library)
    became = {name: wording.literal(text) for name, text in job.expanded.items()}
    given = {name: became.get(name, value) for name, value in job.values.items() if name not in left_out}
    if (seed := _seed_option(job, library)) is not None:
        given[seed] = job.seed
    parts = [f"{named(name)}:{one_line(shown(value), TEXT)}" for name, value in given.items()]
    return " ".join([path_of(job, library), *parts])


def path_of(job: Job, library: Library) -> str:
    """`/imagine`, or with its group `/tools imagine`."""
    graphs = library.variants(job.workflow)
    group = graphs[0].manifest.group if graphs else ""
    return f"/{named(group)} {named(job.workflow)}" if group else f"/{named(job.workflow)}"


def host_of(backend: str) -> str:
    """A server's name and port: neither what lies behind them nor who logs in there."""
    try:
        parts = urlsplit(backend)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname or "")
    except ValueError:
        return ""


def _files(job: Job, library: Library) -> frozenset[str]:
    """The options that were given a file: what is stored is a key, and the files may be gone by now."""
    graphs = library.variants(job.workflow)
    known = {option.name for option in graphs[0].manifest.options if option.type in FILES} if graphs else set()
    return frozenset([*job.files, *(name for name in known if name in job.values)])


def _sizes(job: Job, library: Library) -> frozenset[str]:
    graphs = library.variants(job.workflow)
    return frozenset(
        option.name for graph in graphs[:1] for option in graph.manifest.options if option.type is OptionType.SIZE
    )


def _gone(job: Job, library: Library) -> frozenset[str]:
    """The options that the command has no more: Discord takes no line with them."""
    graphs = library.variants(job.workflow)
    known = {option.name for option in graphs[0].manifest.options} if graphs else job.values.keys()
    return frozenset(job.values.keys() - known)


def _given(job: Job, files: frozenset[str], sizes: frozenset[str]) -> Iterator[str]:
    """Texts on lines of their own, what is short on one line together."""
    short: list[tuple[str, object]] = []
    for name, value in job.values.items():
        shown_value = _("a file") if name in files else job.used.get(name, value)
        if name in job.expanded or len(str(shown_value)) > SHORT or name in TEXTS:
            yield f"• {plain(named(name), VALUE)}: {plain(shown(shown_value), VALUE)}"
        else:
            short.append((name, shown_value))
        if (text := job.expanded.get(name)) is not None:
            yield "  → " + plain(text, VALUE)
    yield from _together(short, sizes)


def _left(job: Job, sizes: frozenset[str]) -> Iterator[str]:
    """What nobody said: the workflow's defaults, and what the server took."""
    left = {name: value for name, value in {**job.recipe.defaults, **job.used}.items() if name not in job.values}
    if left:
        yield _("**Left as the workflow has it**")
    yield from _together(left.items(), sizes)


def _together(pairs: Iterable[tuple[str, object]], sizes: frozenset[str]) -> Iterator[str]:
    """`sizes` are the options whose values have names in the person's language."""
    words = ((name, _(shown(value)) if name in sizes else shown(value)) for name, value in pairs)
    if line := " · ".join(f"{plain(named(name), VALUE)} {code(value)}" for name, value in words):
        yield f"• {line}"


def _made(job: Job, *, whole: bool) -> Iterator[str]:
    yield _("**How it was made**")
    if where := list(_where(job, whole=whole)):
        yield f"• {' · '.join(where)}"
    yield "• " + _state(job)
    yield from _times(job)


def _where(job: Job, *, whole: bool) -> Iterator[str]:
    if job.seeded and not any(value == job.seed for value in job.values.values()):
        yield _("Seed: {seed}").format(seed=code(job.seed))
    if job.recipe.variant:
        yield _("Graph: {name}").format(name=code(job.recipe.variant))
    if whole and job.backend is not None and (host := host_of(job.backend)):
        yield _("Server: {name}").format(name=code(host))


def _state(job: Job) -> str:
    if job.state is JobState.FAILED and job.outcome.failure is not None:
        return _("{state}: {reason}").format(state=state_word(job.state), reason=said(job.outcome.failure))
    if job.seconds is not None:
        words = _("State: {state}, after {duration} of work")
        return words.format(state=state_word(job.state), duration=duration(job.seconds))
    return _("State: {state}").format(state=state_word(job.state))


def _times(job: Job) -> Iterator[str]:
    yield "• " + _("Asked for: {when}").format(when=_moment(job.created_at))
    if job.started_at is not None:
        waited = max(0.0, (job.started_at - job.created_at).total_seconds())
        yield "• " + _("Begun: {when}, after {duration}").format(
            when=_moment(job.started_at), duration=duration(waited)
        )
    if job.finished_at is not None:
        yield "• " + _("Ended: {when}").format(when=_moment(job.finished_at))


def _notes(job: Job) -> Iterator[str]:
    if job.origin is not None:
        yield "• " + _("It goes on from [this message]({link}).").format(link=job.origin)
    yield from (f"• {note}" for note in job.notes)


def _moment(when: datetime) -> str:
    return f"<t:{int(when.timestamp())}:f>"


def _seed_option(job: Job, library: Library) -> str | None:
    """What the option for the seed is called, as the command is today, else as it was when somebody gave one."""
    graphs = library.variants(job.workflow)
    names: Mapping[str, OptionType] = (
        {option.name: option.type for option in graphs[0].manifest.options} if graphs else {}
    )
    return next((name for name, kind in names.items() if kind is OptionType.SEED), None)


def _within(lines: list[str], room: int) -> list[str]:
    """Whole lines, as many as there is room for."""
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < len("…"):
            return [*kept, "…"]
        kept.append(line)
    return kept
