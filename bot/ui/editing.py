"""Edit: a job's own form, filled in with what it was made with; sent, it is a job of whoever sent it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.jobs.habits import most_changed
from bot.jobs.store import Store
from bot.text import _
from bot.ui.again import again
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.carrying import to_go_on_from
from bot.ui.filling import FIELDS, PROMPT, ask, options_of
from bot.workflow.library import Library
from bot.workflow.option import FILES, Option, OptionType

NEGATIVE = "negative"


class EditButton(EaselButton, template=rf"job:edit:{JOB_ID}"):
    """`job:edit:<job id>`: the prompt, the negative and what people change most, for everybody who sees the result.

    A form has to be the first answer, within three seconds: nothing but the database is asked before.
    """

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:edit:{job_id}", _("Edit"))

    async def press(self, interaction: discord.Interaction[Any], bot: Any) -> None:
        job = await to_go_on_from(interaction, bot.store, self.job_id, words_only=True)
        wish = await again(interaction, bot, job, edited=True)
        fields = await worth_asking(bot.store, job.workflow, options_of(interaction, job.workflow))
        await ask(interaction, wish, fields, title=_("Edit"))


def editable(library: Library, workflow: str) -> bool:
    """Whether there is anything that a form could ask for."""
    graphs = library.variants(workflow)
    return bool(graphs) and any(option.type not in FILES for option in graphs[0].manifest.options)


async def worth_asking(store: Store, workflow: str, options: Sequence[Option]) -> list[str]:
    """The prompt, the negative, then what people change most, as many as a form holds; the prompt may have any name."""
    names = [option.name for option in options if option.type not in FILES]
    texts = [option.name for option in options if option.type is OptionType.TEXT]
    first = [name for name in (PROMPT, NEGATIVE) if name in names]
    first = first if PROMPT in first else [*texts[:1], *(name for name in first if name not in texts[:1])]
    others = [name for name in names if name not in first]
    return [*first, *await most_changed(store, workflow, others)][:FIELDS]
