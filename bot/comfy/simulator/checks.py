"""Checks of one input: literal values against their declaration, and output types against input types."""

from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload

_MESSAGES = {
    "required_input_missing": "Required input is missing",
    "bad_linked_input": "Bad linked input, must be a length-2 list of [node_id, slot_index]",
    "return_type_mismatch": "Return type mismatch between linked nodes",
    "value_not_in_list": "Value not in list",
    "custom_validation_failed": "Custom validation failed for node",
    "dependency_cycle": "Dependency cycle detected",
    "exception_during_validation": "Exception when validating node",
    "exception_during_inner_validation": "Exception when validating inner node",
}
_CASTS = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}
#: Types any link fits: "*", and those the front end matches itself.
_WILD = ("*", "COMFY_MATCHTYPE_V3")


def reason(kind: str, details: str, /, message: str = "", **extra: object) -> Payload:
    """One entry of ``node_errors[id].errors``."""
    return {"type": kind, "message": message or _MESSAGES[kind], "details": details, "extra_info": extra}


def types_match(received: object, wanted: object, version: Version) -> bool:
    """Whether an output of one type may be linked to an input of another; types may be ``"A,B"`` unions."""
    if received == wanted or received in _WILD or wanted in _WILD:
        return True
    if isinstance(received, list) and wanted == "COMBO" and version.since(0, 8):
        return True
    if not isinstance(received, str) or not isinstance(wanted, str):
        return False
    one = {part.strip() for part in received.split(",")}
    other = {part.strip() for part in wanted.split(",")}
    return "*" in one | other or bool(one & other)


def check_literal(name: str, inputs: Payload, spec: list[object], version: Version, *, judged: bool) -> list[Payload]:
    """What is wrong with ``inputs[name]``; the value is coerced in place first.

    Range and choice do not matter where they are ``judged`` by the class itself.
    """
    kind, options = spec[0], _options_of(spec)
    facts: Payload = {"input_name": name, "input_config": [kind, options]}
    value = inputs[name]
    if isinstance(value, dict) and "__value__" in value:
        value = inputs[name] = value["__value__"]
    if isinstance(kind, str) and kind in _CASTS:
        try:
            value = inputs[name] = _CASTS[kind](value)
        except (ValueError, TypeError, OverflowError) as ex:
            message = f"Failed to convert an input value to a {kind} value"
            facts |= {"received_value": value, "exception_message": str(ex)}
            return [reason("invalid_input_type", f"{name}, {value}, {ex}", message=message, **facts)]
    if judged:
        return []
    facts["received_value"] = value
    return _check_range(name, value, options, facts) or _check_choice(name, value, spec, facts, version)


def _options_of(spec: list[object]) -> Payload:
    return spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}


def _check_range(name: str, value: object, options: Payload, facts: Payload) -> list[Payload]:
    if "min" in options and value < options["min"]:
        message = f"Value {value} smaller than min of {options['min']}"
        return [reason("value_smaller_than_min", name, message=message, **facts)]
    if "max" in options and value > options["max"]:
        message = f"Value {value} bigger than max of {options['max']}"
        return [reason("value_bigger_than_max", name, message=message, **facts)]
    return []


def _check_choice(name: str, value: object, spec: list[object], facts: Payload, version: Version) -> list[Payload]:
    """Up to 0.7 only the lists of old-style nodes are checked, and no list of values is taken."""
    newer, options = version.since(0, 8), _options_of(spec)
    if not isinstance(spec[0], list) and not (newer and spec[0] == "COMBO"):
        return []
    choices = spec[0] if isinstance(spec[0], list) else options.get("options", [])
    many = newer and options.get("multiselect") and isinstance(value, list)
    wrong = [one for one in (value if many else [value]) if one not in choices]  # type: ignore[attr-defined]  # a list, by `many`
    if not wrong:
        return []
    listed = f"(list of length {len(choices)})" if len(choices) > 20 else str(choices)
    names = ", ".join(map(repr, wrong)) if newer else f"'{value}'"
    facts = {**facts, "input_config": None if len(choices) > 20 else facts["input_config"]}
    return [reason("value_not_in_list", f"{name}: {names} not in {listed}", **facts)]
