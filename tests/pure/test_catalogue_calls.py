"""Every sentence that is looked up in the catalogues is on the list for translators."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message

from tests.catalogues.extracting import ROOT
from tests.catalogues.literals import packages
from tests.catalogues.merging import TEMPLATE, read


def test_no_sentence_hides_from_the_list_for_translators() -> None:
    """When this fails: Babel does not look into f-strings, so give it a line of its own; then `make messages`."""
    listed = {first(message) for message in read(TEMPLATE) if message.id}

    hidden = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for path in packages("bot", "cogs")
        for line, text in looked_up(path)
        if text not in listed
    ]

    assert not hidden


def looked_up(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each `_("…")`, `N_("…")` and `ngettext("…", …)`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "N_", "ngettext"}:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield node.lineno, text.value


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])
