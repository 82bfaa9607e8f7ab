"""What a person prefers and the presets they made, in words; what can be chosen for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from bot.comfy.pool import Pool
from bot.errors import AccessRefused, OptionRefused
from bot.jobs.job import Job
from bot.jobs.past import newest
from bot.jobs.preferences import OwnPreset, Wanted
from bot.jobs.store import Store
from bot.text import _, named
from bot.ui.words import code, plain
from bot.ui.workflows import unavailable
from bot.workflow.choosing import offered
from bot.workflow.library import Library
from bot.workflow.option import FILES, OptionType
from bot.workflow.preferred import TYPES
from bot.workflow.sizes import parse_size

#: what belongs to one job
PASSING = FILES | {OptionType.SEED}
TEXT = 300  # characters of a text that is shown
LISTED = 1500  # characters of all presets


class Bot(Protocol):
    """What this needs of the client."""

    library: Library
    pool: Pool
    store: Store


def preference_lines(wanted: Wanted) -> list[str]:
    """What is set, a line each; how to set something where nothing is."""
    lines = [
        *_set(_("Model: {value}"), wanted.model),
        *_set(_("Size: {value}"), None if wanted.size is None else _(wanted.size)),
        *_said(_("Kept out of every picture: {value}"), wanted.negative),
        *_said(_("Behind every prompt: {value}"), wanted.style),
        *([_("• Only you see what you make.")] if wanted.ephemeral else []),
    ]
    if not lines:
        return [_("You have set nothing. Use /preferences set.")]
    return [_("What holds where you say nothing:"), *lines]


def preset_lines(wanted: Wanted) -> list[str]:
    """Each preset with its command and the options it has."""
    lines: list[str] = []
    for name in sorted(wanted.presets):
        preset = wanted.presets[name]
        line = f"• **{plain(name, TEXT)}** · `/{named(preset.workflow)}` · {names_of(preset)}"
        if sum(map(len, lines)) + len(line) > LISTED:
            return [*lines, "…"]
        lines.append(line)
    return lines or [_("You have no presets. Save the options of your latest job with /preset save.")]


def names_of(preset: OwnPreset) -> str:
    """Its options."""
    return ", ".join(code(named(option)) for option in preset.values)


def models_offered(bot: Bot) -> list[str]:
    """The models that can be chosen in any command that is ready."""
    return list(dict.fromkeys(name for workflow in _with("model", bot) for name in _offered(bot, workflow, "model")))


def sizes_offered(bot: Bot) -> list[str]:
    """The sizes that have names in any command that is ready."""
    return list(dict.fromkeys(name for workflow in _with("size", bot) for name in _offered(bot, workflow, "size")))


def check_preferred(bot: Bot, model: str | None, size: str | None) -> None:
    """Raise OptionRefused for what no command would ever take."""
    models = models_offered(bot)
    if model is not None and models and model not in models:
        raise OptionRefused("model", _("No command here offers that model. Choose one from the list."))
    if size is not None and parse_size(size) is None and size not in sizes_offered(bot):
        raise OptionRefused("size", _("Choose a name from the list, or type width x height such as 768x512."))


async def preset_of(bot: Bot, user_id: int, job_id: str | None, name: str) -> OwnPreset:
    """The options of one of their jobs, the latest where none is named; no files, no seed, nothing that is required.

    Raises AccessRefused where there is no such job of theirs, OptionRefused where nothing is left or the name is taken.
    """
    job = await _own_job(bot, user_id, job_id)
    graphs = bot.library.variants(job.workflow)
    if not graphs:
        raise unavailable(bot.library, job.workflow)
    manifest = graphs[0].manifest
    if any(each.name == name for each in manifest.presets):
        raise OptionRefused("name", _("This command has a preset of that name for everybody. Choose another name."))
    kept = {option.name for option in manifest.options if option.type not in PASSING and not option.required}
    values = {option: value for option, value in job.values.items() if option in kept}
    if not values:
        raise OptionRefused(
            "job", _("That job was made with no options that a preset could have, such as a size or a model.")
        )
    return OwnPreset(job.workflow, values)


async def _own_job(bot: Bot, user_id: int, job_id: str | None) -> Job:
    if job_id is None:
        latest = await newest(bot.store, user_id, 1)
        if not latest:
            raise AccessRefused(_("You have not made anything yet, so there are no options to save."))
        return latest[0]
    job = await bot.store.get(job_id)
    if job is None or job.place.user_id != user_id:
        raise AccessRefused(_("There is no such job of yours. Choose one from the list."))
    return job


def _with(option: str, bot: Bot) -> Iterator[str]:
    for name, workflow in bot.library.workflows.items():
        found = next((each for each in workflow.manifest.options if each.name == option), None)
        if found is not None and found.type is TYPES[option]:
            yield name


def _offered(bot: Bot, workflow: str, option: str) -> Sequence[str]:
    return offered(option, bot.library.variants(workflow), bot.pool.hosts)


def _set(line: str, value: str | None) -> list[str]:
    return [f"• {line}".format(value=code(value))] if value else []


def _said(line: str, value: str | None) -> list[str]:
    return [f"• {line}".format(value=plain(value, TEXT))] if value else []
