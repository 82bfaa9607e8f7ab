"""The servers that run jobs, in words for whoever runs the bot; pausing one, and unloading its models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Protocol

from bot.comfy.backend import Backend, BackendState, Measured
from bot.comfy.pool import Pool
from bot.errors import AccessRefused, BackendError, BackendUnreachable
from bot.failures import PromptRefused
from bot.jobs.ledger import Ledger
from bot.jobs.moving import counts
from bot.jobs.pauses import Pauses
from bot.jobs.runner import Runner
from bot.jobs.store import Store
from bot.numerals import number
from bot.text import _
from bot.ui.words import code, trouble_text

MODELS = 3  # names of models that are shown


class Bot(Protocol):
    """What this needs of the bot."""

    pool: Pool
    pauses: Pauses
    runner: Runner
    store: Store
    ledger: Ledger


async def backends_text(bot: Bot) -> str:
    """All of them."""
    held = await bot.store.transact(counts)
    await bot.ledger.load()
    return "\n".join([await _text(bot, backend, held.get(backend.name, 0)) for backend in bot.pool.backends])


async def pause_backend(bot: Bot, name: str, by: int) -> str:
    """Raises AccessRefused where there is no such server."""
    backend = find_backend(bot.pool, name)
    known = bot.pauses.get(backend.name)
    if known is not None:
        text = _("{name} is paused already, by <@{user}> {when}. `/backends resume` gives it jobs again.")
        return text.format(name=code(backend.name), user=known.by, when=f"<t:{int(known.at.timestamp())}:R>")
    await bot.pauses.pause(backend.name, by)
    text = _("⏸️ {name} gets no new jobs until `/backends resume`. What it has, it finishes: {count}.")
    held = await bot.store.transact(counts)
    return text.format(name=code(backend.name), count=held.get(backend.name, 0))


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
        return trouble_text(problem)
    text = _("🧹 {name} unloads its models, as soon as nothing runs there. The next job loads its own again.")
    return text.format(name=code(backend.name))


def find_backend(pool: Pool, name: str) -> Backend:
    """Raises AccessRefused where there is none of that name."""
    backend = pool.get(name.strip())
    if backend is None:
        raise AccessRefused(_("There is no such server. Choose one from the list that appears while you type."))
    return backend


async def _text(bot: Bot, backend: Backend, ours: int) -> str:
    pause = bot.pauses.get(backend.name)
    lines = [f"{code(backend.name)} · {_state(bot.pool, backend)}", *_troubles(bot.pool, backend)]
    if pause is not None:
        when = f"<t:{int(pause.at.timestamp())}:R>"
        lines.append(_("⏸️ Paused by <@{user}> {when}.").format(user=pause.by, when=when))
    return "\n".join([*lines, f"-# {' · '.join([fact async for fact in _facts(bot, backend, ours)])}"])


def _troubles(pool: Pool, backend: Backend) -> Iterator[str]:
    """Why it runs nothing. Of one that was given up its state says what that means for jobs; that nobody answers there
    is no more than that.
    """
    trouble = pool.problem_of(backend) or backend.busy
    if trouble is not None and (_says_more(trouble) or not _is_given_up(pool, backend)):
        yield trouble_text(trouble)


def _says_more(trouble: BackendError) -> bool:
    return trouble.sentence() != BackendUnreachable("").sentence()


async def _facts(bot: Bot, backend: Backend, ours: int) -> AsyncIterator[str]:
    others = max(0, backend.queue_remaining - ours)
    yield _("jobs of ours: {ours}, of others: {others}").format(ours=ours, others=others)
    if loaded := backend.loaded or bot.runner.dispatcher.crew(backend).loaded:
        yield _("loaded last: {models}").format(models=", ".join(map(code, sorted(loaded)[:MODELS])))
    if isinstance(backend.problem, BackendUnreachable) and backend.problem.reason:
        yield code(backend.problem.reason)
    if memory := await _memory(backend):
        yield memory
    if backend.cost:
        async for fact in _costs(bot.ledger):
            yield fact


async def _costs(ledger: Ledger) -> AsyncIterator[str]:
    """Of all paid ones together; without a budget of this process only what they cost."""
    spent, most = number(ledger.spent), number(ledger.budget)
    if not ledger.budget:
        yield _("cost within 24 hours: {spent}").format(spent=spent)
        return
    yield _("cost within 24 hours: {spent} of {most}").format(spent=spent, most=most)
    if (until := await ledger.closed_until()) is not None:
        yield _("used up until {when}").format(when=f"<t:{int(until.timestamp())}:f>")


def _is_given_up(pool: Pool, backend: Backend) -> bool:
    """Whether there are others for its jobs, so that those wait for it no longer."""
    return backend.name in pool.lost and backend.state is not BackendState.UP and bool(pool.present)


def _state(pool: Pool, backend: Backend) -> str:
    if backend.name in pool.leaving:
        return _("is to go, and ends what it has")
    if _is_given_up(pool, backend):
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
    free, total = (number(size / 2**30, 1) for size in memory)
    return _("graphics memory: {free} of {total} GB free").format(free=free, total=total)
