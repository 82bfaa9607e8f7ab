"""What differs from a job that is made once more: the workflow, its defaults and the models may be others by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.errors import OptionRefused
from bot.failures import MissingModel
from bot.jobs.job import Job
from bot.text import _, named, ngettext
from bot.ui.words import code
from bot.workflow.binding import Facts, bind, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.recipe import recipe_of
from bot.workflow.workflow import Workflow

MOST = 5  # sentences


def changes(
    job: Job,
    left: Iterable[OptionRefused],
    workflow: Workflow,
    values: Mapping[str, Any],
    catalogue: Catalogue | None,
    *,
    edited: bool = False,
) -> tuple[str, ...]:
    """Sentences: values that were left out, and what nobody chose and is another now. Empty where all is as it was.

    `edited`: the values may be others than the job's, so that another graph means nothing.
    """
    found = [_left_out(refusal, job) for refusal in left if refusal.option not in values]
    found += _others(job, workflow, values, catalogue)
    if not found and not edited and _drawn_otherwise(job, workflow, values):
        found.append(_("The workflow itself was changed since, so more than the seed may be different."))
    if len(found) <= MOST:
        return tuple(found)
    more = len(found) - MOST
    rest = ngettext("and {count} more difference", "and {count} more differences", more).format(count=more)
    return (*found[:MOST], rest)


def _left_out(refusal: OptionRefused, job: Job) -> str:
    return _("Without {option} {value}: that is no longer possible.").format(
        option=code(named(refusal.option)), value=code(job.values.get(refusal.option))
    )


def _others(job: Job, workflow: Workflow, values: Mapping[str, Any], catalogue: Catalogue | None) -> Iterator[str]:
    """Defaults, and what the server filled in."""
    before = {**job.recipe.defaults, **job.used}
    now = {**recipe_of(workflow).defaults, **_used(workflow, values, catalogue)}
    for name, value in before.items():
        if name not in {**job.values, **values} and name in now and now[name] != value:
            yield _("{option} is {now}; it was {before}.").format(
                option=code(named(name)), now=code(now[name]), before=code(value)
            )


def _used(workflow: Workflow, values: Mapping[str, Any], catalogue: Catalogue | None) -> Mapping[str, Any]:
    """What the server will take from its lists."""
    facts = Facts(catalogue, "", {name: name for name in workflow.options})
    try:
        return place(bind(workflow, values, 0), facts, recipe=recipe_of(workflow), values=values).used
    except MissingModel:
        return {}


def _drawn_otherwise(job: Job, workflow: Workflow, values: Mapping[str, Any]) -> bool:
    """Whether the same values make another graph now; False where the old one is no longer kept."""
    same = {
        name: value
        for name, value in job.values.items()
        if workflow.seed_option is None or name != workflow.seed_option.name
    }
    if not job.graph or values != same:
        return False
    return bind(workflow, {**values, **job.expanded}, job.seed) != job.graph
