"""Small pieces of the messages: escaped prompts, bars, who asked for what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from bot.errors import EaselError
from bot.failures import JobFailed
from bot.jobs.job import Job
from bot.numerals import percent
from bot.text import _, named, ngettext

PROMPT = 300  # characters of a prompt that a message shows
ALT = 300  # characters of it that a picture's description has
FACT = 80  # characters of a value, such as a model's name
REASON = 500  # characters of what a server says
#: between facts: the dot stays with what is before it, so that no line begins with one
DOT = "\u00a0· "
FULL, EMPTY, CELLS = "▰", "▱", 14

#: control characters, zero-width spaces, and the marks that turn the direction of all that follows
_HIDDEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
#: what Discord makes something else of; a backslash before any sign shows it as it is
_MARKUP = re.compile(r"[\\*_~|`<>\[\]#@]|:(?=//)|^-")


def plain(text: str, limit: int) -> str:
    """A person's text that Discord shows as typed: no markup, link or mention, one line, cut at `limit` characters."""
    return _MARKUP.sub(r"\\\g<0>", one_line(text, limit))


def one_line(text: str, limit: int) -> str:
    """The same where Discord reads no markup: in choices and picture descriptions."""
    line = " ".join(_HIDDEN.sub("", text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def quoted(text: str) -> str:
    """A text of several lines, shown as typed."""
    return "\n".join(f"> {plain(line, len(line))}" for line in text.strip().splitlines())


def code(value: object) -> str:
    """A value in a typewriter face."""
    return f"`{one_line(str(value), FACT).replace('`', 'ˋ')}`"


def said(failure: JobFailed) -> str:
    """The sentence of a failure, whatever the names and words in it."""
    if not is_dataclass(failure):
        return failure.sentence()
    facts = {field.name: getattr(failure, field.name) for field in fields(failure)}
    return replace(failure, **{name: _harmless(fact) for name, fact in facts.items()}).sentence()


def trouble_text(trouble: EaselError) -> str:
    """Its sentence, marked as what somebody should know."""
    return f"⚠️ {trouble.sentence()}"


def header(job: Job) -> str:
    """What was asked for, who asked, and the message it goes on from."""
    prompt = plain(job.prompt, PROMPT)
    who = f"-# <@{job.place.user_id}> · `/{named(job.workflow)}`"
    if job.origin is not None:
        link = _("from this result") if job.parent is not None else _("from this message")
        who += f" · [{link}]({job.origin})"
    return f"**{prompt}**\n{who}" if prompt else who


def notes(job: Job) -> list[str]:
    """What differs from what it was made from, a line each."""
    return [f"-# {note}" for note in job.notes]


def alt_text(job: Job) -> str:
    """What a picture shows, for who cannot see it: the prompt, shortened."""
    return one_line(job.prompt, ALT) or job.workflow


def bar(fraction: float) -> str:
    """`▰▰▰▱▱▱ 50%`; full only at the end."""
    filled = min(CELLS, int(fraction * CELLS))
    return f"{FULL * filled}{EMPTY * (CELLS - filled)} {percent(fraction)}"


def before(count: int) -> str:
    """How many jobs come first."""
    if count == 0:
        return _("next")
    return ngettext("{count} job before it", "{count} jobs before it", count).format(count=count)


def facts(job: Job, *names: str, **others: object) -> list[str]:
    """`seed 1`, `model x`: what was really used, by option name, in that order; absent ones are left out."""
    used: Mapping[str, Any] = {**job.values, **job.expanded, **job.used, "seed": job.seed, **others}
    return [f"{named(name)} {code(used[name])}" for name in names if used.get(name) is not None]


def _harmless(fact: object) -> object:
    """Names stand between backticks in the sentences, so those lose theirs; everything else is escaped."""
    if isinstance(fact, str):
        return plain(fact, REASON)
    return tuple(code(name).strip("`") for name in fact) if isinstance(fact, tuple) else fact
