"""The inputs a node declares, those that depend on other inputs' values included (ComfyUI's V3 schema)."""

from bot.comfy.simulator.wire import NodeInfo, Payload

#: Input name -> its declaration ``[type, options]`` and whether it must be there.
Declared = dict[str, tuple[list[object], bool]]


def declared_inputs(info: NodeInfo, inputs: Payload) -> Declared:
    """Every input that may appear for these values: dynamic combos add ``combo.sub``, growing lists ``list.item0``."""
    declared: Declared = {}
    for section in ("required", "optional"):
        for name, spec in info["input"].get(section, {}).items():
            _declare(declared, name, list(spec), section == "required", inputs)
    return declared


def _declare(declared: Declared, name: str, spec: list[object], required: bool, inputs: Payload) -> None:
    options = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
    spec = [spec[0], options]
    if spec[0] == "COMFY_AUTOGROW_V3":
        _declare_items(declared, name, options, inputs)
        return
    declared[name] = (spec, required)
    if spec[0] == "COMFY_DYNAMICCOMBO_V3":
        chosen = next((option for option in options["options"] if option["key"] == inputs.get(name)), None)
        for section in ("required", "optional"):
            for sub, sub_spec in ((chosen or {}).get("inputs", {}).get(section) or {}).items():
                _declare(declared, f"{name}.{sub}", list(sub_spec), section == "required", inputs)


def _declare_items(declared: Declared, name: str, options: Payload, inputs: Payload) -> None:
    template = options["template"]
    sections = template["input"]
    spec = next(iter((sections.get("required") or sections.get("optional") or {}).values()))
    least = int(template.get("min", 0))
    names = template.get("names") or [
        f"{template.get('prefix', '')}{number}" for number in range(int(template.get("max", 50)))
    ]
    for number, item in enumerate(names):
        if number < least or f"{name}.{item}" in inputs:
            declared[f"{name}.{item}"] = (list(spec), number < least and "required" in sections)
