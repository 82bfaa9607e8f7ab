"""Small pieces of the messages: escaped prompts, durations, bars, who asked for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from bot.jobs.job import Job
from bot.text import _, ngettext

PROMPT = 600  # characters of a prompt that a message shows
ALT = 300  # characters of it that a picture's description has
FULL, EMPTY, CELLS = "▰", "▱", 14


def plain(text: str, limit: int) -> str:
    """A person's text that Discord shows as typed: no markup, no mention, one line, cut at `limit` characters."""
    line = " ".join(text.split())
    cut = line if len(line) <= limit else f"{line[: limit - 1]}…"
    return discord.utils.escape_markdown(discord.utils.escape_mentions(cut))


def header(job: Job) -> str:
    """What was asked for, and who asked."""
    prompt = job.values.get("prompt")
    who = f"-# <@{job.place.user_id}> · `/{job.workflow}`"
    return f"**{plain(str(prompt), PROMPT)}**\n{who}" if prompt else who


def alt_text(job: Job) -> str:
    """What a picture shows, for who cannot see it: the prompt, shortened."""
    text = " ".join(str(job.values.get("prompt") or job.workflow).split())
    return text if len(text) <= ALT else f"{text[: ALT - 1]}…"


def bar(fraction: float) -> str:
    """`▰▰▰▱▱▱ 50 %`; full only at the end."""
    filled = min(CELLS, int(fraction * CELLS))
    return f"{FULL * filled}{EMPTY * (CELLS - filled)} {int(fraction * 100)} %"


def duration(seconds: float) -> str:
    """`4.2 s`, `1 min 5 s`, `1 h 2 min`."""
    if seconds < 10:
        return _("{seconds} s").format(seconds=f"{seconds:.1f}")
    whole = round(seconds)
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    if whole < 3600:
        return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)
    return _("{hours} h {minutes} min").format(hours=whole // 3600, minutes=whole % 3600 // 60)


def before(count: int) -> str:
    """How many jobs come first."""
    if count == 0:
        return _("next in the queue")
    return ngettext("{count} job before this one", "{count} jobs before this one", count).format(count=count)


def facts(job: Job, *names: str) -> list[str]:
    """`seed 1 · model x`: what was really used, by option name, in that order; absent ones are left out."""
    used: Mapping[str, Any] = {**job.values, **job.used, "seed": job.seed}
    return [f"{name} {_value(used[name])}" for name in names if used.get(name) is not None]


def _value(value: Any) -> str:
    return f"`{str(value).replace('`', '')[:80]}`"
