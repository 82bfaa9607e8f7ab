"""How long what Discord draws may be: by where a sentence stands in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.catalogues.extracting import ROOT, manifest_texts

LINE, LABEL, FIELD = 100, 80, 45
#: Discord's, by keyword; of `Label`, `text` too
KEYWORDS = {"description": LINE, "group_description": LINE, "placeholder": LINE, "hint": LINE, "label": LABEL}
#: by callable, for what has no keyword: a choice, a button
POSITIONS = {"Choice": LINE, "SelectOption": LINE, "describe": LINE}


def most() -> dict[str, int]:
    """Sentence -> how many characters it may have, in every language."""
    found = dict.fromkeys(manifest_texts(), LINE)
    for package in ("bot/ui", "cogs"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                for text, limit in _drawn(node):
                    found[text] = min(limit, found.get(text, limit))
    return {text: limit for text, limit in found.items() if len(text) <= limit}


def _drawn(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.ClassDef):
        yield from _each(node.keywords, KEYWORDS)
        if node.name.endswith("Form"):
            yield from _titles(node)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        limits = KEYWORDS | ({"text": FIELD, "label": FIELD} if name == "Label" else {}) | {"title": FIELD}
        yield from _each(node.keywords, limits)
        if name in POSITIONS:
            parts = [*node.args, *(word.value for word in node.keywords)]
            yield from ((text, POSITIONS[name]) for part in parts for text in _texts(part))


def _each(words: list[ast.keyword], limits: dict[str, int]) -> Iterator[tuple[str, int]]:
    for word in words:
        if word.arg in limits:
            yield from ((text, limits[word.arg]) for text in _texts(word.value))


def _titles(form: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """A form's title, the label of its field and the hint below, as they are handed to the base."""
    for node in ast.walk(form):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__":
            for part, limit in zip(node.args, (FIELD, FIELD, LINE), strict=False):
                yield from ((text, limit) for text in _texts(part))


def _texts(value: ast.expr) -> Iterator[str]:
    """What is looked up in an expression, or in the branches of one."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "N_"} and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
