"""The limits of a server in words, and what somebody has used of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from bot.jobs.access import Action, Actor, require
from bot.jobs.admission import limits_of
from bot.jobs.blocks import Blocks
from bot.jobs.rules import UNLIMITED, Limits, Rules
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.jobs.usage import DAY, HOUR, Usage, usage
from bot.numerals import number
from bot.settings import Settings
from bot.text import _
from bot.ui.blocking import until, why
from bot.ui.people import guild_of
from bot.ui.rules import budget_text, limits_text, limits_words


class Bot(Protocol):
    """What is looked at."""

    store: Store
    servers: Servers
    blocks: Blocks
    settings: Settings
    limits: Limits
    clock: Callable[[], datetime]


def server_limits(bot: Bot, actor: Actor) -> str:
    """What holds for everybody there, and for those with a role. Raises AccessRefused."""
    require(actor, Action.LIST)
    rules, defaults = bot.servers.get(guild_of(actor)).rules, _defaults(bot)
    roles = [limits_text(role, rules, defaults) for role in sorted(rules.by_role)]
    return "\n".join([limits_text(None, rules, defaults), *roles, budget_text(rules, defaults)])


async def person_limits(bot: Bot, actor: Actor, user_id: int, roles: frozenset[int]) -> str:
    """What holds for somebody with these roles there, and what is left of it. Raises AccessRefused."""
    require(actor, Action.LIST)
    guild_id, now = guild_of(actor), bot.clock()
    limits = limits_of(bot.servers, bot.limits, guild_id, roles)
    used = await usage(bot.store, guild_id, user_id, now)
    lines = [_("What <@{user}> may do here, and what is left of it:").format(user=user_id)]
    if (block := bot.blocks.get(guild_id, user_id, now)) is not None:
        blocked = _("🚫 They are blocked.")
        lines.append(f"{blocked} {until(block)} {why(block.reason)}".strip())
    lines += _counted(limits, used, now)
    known = limits.model_dump(include={"pixels", "steps", "count"})
    if each := limits_words(Limits(**{name: value for name, value in known.items() if value})):
        lines.append(_("• for each job: {limits}").format(limits=each))
    if (budget := _budget(bot.servers.get(guild_id).rules, _defaults(bot))) != UNLIMITED:
        text = _("• paid workflows, everybody together within 24 hours: {used} of {most}")
        lines.append(text.format(used=number(used.spent), most=number(budget)))
    return "\n".join(lines)


def _counted(limits: Limits, used: Usage, now: datetime) -> Iterator[str]:
    yield _("• waiting and running: {amount}").format(amount=_of(used.open, limits.waiting))
    yield _("• running at a time: {amount}").format(amount=_of(used.running, limits.running))
    for sentence, window, most in (
        (_("• within 60 minutes: {amount}"), HOUR, limits.hour),
        (_("• within 24 hours: {amount}"), DAY, limits.day),
    ):
        yield sentence.format(amount=_of(used.within(window, now), most)) + _frees(used, window, most, now)


def _of(used: int, most: int | None) -> str:
    if not most:
        return _("{used}, no limit").format(used=number(used))
    return _("{used} of {most}, {left} left").format(
        used=number(used), most=number(most), left=number(max(0, most - used))
    )


def _frees(used: Usage, window: timedelta, most: int | None, now: datetime) -> str:
    when = used.frees(window, most, now) if most else None
    return "" if when is None else " · " + _("again {when}").format(when=f"<t:{int(when.timestamp())}:R>")


def _defaults(bot: Bot) -> Rules:
    return Rules(limits=bot.limits, budget=bot.settings.paid_budget)


def _budget(rules: Rules, defaults: Rules) -> float:
    return (defaults.budget if rules.budget is None else rules.budget) or UNLIMITED
