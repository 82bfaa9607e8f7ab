"""One option to be."""

from __future__ import annotations

from dataclasses import dataclass

from bot.workflow.graph import Target
from bot.workflow.option import OptionType


@dataclass(frozen=True)
class Wish:
    """An option's name and where its value goes. `kind` is set where the input's own type does not tell it."""

    name: str
    targets: tuple[Target, ...]
    kind: OptionType | None = None
    #: what somebody called it
    title: str = ""
    #: told apart by these words from others of the same name
    mark: str = ""
    multiply: int | None = None
    required: bool = False
    #: values to choose from, where the server has no list of them
    choices: tuple[str, ...] = ()
