"""The servers that run jobs, in words for whoever runs the bot; pausing one, and unloading its models."""

from __future__ import annotations

from typing import Protocol

from bot.comfy.backend import Backend, BackendState, Measured
from bot.comfy.pool import Pool
from bot.errors import AccessRefused, BackendUnreachable, PromptRefused
from bot.jobs.pauses import Pauses
from bot.jobs.runner import Runner
from bot.text import _
from bot.ui.words import code

MODELS = 3  # names of models that are shown


class Bot(Protocol):
    """What this needs of the bot."""

    pool: Pool
    pauses: Pauses
    runner: Runner


async def backends_text(bot: Bot) -> str:
    """All of them."""
    return "\n".join([await _text(bot, backend) for backend in bot.pool.backends])


async def pause_backend(bot: Bot, name: str, by: int) -> str:
    """Raises AccessRefused where there is no such server."""
    backend = find_backend(bot.pool, name)
    known = bot.pauses.get(backend.name)
    if known is not None:
        text = _("{name} is paused already, by <@{user}> {when}. `/backends resume` gives it jobs again.")
        return text.format(name=code(backend.name), user=known.by, when=f"<t:{int(known.at.timestamp())}:R>")
    await bot.pauses.pause(backend.name, by)
    text = _("⏸️ {name} gets no new jobs until `/backends resume`. What it has, it finishes: {count}.")
    return text.format(name=code(backend.name), count=bot.runner.dispatcher.crew(backend).held)


async def resume_backend(bot: Bot, name: str) -> str:
    """Raises AccessRefused where there is no such server."""
    backend = find_backend(bot.pool, name)
    if bot.pauses.get(backend.name) is None:
        return _("{name} is not paused.").format(name=code(backend.name))
    await bot.pauses.resume(backend.name)
    return _("▶️ {name} gets jobs again.").format(name=code(backend.name))


async def free_backend(bot: Bot, name: str) -> str:
    """Raises AccessRefused where there is no such server."""
    backend = find_backend(bot.pool, name)
    try:
        await backend.free()
    except (BackendUnreachable, PromptRefused) as problem:
        return f"⚠️ {problem.sentence()}"
    text = _("🧹 {name} unloads its models, as soon as nothing runs there. The next job loads its own again.")
    return text.format(name=code(backend.name))


def find_backend(pool: Pool, name: str) -> Backend:
    """Raises AccessRefused where there is none of that name."""
    backend = pool.get(name.strip())
    if backend is None:
        raise AccessRefused(_("There is no such server. Choose one from the list that appears while you type."))
    return backend


async def _text(bot: Bot, backend: Backend) -> str:
    crew = bot.runner.dispatcher.crew(backend)
    facts = [
        _("jobs of ours: {ours}, of others: {others}").format(
            ours=crew.held, others=max(0, backend.queue_remaining - crew.held)
        )
    ]
    if crew.loaded:
        models = sorted(crew.loaded)[:MODELS]
        facts.append(_("loaded last: {models}").format(models=", ".join(map(code, models))))
    if memory := await _memory(backend):
        facts.append(memory)
    lines = [f"{code(backend.name)} · {_state(bot.pool, backend)}", f"-# {' · '.join(facts)}"]
    pause = bot.pauses.get(backend.name)
    if pause is not None:
        when = f"<t:{int(pause.at.timestamp())}:R>"
        lines.insert(1, _("⏸️ Paused by <@{user}> {when}.").format(user=pause.by, when=when))
    if backend.problem is not None:
        lines.insert(1, f"⚠️ {backend.problem.sentence()}")
    return "\n".join(lines)


def _state(pool: Pool, backend: Backend) -> str:
    if backend.name in pool.leaving:
        return _("is to go, and ends what it has")
    if backend.name in pool.lost and backend.state is not BackendState.UP:
        return _("away for so long that its jobs go to others")
    match backend.state:
        case BackendState.UP if backend.version:
            return _("up, ComfyUI {version}").format(version=backend.version)
        case BackendState.UP:
            return _("up")
        case BackendState.CONNECTING:
            return _("is being connected to")
        case BackendState.DOWN:
            return _("away")
        case BackendState.TOO_OLD:
            return _("too old")
        case BackendState.STUCK:
            return _("runs nothing any more")


async def _memory(backend: Backend) -> str:
    if not isinstance(backend, Measured) or backend.state is not BackendState.UP:
        return ""
    try:
        memory = await backend.memory()
    except BackendUnreachable:
        return ""
    if memory is None:
        return ""
    free, total = (f"{size / 2**30:.1f}" for size in memory)
    return _("graphics memory: {free} of {total} GB free").format(free=free, total=total)
