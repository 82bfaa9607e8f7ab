"""File names on a server against what a person or a manifest calls them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase


def match(name: str, names: Sequence[str]) -> str | None:
    """The one of `names` that is meant: exactly, else but for case and slashes, else by its last part.

    `dreamshaper` is `sd15/DreamShaper.safetensors` where no other file is called that.
    """
    if name in names:
        return name
    for form in (_folded, _base, _stem):
        found = [known for known in names if form(known) == form(name)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def closest(name: str, names: Sequence[str], count: int = 3) -> tuple[str, ...]:
    """The nearest of `names`: those which hold it first, then those spelled alike."""
    wanted = _stem(name)
    holding = [known for known in names if wanted and wanted in _folded(known)]
    alike = get_close_matches(wanted, list({_stem(known) for known in names}), n=count, cutoff=0.5)
    spelled = [known for stem in alike for known in names if _stem(known) == stem]
    return tuple(dict.fromkeys([*sorted(holding, key=len), *spelled]))[:count]


def matching(names: Sequence[str] | None, patterns: Sequence[str]) -> tuple[str, ...] | None:
    """Those that fit one of the patterns, whatever their case and slashes; all for no pattern.

    A pattern is such as `*xl*` or `sd15/*`, or several with `|` between them, of which one must fit and none that
    begins with `!` may: `*xl*|*pony*|!*refiner*`.
    """
    if names is None or not patterns:
        return None if names is None else tuple(names)
    wanted = [_folded(pattern).split("|") for pattern in patterns]
    return tuple(name for name in names if any(_fits(_folded(name), terms) for terms in wanted))


def _fits(name: str, terms: Sequence[str]) -> bool:
    yes = [term for term in terms if not term.startswith("!")]
    no = [term[1:] for term in terms if term.startswith("!")]
    return any(fnmatchcase(name, term) for term in yes or ("*",)) and not any(fnmatchcase(name, term) for term in no)


def _folded(name: str) -> str:
    return name.casefold().replace("\\", "/")


def _base(name: str) -> str:
    return _folded(name).rpartition("/")[2]


def _stem(name: str) -> str:
    base = _base(name)
    stem, dot, ending = base.rpartition(".")
    return stem if dot and ending.isalnum() and not ending.isdigit() else base
