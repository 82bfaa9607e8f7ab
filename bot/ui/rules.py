"""What a server has set, in words: all of it, and each part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isqrt

from bot.jobs.rules import UNLIMITED, Limits, Rules, Visibility, WorkflowRule, limits_for
from bot.jobs.servers import Server
from bot.numerals import number
from bot.text import _, named, ngettext
from bot.ui.people import CONTENT, clipped
from bot.ui.words import code, plain

WORD = 100  # characters of a blocked term
LINE = 1000  # characters of a line with several
PARTS = 5  # messages that one answer may take


def rules_lines(server: Server, defaults: Rules) -> Iterator[str]:
    """Everything that is set, and the operator's defaults behind it."""
    rules = server.rules
    if server.paused_by is not None:
        yield _("⏸️ Paused by <@{user}>: jobs wait until `/jobs resume`.").format(user=server.paused_by)
    yield channels_text(rules)
    yield roles_text(rules)
    yield limits_text(None, rules, defaults)
    yield from (limits_text(role, rules, defaults) for role in sorted(rules.by_role))
    yield from (workflow_rule_text(name, rules) for name in sorted(rules.workflows))
    yield budget_text(rules, defaults)
    yield results_text(rules, defaults)
    yield audit_text(rules)
    yield language_text(rules)
    yield from words_lines(rules)
    yield strikes_text(rules, defaults)


def listed(lines: Iterable[str]) -> Iterator[str]:
    """The same as a list; what goes on from the line before it has no point of its own."""
    yield from (line if line.startswith(" ") else f"• {line}" for line in lines)


def limits_text(role_id: int | None, rules: Rules, defaults: Rules) -> str:
    """What everybody may, or those with a role."""
    if role_id is not None:
        who, own = f"<@&{role_id}>", rules.by_role.get(role_id, Limits())
        return _("Limits for {role}: {limits}").format(role=who, limits=limits_words(own) or _("as for everybody"))
    said, given = limits_words(rules.limits), limits_words(_left(defaults.limits, rules.limits))
    text = _("Limits for everybody: {limits}").format(limits=said or _("none set here"))
    return text + (_(" (whoever runs the bot set: {limits})").format(limits=given) if given else "")


def limits_behind(role_id: int | None, rules: Rules, defaults: Rules) -> Limits:
    """What holds in all for everybody, or for somebody with only that role."""
    return limits_for([] if role_id is None else [role_id], rules, defaults.limits)


def limits_words(limits: Limits) -> str:
    """`waiting` 5, `size` 1024x1024: those that are said, named as the options are."""
    known = limits.model_dump(exclude_none=True)
    return ", ".join(f"`{named('size' if name == 'pixels' else name)}` {_value(name, known[name])}" for name in known)


def channels_text(rules: Rules) -> str:
    """Where."""
    if not rules.channels:
        return _("Jobs may be asked for in every channel.")
    return _("Jobs may be asked for in: {channels}").format(channels=_named("<#{}>", rules.channels))


def roles_text(rules: Rules) -> str:
    """By whom."""
    if not rules.roles:
        return _("Everybody may ask for jobs.")
    return _("Only these may ask for jobs: {roles}").format(roles=_named("<@&{}>", rules.roles))


def workflow_rule_text(name: str, rules: Rules) -> str:
    """Who may use it and how often, besides what its manifest says."""
    rule = rules.workflows.get(name, WorkflowRule())
    who = _("for {roles}").format(roles=_named("<@&{}>", rule.roles)) if rule.roles else _("for everybody")
    if not rule.cooldown:
        return f"{code(f'/{named(name)}')} {who}"
    often = _("once in {seconds} s").format(seconds=number(rule.cooldown))
    return f"{code(f'/{named(name)}')} {who}, {often}"


def budget_text(rules: Rules, defaults: Rules) -> str:
    """What paid workflows may cost."""
    budget = rules.budget if rules.budget is not None else defaults.budget
    if not budget:
        text = _("What paid workflows cost within 24 hours has no limit.")
    else:
        text = _("Paid workflows may cost {budget} within 24 hours.").format(budget=number(budget))
    return _behind(text, default=rules.budget is None)


def results_text(rules: Rules, defaults: Rules) -> str:
    """Who sees them."""
    shown = rules.results or defaults.results or Visibility.PUBLIC
    text = {
        Visibility.PUBLIC: _("Everybody in the channel sees results."),
        Visibility.EPHEMERAL: _("Only who asked sees a result."),
        Visibility.SPOILER: _("Everybody in the channel sees results, covered until they click."),
    }[shown]
    return _behind(text, default=rules.results is None)


def audit_text(rules: Rules) -> str:
    """Where it is written down what moderators do."""
    if rules.audit_channel is None:
        return _("What moderators do is written into no channel.")
    return _("What moderators do is written into <#{channel}>.").format(channel=rules.audit_channel)


def language_text(rules: Rules) -> str:
    """Of public messages."""
    if rules.language is None:
        return _("Public messages are in the language of this server's own settings.")
    return _("Public messages are in this language: {language}").format(language=code(rules.language))


def words_lines(rules: Rules) -> Iterator[str]:
    """What is blocked here, covered: somebody may look over a shoulder."""
    if not rules.words:
        yield _("No terms are blocked here.")
        return
    count = len(rules.words)
    line = ngettext("{count} term is blocked here:", "{count} terms are blocked here:", count).format(count=count)
    for word in rules.words:
        shown = f" ||{plain(word, WORD)}||"
        if len(line) + len(shown) > LINE:
            yield line
            line = ""
        line += shown
    yield line


def strikes_text(rules: Rules, defaults: Rules) -> str:
    """What comes of blocked terms."""
    count = rules.strikes if rules.strikes is not None else defaults.strikes
    minutes = rules.strike_minutes if rules.strike_minutes is not None else defaults.strike_minutes
    if not count:
        text = _("Blocked terms block nobody automatically.")
    else:
        text = ngettext(
            "A blocked term within 24 hours blocks a person for {minutes} minutes.",
            "{count} texts with blocked terms within 24 hours block a person for {minutes} minutes.",
            count,
        ).format(count=count, minutes=minutes)
    return _behind(text, default=rules.strikes is None and rules.strike_minutes is None)


def in_parts(lines: Iterable[str]) -> list[str]:
    """The lines in as many messages as they need, broken between lines; a line too long for one is cut."""
    parts: list[str] = []
    for line in map(clipped, lines):
        if parts and len(parts[-1]) + 1 + len(line) <= CONTENT:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    if len(parts) > PARTS:
        parts = [*parts[: PARTS - 1], _("… and more than fits here. Ask for one part, such as `/settings words`.")]
    return parts


def _left(defaults: Limits, said: Limits) -> Limits:
    """Of the defaults what nothing was said about; an absent limit is no news."""
    known = said.model_dump(exclude_none=True)
    return Limits(**{name: value for name, value in defaults.model_dump().items() if name not in known and value})


def _value(name: str, value: float) -> str:
    if value == UNLIMITED:
        return _("without limit")
    if name == "pixels":
        side = isqrt(int(value))
        return f"{side}x{side}" if side * side == value else _("{pixels} pixels").format(pixels=number(value))
    return number(value)


def _named(pattern: str, ids: Iterable[int]) -> str:
    return ", ".join(pattern.format(each) for each in sorted(ids))


def _behind(text: str, *, default: bool) -> str:
    return text + (_(" (not set here)") if default else "")
