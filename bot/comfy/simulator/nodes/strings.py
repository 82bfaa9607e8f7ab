"""Nodes that change texts, and nodes that decide."""

import json
import re
from collections.abc import Callable, Mapping

from bot.comfy.simulator.nodes.planes import computed
from bot.comfy.simulator.values import Inputs, Runner

_CASES: Mapping[str, Callable[[str], str]] = {
    "UPPERCASE": str.upper,
    "lowercase": str.lower,
    "Capitalize": str.capitalize,
    "Title Case": str.title,
}
_TRIMS: Mapping[str, Callable[[str], str]] = {"Both": str.strip, "Left": str.lstrip, "Right": str.rstrip}
_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "Starts With": str.startswith,
    "Ends With": str.endswith,
    "Equal": str.__eq__,
}


def contains(inputs: Inputs) -> bool:
    text, part = _fold(inputs, "string", "substring")
    return part in text


def compare(inputs: Inputs) -> bool:
    one, other = _fold(inputs, "string_a", "string_b")
    return _COMPARISONS[str(inputs["mode"])](one, other)


def match(inputs: Inputs) -> bool:
    try:
        return re.search(inputs["regex_pattern"], inputs["string"], _flags(inputs)) is not None
    except re.error:
        return False


def extract(inputs: Inputs) -> str:
    """Nothing for a pattern that is none."""
    try:
        found = list(re.finditer(inputs["regex_pattern"], inputs["string"], _flags(inputs)))
    except re.error:
        return ""
    mode, group = str(inputs["mode"]), int(inputs["group_index"])
    if mode.startswith("First"):
        found = found[:1]
    if mode.endswith("Match"):
        return "".join(one[0] for one in found)
    if mode == "All Matches":
        # like re.findall, which gives the first group where there are groups
        return "\n".join(str(one[1] if one.re.groups else one[0]) for one in found)
    return "\n".join(str(one[group]) for one in found if one.re.groups >= group)


def replace(inputs: Inputs) -> str:
    count = int(inputs.get("count", 0))
    return re.sub(inputs["regex_pattern"], inputs["replace"], inputs["string"], count=count, flags=_flags(inputs))


def pick(inputs: Inputs) -> str:
    """The key's value in a JSON object, as text; nothing where there is none."""
    try:
        value = json.loads(inputs["json_string"])[inputs["key"]]
    except (ValueError, KeyError, TypeError):
        return ""
    return "" if value is None else str(value)


def fill(inputs: Inputs) -> str:
    values = {name.removeprefix("values."): value for name, value in inputs.items() if name.startswith("values.")}
    return str(inputs["f_string"]).format(**values)


def _grown(inputs: Inputs) -> list[object]:
    return [value for name, value in inputs.items() if name.startswith("values.")]


def _fold(inputs: Inputs, *names: str) -> tuple[str, ...]:
    keep = inputs.get("case_sensitive", True)
    return tuple(str(inputs[name]) if keep else str(inputs[name]).lower() for name in names)


def _flags(inputs: Inputs) -> int:
    wanted = {
        re.IGNORECASE: inputs.get("case_insensitive", True),
        re.MULTILINE: inputs.get("multiline"),
        re.DOTALL: inputs.get("dotall"),
    }
    return sum(int(flag) for flag, on in wanted.items() if on)


def _texts(change: Callable[[str, Inputs], str]) -> Runner:
    """The data set nodes: they give a list of the one text they take."""
    return computed(lambda inputs: ([change(str(inputs["texts"]), inputs)],))


RUNNERS: Mapping[str, Runner] = {
    "StringConcatenate": computed(lambda i: str(i["delimiter"]).join((str(i["string_a"]), str(i["string_b"])))),
    "StringSubstring": computed(lambda i: str(i["string"])[int(i["start"]) : int(i["end"])]),
    "StringLength": computed(lambda i: len(str(i["string"]))),
    "StringReplace": computed(lambda i: str(i["string"]).replace(str(i["find"]), str(i["replace"]))),
    "StringTrim": computed(lambda i: _TRIMS[str(i["mode"])](str(i["string"]))),
    "CaseConverter": computed(lambda i: _CASES[str(i["mode"])](str(i["string"]))),
    "StringContains": computed(contains),
    "StringCompare": computed(compare),
    "StringFormat": computed(fill),
    "RegexMatch": computed(match),
    "RegexExtract": computed(extract),
    "RegexReplace": computed(replace),
    "JsonExtractString": computed(pick),
    "TextToLowercase": _texts(lambda text, _: text.lower()),
    "TextToUppercase": _texts(lambda text, _: text.upper()),
    "TruncateText": _texts(lambda text, i: text[: int(i["max_length"])]),
    "AddTextPrefix": _texts(lambda text, i: str(i["prefix"]) + text),
    "AddTextSuffix": _texts(lambda text, i: text + str(i["suffix"])),
    "ReplaceText": _texts(lambda text, i: text.replace(str(i["find"]), str(i["replace"]))),
    "StripWhitespace": _texts(lambda text, _: text.strip()),
    "ComfyNotNode": computed(lambda i: not i["value"]),
    "ComfyAndNode": computed(lambda i: all(_grown(i))),
    "ComfyOrNode": computed(lambda i: any(_grown(i))),
}
