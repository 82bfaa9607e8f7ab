"""Words in quotes that reach people without the catalogues: found in the code's syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.catalogues.extracting import ROOT

#: what looks a sentence up, or marks it for that
CATALOGUED = frozenset({"_", "N_", "ngettext", "named"})
#: for whoever reads the log or the code
FOR_NOBODY = frozenset(
    {"debug", "info", "warning", "error", "exception", "log", "getLogger", "compile", "Field", "execute", "text"}
    | {"survive", "Outage"}
)
#: errors that only a mistake of ours raises; ValueError is not one of them, as manifests' mistakes are told
OUR_MISTAKES = frozenset({"TypeError", "RuntimeError", "AssertionError", "NotImplementedError", "KeyError"})
#: keywords and parameters whose text is drawn as it is
SHOWN = frozenset({"label", "title", "placeholder", "description", "content", "text", "help", "hint", "sentence"})
#: callables whose texts are drawn as they are
DRAWN = frozenset({"TextDisplay", "tell", "say", "SelectOption", "Button", "Label", "Choice", "ContextMenu", "Notice"})

SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:.…]? [A-Za-z]{2,}")
WORD = re.compile(r"[A-Za-z]{3,}")


def found(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each literal in a file that bypasses the catalogue: sentences anywhere, words where drawn."""
    yield from _Looking(path).found()


class _Looking(ast.NodeVisitor):
    def __init__(self, path: Path) -> None:
        self._tree = ast.parse(path.read_text("utf-8"))
        self._found: list[tuple[int, str]] = []
        self._drawn = False

    def found(self) -> list[tuple[int, str]]:
        self.visit(self._tree)
        return self._found

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # docstrings
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node.func)
        if name in CATALOGUED | FOR_NOBODY | OUR_MISTAKES:
            return
        self.visit(node.func)
        for argument in node.args:
            self._look(argument, drawn=name in DRAWN)
        for word in node.keywords:
            self._look(word.value, drawn=word.arg in SHOWN or name == "describe")

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Annotations are no text."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._look_into(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._look_into(node)

    def _look_into(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults), *node.body]:
            self.visit(part)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._judge(node.lineno, "{}".join(str(part.value) for part in node.values if isinstance(part, ast.Constant)))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self._look(part.value, drawn=False)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._judge(node.lineno, node.value)

    def _look(self, node: ast.AST, *, drawn: bool) -> None:
        before, self._drawn = self._drawn, drawn
        self.visit(node)
        self._drawn = before

    def _judge(self, line: int, text: str) -> None:
        bare = re.sub(r"`[^`]*`|<[^>]*>|https?://\S+|\{\}", "", text)
        if (WORD if self._drawn else SENTENCE).search(bare):
            self._found.append((line, text))


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def packages(*names: str) -> list[Path]:
    """The files of packages or modules, by their path in the project."""
    paths = [ROOT / name for name in names]
    return sorted(file for path in paths for file in ([path] if path.suffix else path.rglob("*.py")))
