"""What is said of results that are not shown."""

from __future__ import annotations

from bot.jobs.job import Job, Verdict
from bot.text import ngettext


def withheld(job: Job) -> list[str]:
    """Sentences with numbers; none where all is shown."""
    if job.recipe.safety is None:
        return []
    files = [number for number, output in enumerate(job.outcome.outputs) if output.kind == "file"]
    verdicts = job.outcome.verdicts or (Verdict.FAILED,) * len(job.outcome.outputs)
    found = [verdicts[number] for number in files]
    counts = {verdict: found.count(verdict) for verdict in (Verdict.UNSAFE, Verdict.FAILED, Verdict.UNJUDGED)}
    return [
        (_all(verdict, count) if count == len(found) else _some(verdict, count)).format(count=count, total=len(found))
        for verdict, count in counts.items()
        if count
    ]


def _all(verdict: Verdict, count: int) -> str:
    return {
        Verdict.UNSAFE: ngettext(
            "The picture was withheld: it was found unsafe.",
            "All {count} pictures were withheld: they were found unsafe.",
            count,
        ),
        Verdict.FAILED: ngettext(
            "The picture was withheld: it could not be checked. Try again later; if it happens again, tell whoever "
            "runs the bot.",
            "All {count} pictures were withheld: they could not be checked. Try again later; if it happens again, tell "
            "whoever runs the bot.",
            count,
        ),
        Verdict.UNJUDGED: ngettext(
            "The file was withheld: only pictures are shown here, because only they can be checked.",
            "All {count} files were withheld: only pictures are shown here, because only they can be checked.",
            count,
        ),
    }[verdict]


def _some(verdict: Verdict, count: int) -> str:
    return {
        Verdict.UNSAFE: ngettext(
            "{count} of {total} pictures was withheld: it was found unsafe.",
            "{count} of {total} pictures were withheld: they were found unsafe.",
            count,
        ),
        Verdict.FAILED: ngettext(
            "{count} of {total} pictures was withheld: it could not be checked. Try again later; if it happens again, "
            "tell whoever runs the bot.",
            "{count} of {total} pictures were withheld: they could not be checked. Try again later; if it happens "
            "again, tell whoever runs the bot.",
            count,
        ),
        Verdict.UNJUDGED: ngettext(
            "{count} of {total} files was withheld: only pictures are shown here, because only they can be checked.",
            "{count} of {total} files were withheld: only pictures are shown here, because only they can be checked.",
            count,
        ),
    }[verdict]
