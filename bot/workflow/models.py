"""Which model files a graph can use: those its `requires` names, by the folder a node's list shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.workflow.names import match, matching
from bot.workflow.option import FOLDERS

#: inputs whose name alone tells the folder
_BY_NAME = {name: folder for folder, (_class, name) in FOLDERS.items() if name not in {"clip_name", "model_name"}}
#: classes whose inputs have names that others use for another folder
_BY_CLASS = {
    **{class_type: folder for folder, (class_type, _name) in FOLDERS.items()},
    **dict.fromkeys(("DualCLIPLoader", "TripleCLIPLoader", "QuadrupleCLIPLoader"), "text_encoders"),
}


def folder_of(class_type: str, input_name: str) -> str:
    """The folder of models that an input lists; empty where it lists something else."""
    if input_name in _BY_NAME:
        return _BY_NAME[input_name]
    return _BY_CLASS.get(class_type, "") if input_name.startswith(("clip_name", "model_name")) else ""


def usable(names: Sequence[str], models: Iterable[str], folder: str) -> tuple[str, ...]:
    """Those of a folder's files that fit one of `models` (`folder/pattern`); all where none is about that folder."""
    return matching(names, _patterns(models, folder)) or ()


def stand_in(name: str, names: Sequence[str], models: Iterable[str], folder: str) -> str | None:
    """The one of a folder's files to use for `name`: the one that is meant, else the first that `models` allows.

    Where `models` asks for several files of one folder, only those count which stand for the same one as `name`. None
    where `models` has nothing to say about the folder, or allows none of them.
    """
    patterns = _patterns(models, folder)
    if (meant := match(name, usable(names, models, folder))) is not None or not patterns:
        return meant
    own = [pattern for pattern in patterns if matching((name,), (pattern,))]
    return next(iter(matching(names, own or patterns) or ()), None)


def _patterns(models: Iterable[str], folder: str) -> list[str]:
    return [pattern for home, _slash, pattern in (model.partition("/") for model in models) if home == folder]
