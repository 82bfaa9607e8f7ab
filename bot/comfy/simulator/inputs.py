"""The inputs a node declares, those that depend on other inputs' values included (ComfyUI's V3 schema)."""

from bot.comfy.simulator.wire import NodeInfo, Payload

#: Input name -> its declaration ``[type, options]`` and whether it must be there.
Declared = dict[str, tuple[list[object], bool]]


def declared_inputs(info: NodeInfo, inputs: Payload) -> Declared:
    """Every input that may appear for these values: dynamic combos add ``combo.sub``, growing lists ``list.item0``.

    A dynamic combo without a value it knows is not declared, so nobody misses it before the node runs.
    """
    declared: Declared = {}
    for section in ("required", "optional"):
        for name, spec in info["input"].get(section, {}).items():
            _declare(declared, name, list(spec), section == "required", inputs)
    return declared


def has_dynamic_inputs(info: NodeInfo) -> bool:
    sections = (info["input"].get(section, {}) for section in ("required", "optional"))
    return any(spec[0] in _DYNAMIC for section in sections for spec in section.values() if isinstance(spec[0], str))


_DYNAMIC = ("COMFY_AUTOGROW_V3", "COMFY_DYNAMICCOMBO_V3")


def _declare(declared: Declared, name: str, spec: list[object], required: bool, inputs: Payload) -> None:
    options = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
    spec = [spec[0], options]
    if spec[0] == "COMFY_AUTOGROW_V3":
        _declare_items(declared, name, options, inputs)
    elif spec[0] == "COMFY_DYNAMICCOMBO_V3":
        _declare_choice(declared, name, spec, required, inputs)
    else:
        declared[name] = (spec, required)


def _declare_choice(declared: Declared, name: str, spec: list[object], required: bool, inputs: Payload) -> None:
    options = spec[1]["options"] if isinstance(spec[1], dict) else []
    chosen = next((option for option in options if name in inputs and option["key"] == inputs[name]), None)
    if chosen is None:
        return
    declared[name] = (spec, required)
    for section in ("required", "optional"):
        for sub, sub_spec in (chosen["inputs"].get(section) or {}).items():
            _declare(declared, f"{name}.{sub}", list(sub_spec), section == "required", inputs)


def _declare_items(declared: Declared, name: str, options: Payload, inputs: Payload) -> None:
    template = options["template"]
    section, items = next((section, items) for section, items in template["input"].items() if items)
    spec = next(iter(items.values()))
    least = int(template.get("min", 0)) if section == "required" else 0
    names = template.get("names") or [f"{template['prefix']}{number}" for number in range(int(template["max"]))]
    for number, item in enumerate(names):
        if number < least or f"{name}.{item}" in inputs:
            declared[f"{name}.{item}"] = (list(spec), number < least)
