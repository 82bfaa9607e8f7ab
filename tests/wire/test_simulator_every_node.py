"""Any node of the catalogue in a graph: nothing the simulator does for it raises."""

from typing import Any

import pytest

from bot.comfy.simulator.catalogue import MODELS, Catalogue
from bot.comfy.simulator.inputs import declared_inputs
from tests.wire.simulated import serve

CATALOGUE = Catalogue({folder: ["a.safetensors"] for folder in MODELS}, lambda: ["example.png"])
#: Where values of a type come from; every other type is taken from the first node that gives it.
SOURCES = {"IMAGE": "EmptyImage", "MASK": "SolidMask", "LATENT": "EmptyLatentImage", "CONDITIONING": "CLIPTextEncode"}
SOURCES |= {"STRING": "PrimitiveString", "INT": "PrimitiveInt", "AUDIO": "EmptyAudio", "VIDEO": "CreateVideo"}
SMALL = {
    "width": 64,
    "height": 64,
    "f_string": "a",
    "steps": 2,
    "duration": 0.1,
    "seconds": 0.1,
    "length": 5,
    "expression": "1",
}
#: They call services on the internet, or wait for somebody at the page.
PARTS = 6


class Builder:
    """One graph of many nodes, their inputs filled with defaults and links."""

    def __init__(self) -> None:
        self.graph: dict[str, Any] = {}
        self._shared: dict[str, list[Any] | None] = {}

    def add(self, class_type: str) -> str | None:
        """The node's id; None where an input cannot be filled."""
        inputs: dict[str, Any] = {}
        for name, (spec, required) in declared_inputs(CATALOGUE[class_type], inputs).items():
            if required:
                value = self._value(name, spec)
                if value is None:
                    return None
                inputs[name] = value
        for name, (spec, required) in declared_inputs(CATALOGUE[class_type], inputs).items():
            if required and name not in inputs:
                inputs[name] = self._value(name, spec)
        node_id = str(len(self.graph) + 1)
        self.graph[node_id] = {"class_type": class_type, "inputs": inputs}
        return node_id

    def show(self, node_id: str, slot: int) -> None:
        name = str(len(self.graph) + 1)
        self.graph[name] = {"class_type": "PreviewAny", "inputs": {"source": [node_id, slot]}}

    def _value(self, name: str, spec: list[Any]) -> Any:
        kind, options = spec[0], spec[1] if len(spec) > 1 else {}
        if name in SMALL:
            return SMALL[name]
        if isinstance(kind, list) or kind in {"COMBO", "COMFY_DYNAMICCOMBO_V3"}:
            listed = kind if isinstance(kind, list) else options.get("options", [])
            first = listed[0] if listed else None
            return first["key"] if isinstance(first, dict) else first
        if "default" in options:
            return options["default"]
        plain = {"INT": options.get("min", 1), "FLOAT": options.get("min", 1.0), "STRING": "a", "BOOLEAN": False}
        return plain[kind] if kind in plain else self._link(kind.split(",")[0])

    def _link(self, kind: str) -> list[Any] | None:
        if kind not in self._shared:
            self._shared[kind] = None
            for class_type in [SOURCES[kind]] if kind in SOURCES else _givers(kind):
                source = self.add(class_type)
                if source is not None:
                    slot = CATALOGUE[class_type]["output"].index(kind) if kind in _outputs(class_type) else 0
                    self._shared[kind] = [source, slot]
                    break
        return self._shared[kind]


def _outputs(class_type: str) -> list[str]:
    return list(CATALOGUE[class_type]["output"])


def _givers(kind: str) -> list[str]:
    if kind in ("*", "COMFY_MATCHTYPE_V3"):
        return ["EmptyImage"]
    return [name for name in CATALOGUE.classes if kind in _outputs(name)]


@pytest.fixture(params=range(PARTS))
def built(request: pytest.FixtureRequest) -> tuple[Builder, list[str]]:
    builder, added = Builder(), []
    for class_type in sorted(CATALOGUE.classes)[request.param :: PARTS]:
        node_id = builder.add(class_type)
        if node_id is not None:
            added.append(node_id)
            for slot in range(len(_outputs(class_type))):
                builder.show(node_id, slot)
    return builder, added


async def test_every_node_gives_something_for_each_of_its_outputs(built: tuple[Builder, list[str]]) -> None:
    builder, added = built
    async with serve(models=CATALOGUE.folders) as client:
        status, answer = await client.post("/prompt", {"prompt": builder.graph})
        assert status == 200, answer
        refused = set(answer["node_errors"])
        await client.simulator.wait_for("finished", prompt_id=answer["prompt_id"])
        entry = (await client.get(f"/history/{answer['prompt_id']}"))[answer["prompt_id"]]

    assert entry["status"]["messages"][-1][0] == "execution_success", entry["status"]["messages"][-1]
    assert len(added) > 90
    assert len(refused) < len(added) / 5
