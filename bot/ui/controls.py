"""Which buttons a result has, and in which rows.

One more button is an `EaselButton` (in BUTTONS of bot/app.py too) and one line here: in `_again` where it makes the job
once more, in `_tools` where it is about the job whatever its end, and in `_deeds` where it is about one of its files:
then it is a button under one picture, and an entry of a select under several.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import Any

from bot.jobs.job import Job, JobState
from bot.text import _
from bot.ui.again import AgainButton
from bot.ui.buttons import OPTIONS, Control, Rows, control
from bot.ui.deeds import Deed, Shown, deeds_of, shown_in, shown_on_sheet
from bot.ui.deleting import DeleteButton
from bot.ui.details import DetailsButton
from bot.ui.download import DownloadButton
from bot.ui.editing import EditButton, editable
from bot.ui.files import PICTURES, file_outputs, pictures_of
from bot.ui.improving import ImproveButton, improvable
from bot.ui.picking import Entry, pick
from bot.ui.saving import SaveButton
from bot.ui.using import uses_of

ROW = 5  # buttons, at most
FEW = 4  # pictures that have buttons of their own
SELECTS = 8  # at most: they and the buttons are 28 components, and ten files beside text 15; Discord takes 40

Row = tuple[Control, ...]


def job_rows(bot: Any, job: Job, names: Sequence[str], *, first: bool = True, on_sheet: int = 0) -> Rows:
    """Below a message of an ended job. `names` are the files in it; a follow-up, which is not the `first`, has buttons
    for these only. `on_sheet` is how many pictures stand there on one sheet.
    """
    shown = [*shown_on_sheet(job, on_sheet), *shown_in(names)] if job.state is JobState.DONE else []
    deeds = [deed for deed in _deeds(bot, job) if deed.on(shown)]
    again, about = (tuple(_again(bot, job)), tuple(_tools(bot, job))) if first else ((), ())
    most = max((len(deed.on(shown)) for deed in deeds), default=0)
    if most > FEW:
        rows = [again, *_of_many(job, deeds, shown)]
    elif most > 1:
        rows = _of_few(job, deeds, shown, again)
    else:
        rows = _of_one(deeds, shown, again)
    every = tuple(row for row in (*rows, *in_rows(about)) if row)
    return in_rows(chain(*every)) if most <= 1 and sum(map(len, every)) <= ROW else every


def in_rows(controls: Iterable[Control]) -> Rows:
    """Buttons in rows that are full, but for the last."""
    every = tuple(controls)
    return tuple(every[at : at + ROW] for at in range(0, len(every), ROW))


def _again(bot: Any, job: Job) -> Iterator[Control]:
    """The job once more, as it was or changed; whatever its end."""
    yield control(AgainButton, job.id)
    if editable(bot.library, job.workflow):
        yield control(EditButton, job.id)


def _tools(bot: Any, job: Job) -> Iterator[Control]:
    """About the job, whatever its end: the last row."""
    if improvable(bot, job):
        yield control(ImproveButton, job.id)
    yield control(DetailsButton, job.id)
    if job.recipe.grid and pictures_of(job) > 1:
        yield control(DownloadButton, job.id)
    if file_outputs(job) and not (job.place.visible and job.place.guild_id is None):  # it is in their DMs already
        yield control(SaveButton, job.id)
    yield control(DeleteButton, job.id)


def _deeds(bot: Any, job: Job) -> Iterator[Deed]:
    """About one of its files, in the order of buttons and entries."""
    yield from deeds_of(bot.library, job)
    yield from uses_of(bot.library, job)


def _of_one(deeds: Sequence[Deed], shown: Sequence[Shown], again: Row) -> list[Row]:
    """Buttons for everything: what people look for first, between Again and Edit, then the others."""
    usual = [_button(deed, shown) for deed in deeds if deed.usual]
    others = [_button(deed, shown) for deed in deeds if not deed.usual]
    first = (*again[:1], *usual, *again[1:])
    return list(in_rows((*first, *others))) if len(first) + len(others) <= ROW else [first, *in_rows(others[: 2 * ROW])]


def _of_few(job: Job, deeds: Sequence[Deed], shown: Sequence[Shown], again: Row) -> list[Row]:
    """U1 to U4 and V1 to V4 as the pictures stand, Again and Edit at the ends of these rows, a select for the rest."""
    lettered = sorted((deed for deed in deeds if deed.letter), key=lambda deed: deed.letter)
    rows = [tuple(_numbered(deed, file) for file in deed.on(shown)) for deed in lettered]
    if len(rows) < len(again):
        rows.append(())
    rows = [(*row, *again[at : at + 1]) for at, row in enumerate(rows)]
    others = [deed for deed in deeds if not deed.letter]
    return [*rows, *_selects(job, [(others, _("More with one picture…"))], shown)]


def _of_many(job: Job, deeds: Sequence[Deed], shown: Sequence[Shown]) -> list[Row]:
    """Selects: what people look for first in those of their own, the others together as they fit."""
    groups = sorted(
        (list(group) for _same, group in groupby(deeds, key=_kind)), key=lambda group: group[0].letter != "U"
    )
    packed: list[list[Deed]] = []
    for group in groups:
        packed += _packed(group, shown) if not group[0].usual else [group]
    named = [(group, _choose(group)) for group in packed]
    return _selects(job, named, shown)


def _kind(deed: Deed) -> tuple[bool, bool]:
    """Both strengths of Vary belong together."""
    return deed.usual, deed.letter == "U"


def _packed(deeds: Sequence[Deed], shown: Sequence[Shown]) -> list[list[Deed]]:
    """As many together as one select has entries for."""
    packed: list[list[Deed]] = []
    room = 0
    for deed in deeds:
        wanted = len(deed.on(shown))
        if wanted > room:
            packed.append([])
            room = OPTIONS
        packed[-1].append(deed)
        room -= wanted
    return packed


def _choose(deeds: Sequence[Deed]) -> str:
    return _("{actions}: choose a picture").format(actions=", ".join(deed.label for deed in deeds))


def _selects(job: Job, groups: Sequence[tuple[Sequence[Deed], str]], shown: Sequence[Shown]) -> list[Row]:
    """One for each group, or more where it has more entries than one takes."""
    chunks = [
        (entries[at : at + OPTIONS], placeholder)
        for deeds, placeholder in groups
        for entries in [list(_entries(deeds, shown))]
        for at in range(0, len(entries), OPTIONS)
    ]
    return [(pick(job.id, place, label, chunk),) for place, (chunk, label) in enumerate(chunks[:SELECTS])]


def _entries(deeds: Sequence[Deed], shown: Sequence[Shown]) -> Iterator[Entry]:
    """Picture by picture, and what can be done with each."""
    for file in shown:
        name = _("Picture {number}: {action}") if file.extension in PICTURES else _("File {number}: {action}")
        for deed in deeds:
            if deed.on([file]):
                label = name.format(number=file.place, action=deed.label)
                yield label, deed.make(file.number, deed.label)


def _button(deed: Deed, shown: Sequence[Shown]) -> Control:
    return deed.make(deed.on(shown)[0].number, deed.label)


def _numbered(deed: Deed, file: Shown) -> Control:
    return deed.make(file.number, f"{deed.letter}{file.place}")
