"""What a command's values ask for, in pixels, steps and pictures, held to what a person may."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from math import floor, isqrt, sqrt
from typing import Protocol

from bot.errors import OptionRefused
from bot.numerals import number
from bot.text import _
from bot.workflow.graph import Target
from bot.workflow.lowering import lowered_number, lowered_size
from bot.workflow.option import Option, OptionType, Value
from bot.workflow.sizes import STEP
from bot.workflow.values import Literal, literals
from bot.workflow.workflow import Workflow

#: pixels in what ComfyUI calls a megapixel (`ImageScaleToTotalPixels`)
MEGAPIXEL = 1024 * 1024
#: nodes that copy what they are given, `amount` times
COPIERS = frozenset({"RepeatLatentBatch", "RepeatImageBatch"})
SIDES = ("width", "height")


class Ceilings(Protocol):
    """The most that may be asked for; None or 0: as much as anybody likes."""

    @property
    def pixels(self) -> int | None: ...
    @property
    def steps(self) -> int | None: ...
    @property
    def count(self) -> int | None: ...


@dataclass(frozen=True)
class Ask:
    """So much of `kind` (a name in Ceilings). `parts` are the numbers in the graph (of pixels both sides, or the
    megapixels), `options` what sets each, empty where none does."""

    kind: str
    amount: float
    options: tuple[str, ...]
    parts: tuple[float, ...]


def asks(workflow: Workflow, values: Mapping[str, Value]) -> Iterator[Ask]:
    """What the options ask for, with their defaults and what the graph itself has where they are left out."""
    idle = workflow.bypassed(values)
    found = _Inputs(workflow, values)
    for target, name in found.setters.items():
        if target.node in idle or workflow.options[name].type in {OptionType.SIZE, OptionType.SEED}:
            continue
        number = found.number(target)
        if number is None:
            continue
        if target.input == "steps":
            yield Ask("steps", number, (name,), (number,))
        elif _copies(workflow, target):
            yield Ask("count", number, (name,), (number,))
        elif target.input == "megapixels":
            yield Ask("pixels", number * MEGAPIXEL, (name,), (number,))
    for width, height in found.pairs():
        if width.node not in idle and (ask := found.area(width, height)) is not None:
            yield ask


def hold(
    workflow: Workflow, values: Mapping[str, Value], given: Collection[str], ceilings: Ceilings
) -> dict[str, Value]:
    """The values; what was left out comes down to the ceilings. Raises OptionRefused for what is in `given` and above.

    So it does where the least an option takes is still above: then the command is more than they may ask for.
    """
    held = dict(values)
    for ask in asks(workflow, held):
        ceiling = getattr(ceilings, ask.kind) or ask.amount
        if ask.amount > ceiling:
            if any(name in given for name in ask.options):
                raise _refusal(ask, given, ceiling)
            held |= _lowered(workflow, ask, ceiling)
    for ask in asks(workflow, held):
        ceiling = getattr(ceilings, ask.kind) or ask.amount
        if ask.amount > ceiling:
            raise _refusal(ask, ask.options, ceiling)
    return held


class _Inputs:
    """What the options put where; the last one that says something counts, as when the graph is bound."""

    def __init__(self, workflow: Workflow, values: Mapping[str, Value]) -> None:
        self._workflow = workflow
        self._literals: dict[Target, Literal] = {}
        #: by input, the option that sets it
        self.setters: dict[Target, str] = {}
        for name, option in workflow.options.items():
            value = values.get(name, option.default)
            every = [None] if value is None else literals(option, value)
            for target, literal in zip(workflow.targets[name], cycle(every), strict=False):
                if literal is not None:
                    self._literals[target] = literal
                if literal is not None or target not in self.setters:
                    self.setters[target] = name

    def number(self, target: Target) -> float | None:
        """What is in that input, if it is a number."""
        value = self._literals.get(target, self._workflow.graph[target.node]["inputs"].get(target.input))
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def pairs(self) -> Iterator[tuple[Target, Target]]:
        """Width and height: of each size, and of each node with an option for one of them."""
        seen: dict[tuple[Target, Target], None] = {}
        for target, name in self.setters.items():
            option = self._workflow.options[name]
            if option.type is not OptionType.SIZE and target.input in SIDES:
                seen[Target(target.node, SIDES[0]), Target(target.node, SIDES[1])] = None
        for name, option in self._workflow.options.items():
            if option.type is OptionType.SIZE:
                targets = self._workflow.targets[name]
                seen |= dict.fromkeys(zip(targets[::2], targets[1::2], strict=True))
        yield from seen

    def area(self, width: Target, height: Target) -> Ask | None:
        """The pixels of a pair; None where a side comes from elsewhere."""
        sides = self.number(width), self.number(height)
        if sides[0] is None or sides[1] is None:
            return None
        names = tuple(self.setters.get(side, "") for side in (width, height))
        return Ask("pixels", sides[0] * sides[1], names, (sides[0], sides[1]))


def _copies(workflow: Workflow, target: Target) -> bool:
    copier = workflow.graph[target.node]["class_type"] in COPIERS
    return target.input == "batch_size" or (target.input == "amount" and copier)


def _lowered(workflow: Workflow, ask: Ask, ceiling: float) -> dict[str, Value]:
    """Values under the ceiling, of those options which can be lowered."""
    found: dict[str, Value] = {}
    for name, part in zip(ask.options, ask.parts, strict=True):
        if name:
            value = _lowered_option(workflow.options[name], part, ask, ceiling)
            found |= {name: value} if value is not None else {}
    return found


def _lowered_option(option: Option, part: float, ask: Ask, ceiling: float) -> Value | None:
    if option.type is OptionType.SIZE:
        return lowered_size(option, (ask.parts[0], ask.parts[1]), ceiling)
    if ask.kind != "pixels":
        return lowered_number(option, ceiling)
    if len(ask.parts) == 1:
        return lowered_number(option, ceiling / MEGAPIXEL)
    share = ceiling / ask.amount if "" in ask.options else sqrt(ceiling / ask.amount)
    return lowered_number(option, floor(part * share) // STEP * STEP)


def _refusal(ask: Ask, told: Collection[str], ceiling: float) -> OptionRefused:
    """About the first of these options that has to do with it."""
    name = next(name for name in ask.options if name and name in told)
    words = {"given": number(ask.amount), "most": number(ceiling)}
    match ask.kind:
        case "steps":
            sentence = _("{given} steps are too many: here you may ask for {most} at most.")
        case "count":
            sentence = _("{given} pictures at a time are too many: here you may ask for {most} at most.")
        case _:
            side = isqrt(floor(ceiling)) // STEP * STEP
            if len(ask.parts) == 1:
                most = floor(ceiling / MEGAPIXEL * 1000) / 1000
                words = {"given": f"{number(ask.parts[0])} MP", "most": f"{number(most)} MP"}
            else:
                words = {"given": "x".join(f"{part:g}" for part in ask.parts), "most": f"{side}x{side}"}
            sentence = _("{given} is too large: here you may ask for as many pixels as {most} has.")
    return OptionRefused(name, sentence.format(**words))
