"""Nodes that count: sums written out, sizes, colours, choices."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from bot.comfy.simulator.nodes.planes import computed
from bot.comfy.simulator.values import Inputs, Runner

_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "sum": lambda *args: sum(args[0] if len(args) == 1 and isinstance(args[0], list) else args),
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "pow": pow,
    "sqrt": math.sqrt,
    "ceil": math.ceil,
    "floor": math.floor,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "int": int,
    "float": float,
}
_LARGEST_EXPONENT = 4_000


def calculate(inputs: Inputs) -> tuple[float, int, bool]:
    """Raises ``ValueError`` for what is no number."""
    expression = str(inputs["expression"])
    if not expression.strip():
        raise ValueError("Expression cannot be empty.")
    names = {name.removeprefix("values."): value for name, value in inputs.items() if name.startswith("values.")}
    result = _evaluate(ast.parse(expression.strip(), mode="eval").body, {**names, "values": list(names.values())})
    if not isinstance(result, int | float):
        kind = type(result).__name__
        raise ValueError(f"Math Expression '{expression}' must evaluate to a numeric result, got {kind}: {result!r}")
    if not math.isfinite(result):
        raise ValueError(f"Math Expression '{expression}' produced a non-finite result: {result}")
    return float(result), int(result), bool(result)


def convert(inputs: Inputs) -> tuple[float, int]:
    value = inputs["value"]
    number = float(value.strip()) if isinstance(value, str) else float(value)
    return number, int(number)


def pick_resolution(inputs: Inputs) -> tuple[int, int]:
    wide, high = (int(part) for part in str(inputs["aspect_ratio"]).split()[0].split(":"))
    scale = math.sqrt(float(inputs["megapixels"]) * 1024 * 1024 / (wide * high))
    multiple = int(inputs["multiple"])
    return round(wide * scale / multiple) * multiple, round(high * scale / multiple) * multiple


def read_color(inputs: Inputs) -> tuple[int, str, float]:
    """``#rrggbb`` with or without alpha."""
    code = str(inputs["color"]).lstrip("#")
    return int(code[:6], 16), f"#{code}", int(code[6:8], 16) / 255 if len(code) == 8 else 1.0


def choose(inputs: Inputs) -> tuple[str, int]:
    """The choice, and its place among the options that the page keeps beside it."""
    options = [value for name, value in inputs.items() if name.startswith("option")]
    choice = str(inputs["choice"])
    return choice, int(inputs.get("index", options.index(choice) if choice in options else 0))


def list_all(inputs: Inputs) -> list[object]:
    return [item for name, values in inputs.items() if name.startswith("inputs.") for item in values]


def _evaluate(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return names[name]
        case ast.BinOp(left=left, op=op, right=right):
            values = _evaluate(left, names), _evaluate(right, names)
            if isinstance(op, ast.Pow) and abs(values[1]) > _LARGEST_EXPONENT:
                raise ValueError(f"Exponent {values[1]} exceeds maximum allowed ({_LARGEST_EXPONENT})")
            return _OPERATORS[type(op)](*values)
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_evaluate(operand, names))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _OPERATORS[type(op)](_evaluate(left, names), _evaluate(right, names))
        case ast.BoolOp(op=op, values=values):
            known = [_evaluate(value, names) for value in values]
            return all(known) if isinstance(op, ast.And) else any(known)
        case ast.IfExp(test=test, body=body, orelse=other):
            return _evaluate(body if _evaluate(test, names) else other, names)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name](*(_evaluate(arg, names) for arg in args))
    raise ValueError(f"Sorry, {type(node).__name__} is not available in this evaluator")


RUNNERS: Mapping[str, Runner] = {
    "ComfyMathExpression": computed(calculate),
    "ComfyNumberConvert": computed(convert),
    "ResolutionSelector": computed(pick_resolution),
    "ColorToRGBInt": computed(read_color),
    "CustomCombo": computed(choose),
    "CreateList": computed(lambda inputs: (list_all(inputs),)),
    "SeedNode": computed(lambda inputs: int(inputs["seed"])),
    "PrimitiveBoundingBox": computed(lambda i: {side: int(i[side]) for side in ("x", "y", "width", "height")}),
}
