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
    texts = {
        Verdict.UNSAFE: ngettext(
            "{count} of {total} pictures was withheld: it was found unsafe.",
            "{count} of {total} pictures were withheld: they were found unsafe.",
            found.count(Verdict.UNSAFE),
        ),
        Verdict.FAILED: ngettext(
            "{count} of {total} pictures was withheld: it could not be checked. Try again later; if it happens again, "
            "tell whoever runs the bot.",
            "{count} of {total} pictures were withheld: they could not be checked. Try again later; if it happens "
            "again, tell whoever runs the bot.",
            found.count(Verdict.FAILED),
        ),
        Verdict.UNJUDGED: ngettext(
            "{count} of {total} files was withheld: only pictures are shown here, because only they can be checked.",
            "{count} of {total} files were withheld: only pictures are shown here, because only they can be checked.",
            found.count(Verdict.UNJUDGED),
        ),
    }
    return [
        text.format(count=found.count(verdict), total=len(found)) for verdict, text in texts.items() if verdict in found
    ]
