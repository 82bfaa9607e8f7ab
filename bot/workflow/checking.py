"""The values a person gave for a command, checked before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import OptionRefused
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import did_you_mean
from bot.workflow.models import folder_of, usable
from bot.workflow.names import matching
from bot.workflow.option import FOLDERS, Option, OptionType, Value
from bot.workflow.values import check_value
from bot.workflow.workflow import Workflow


def check(workflow: Workflow, values: Mapping[str, object], catalogue: Catalogue | None = None) -> dict[str, Value]:
    """The values in their plain form, in the command's order; None counts as left out. Raises OptionRefused.

    `catalogue` is the server's: without it, what is chosen from the server's lists is checked when it is placed.
    """
    given = {name: value for name, value in values.items() if value is not None}
    for name in given:
        if name not in workflow.options:
            raise OptionRefused(name, _unknown(name, workflow))
    checked: dict[str, Value] = {}
    for name, option in workflow.options.items():
        if name in given:
            checked[name] = check_value(option, given[name], _choices(option, workflow, catalogue))
        elif option.required:
            raise OptionRefused(name, _("It is needed. Fill it in."))
    _refuse_idle(workflow, checked)
    return checked


def choices_for(option: Option, workflow: Workflow, catalogue: Catalogue | None) -> tuple[str, ...]:
    """What can be chosen: the manifest's names, else the server's list; empty where that is not known or anything goes.

    A server's list may be long and hold names of more than Discord's 100 characters.
    """
    return _choices(option, workflow, catalogue) or ()


def listed(option: Option) -> bool:
    """Whether it is chosen from a list of the server's."""
    return option.choices_from is not None or option.type is OptionType.LORA


def _unknown(name: str, workflow: Workflow) -> str:
    if workflow.variant is not None and name in workflow.variant.without:
        return _("{variant} has no use for it. Leave it out.").format(variant=workflow.variant.name)
    return _("/{command} has no such option.{hint}").format(
        command=workflow.name, hint=did_you_mean(name, workflow.options)
    )


def _choices(option: Option, workflow: Workflow, catalogue: Catalogue | None) -> tuple[str, ...] | None:
    if option.choices is not None:
        return tuple(option.choices)
    if not listed(option) or catalogue is None:
        return None
    if option.choices_from is not None and option.choices_from in FOLDERS:
        folder, found = option.choices_from, catalogue.choices(*FOLDERS[option.choices_from])
    else:
        target = workflow.targets[option.name][0]
        class_type = workflow.graph[target.node]["class_type"]
        folder, found = folder_of(class_type, target.input), catalogue.choices(class_type, target.input)
    return None if found is None else matching(usable(found, workflow.models, folder), option.pattern)


def _refuse_idle(workflow: Workflow, values: Mapping[str, Value]) -> None:
    """A value that only goes into bypassed nodes would do nothing: say which option it needs."""
    gone = workflow.bypassed(values)
    for name in values:
        targets = workflow.targets[name]
        if (
            targets
            and all(target.node in gone for target in targets)
            and name not in _keepers_of(workflow, targets[0].node)
        ):
            raise OptionRefused(
                name,
                _("It does nothing without `{other}`. Give that too, or leave this out.").format(
                    other=_keepers_of(workflow, targets[0].node)[0]
                ),
            )


def _keepers_of(workflow: Workflow, node: str) -> tuple[str, ...]:
    return workflow.keepers[node]
