"""How a server's rules change: each function gives the rules as they are afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from unicodedata import category

from pydantic import ValidationError

from bot.errors import AccessRefused, OptionRefused
from bot.jobs.rules import UNLIMITED, Limits, Rules, WorkflowRule
from bot.text import _
from bot.workflow.sizes import parse_size

MOST_WORDS = 200
WORD = 100  # characters of one of them
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})  # Unicode's words for control characters, format marks and the like


class Part(StrEnum):
    """What can be set back to how it was before anybody set it."""

    EVERYTHING = "everything"
    LIMITS = "limits"
    CHANNELS = "channels"
    ROLES = "roles"
    WORKFLOWS = "workflows"
    BUDGET = "budget"
    RESULTS = "results"
    AUDIT = "audit"
    LANGUAGE = "language"
    WORDS = "words"
    STRIKES = "strikes"


_FIELDS: Mapping[Part, tuple[str, ...]] = {
    Part.EVERYTHING: tuple(Rules.model_fields),
    Part.LIMITS: ("limits", "by_role"),
    Part.AUDIT: ("audit_channel",),
    Part.STRIKES: ("strikes", "strike_minutes"),
}


def without(rules: Rules, what: str) -> Rules:
    """That part as if nobody had set it; OptionRefused where it is none."""
    if what not in list(Part):
        raise OptionRefused("what", _("Choose one from the list."))
    plain, names = Rules(), _FIELDS.get(Part(what), (what,))
    return _changed(rules, **{name: getattr(plain, name) for name in names})


def pixels_of(size: str | None) -> int | None:
    """`1024x1024` as its pixels, `0` as no limit; OptionRefused for anything else."""
    if size is None or size.strip() == str(UNLIMITED):
        return None if size is None else UNLIMITED
    sides = parse_size(size)
    if sides is None or not all(sides):
        raise OptionRefused("size", _("Write it like 1024x1024, or 0 for no limit."))
    return sides[0] * sides[1]


def limits_given(**given: float | None) -> Limits:
    """What was said of the limits; OptionRefused for what cannot be one."""
    try:
        return Limits.model_validate(given)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise OptionRefused(name, _("That number cannot be a limit.")) from error


def with_limits(rules: Rules, role_id: int | None, limits: Limits) -> Rules:
    """These for everybody, or for a role; what they do not say stays."""
    if role_id is None:
        return _changed(rules, limits=limits.over(rules.limits))
    mine = limits.over(rules.by_role.get(role_id, Limits()))
    return rules if mine == Limits() else _changed(rules, by_role={**rules.by_role, role_id: mine})


def with_channel(rules: Rules, channel_id: int, *, allow: bool) -> Rules:
    """Jobs may be asked for there too, or no longer. AccessRefused where no list would say so."""
    if not allow and not rules.channels:
        raise AccessRefused(
            _("Jobs may be asked for everywhere. Allow the channels where they may be: all others are closed then.")
        )
    return _changed(rules, channels=_toggled(rules.channels, channel_id, allow))


def with_role(rules: Rules, role_id: int, *, allow: bool) -> Rules:
    """Those with that role may ask for jobs too, or no longer."""
    if not allow and not rules.roles:
        raise AccessRefused(_("Everybody may ask for jobs. Allow the roles that may: all others may not then."))
    return _changed(rules, roles=_toggled(rules.roles, role_id, allow))


def for_everybody(rules: Rules, *, allow: bool) -> Rules:
    """The role that everybody has: nobody needs another one."""
    if not allow:
        raise AccessRefused(
            _("To stop everybody, use `/jobs pause`, or turn the commands off in Server Settings > Integrations.")
        )
    return _changed(rules, roles=frozenset())


def with_workflow(
    rules: Rules, name: str, *, role_id: int | None = None, allow: bool = True, cooldown: float | None = None
) -> Rules:
    """Who may use one workflow, and seconds between two uses by one person; None leaves what there was."""
    rule = rules.workflows.get(name, WorkflowRule())
    if role_id is not None and not allow and not rule.roles:
        raise AccessRefused(_("Everybody may use it. Allow the roles that may: all others may not then."))
    roles = rule.roles if role_id is None else _toggled(rule.roles, role_id, allow)
    try:
        rule = WorkflowRule(roles=roles, cooldown=rule.cooldown if cooldown is None else cooldown)
    except ValidationError as error:
        raise OptionRefused("cooldown", _("That number cannot be a limit.")) from error
    return _ruled(rules, name, rule)


def open_to_all(rules: Rules, name: str, *, allow: bool = True, cooldown: float | None = None) -> Rules:
    """Everybody may use that workflow again."""
    rule = rules.workflows.get(name, WorkflowRule())
    opened = _ruled(for_everybody(rules, allow=allow), name, WorkflowRule(cooldown=rule.cooldown))
    return with_workflow(_changed(opened, roles=rules.roles), name, cooldown=cooldown)


def with_words(rules: Rules, *, add: str | None = None, remove: str | None = None) -> Rules:
    """Those blocked terms too, or no longer, of several with a comma between them."""
    words = {word.casefold(): word for word in rules.words}
    for word in _terms(remove):
        if words.pop(word.casefold(), None) is None:
            raise OptionRefused("remove", _("No such term is blocked here. Choose one from the list."))
    for word in _terms(add):
        if len(word) > WORD:
            raise OptionRefused("add", _("A term has {most} characters at most.").format(most=WORD))
        words.setdefault(word.casefold(), word)
    if len(words) > MOST_WORDS:
        raise OptionRefused("add", _("At most {most} terms can be blocked here.").format(most=MOST_WORDS))
    return _changed(rules, words=tuple(words.values()))


def with_given(rules: Rules, option: str, **values: Any) -> Rules:
    """Those fields as given; None leaves what there was. OptionRefused for what cannot be."""
    return with_value(rules, option, **{name: value for name, value in values.items() if value is not None})


def with_value(rules: Rules, option: str, **values: Any) -> Rules:
    """Those fields as given; None where it is no longer said. OptionRefused for what cannot be."""
    try:
        checked = Rules.model_validate(values)
    except ValidationError as error:
        raise OptionRefused(option, _("That cannot be set.")) from error
    return _changed(rules, **{name: getattr(checked, name) for name in values})


def _terms(text: str | None) -> list[str]:
    """What stands between commas, without signs that nobody sees: blocking looks through those anyway."""
    seen = "".join(sign for sign in text or "" if sign.isspace() or category(sign) not in UNSEEN)
    return [term for part in seen.split(",") if (term := " ".join(part.split()))]


def _toggled(ids: frozenset[int], changed: int, allow: bool) -> frozenset[int]:
    """Never an empty list, which stands for all: who takes the last one away means the opposite."""
    if ids == {changed} and not allow:
        raise AccessRefused(
            _("That is the last one allowed; without it all would be. Allow another first, or use `/settings reset`.")
        )
    return ids | {changed} if allow else ids - {changed}


def _ruled(rules: Rules, name: str, rule: WorkflowRule) -> Rules:
    others = {known: other for known, other in rules.workflows.items() if known != name}
    return _changed(rules, workflows=others | ({name: rule} if rule != WorkflowRule() else {}))


def _changed(rules: Rules, **values: Any) -> Rules:
    return rules.model_copy(update=values)
