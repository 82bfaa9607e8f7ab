"""What a bound graph needs to be placed and collected, whatever becomes of its workflow meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from bot.workflow.graph import Target
from bot.workflow.option import Option, OptionType, Value
from bot.workflow.safety import Safety
from bot.workflow.workflow import Workflow


@dataclass(frozen=True)
class Recipe:
    """`lists` are the inputs which options set from the server's lists, or with text that must not name a file there.

    `outputs` are the ids of the nodes whose outputs count, empty for all; `variant` the name of the graph, if the
    command has several.
    """

    lists: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    variant: str = ""
    #: the model files the graph requires, as `folder/pattern`
    models: tuple[str, ...] = ()
    #: what an option picks from its list, where nobody chose
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: how its pictures are judged before anybody sees them; None: they are not
    safety: Safety | None = None
    #: whether its pictures stand on one sheet
    grid: bool = False
    #: whether it was for adults
    nsfw: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "lists": {name: [[target.node, target.input] for target in found] for name, found in self.lists.items()},
            "defaults": dict(self.defaults),
            "outputs": list(self.outputs),
            "variant": self.variant,
            "models": list(self.models),
            "patterns": {name: list(found) for name, found in self.patterns.items()},
            "safety": self.safety.to_dict() if self.safety is not None else None,
            "grid": self.grid,
            "nsfw": self.nsfw,
        }

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """What `to_dict` gave, this version's or an earlier one's."""
        return cls(
            lists={name: tuple(Target(*target) for target in found) for name, found in facts["lists"].items()},
            defaults=facts["defaults"],
            outputs=tuple(facts["outputs"]),
            variant=facts.get("variant", ""),
            models=tuple(facts.get("models", ())),
            patterns={name: tuple(found) for name, found in facts.get("patterns", {}).items()},
            safety=Safety.from_dict(facts["safety"]) if facts.get("safety") is not None else None,
            grid=bool(facts.get("grid")),
            nsfw=bool(facts.get("nsfw")),
        )


def recipe_of(workflow: Workflow) -> Recipe:
    """What is kept with every job of a workflow."""
    return Recipe(
        lists={name: workflow.targets[name] for name, option in workflow.options.items() if _listed(option)},
        defaults={name: option.default for name, option in workflow.options.items() if option.default is not None},
        outputs=workflow.outputs,
        variant=workflow.variant.name if workflow.variant is not None else "",
        models=workflow.models,
        patterns={name: option.pattern for name, option in workflow.options.items() if option.pattern},
        safety=workflow.safety,
        grid=workflow.manifest.grid,
        nsfw=workflow.manifest.nsfw,
    )


def _listed(option: Option) -> bool:
    return option.choices_from is not None or option.type in {OptionType.TEXT, OptionType.LORA}
