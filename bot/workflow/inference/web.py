"""A graph with its types: what feeds what, and where a value that is joined in can be set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bot.workflow.catalogue import WIDGETS, Catalogue, Input, fits
from bot.workflow.graph import Graph, Link, Target, link, title_of

#: the inputs of ComfyUI's switch: the one it does not take when it is off, and when it is on
_SIDES = ("on_true", "on_false")
#: how many nodes a value may pass through on its way
MAX_DEPTH = 30
#: where a text may stand in a node which makes texts of texts, the likeliest first
_TEXT_INPUTS = ("value", "text", "prompt", "string", "string_a", "string_b")


class Web:
    """Answers questions about a graph; `catalogue` tells the types."""

    def __init__(self, graph: Graph, catalogue: Catalogue) -> None:
        self.graph = graph
        self.catalogue = catalogue
        #: for a place where a value is set, the inputs it was found to reach: their bounds hold there too
        self.reached: dict[Target, set[Target]] = defaultdict(set)
        #: the nodes which ComfyUI would run, those of outputs and all they need, in the graph's order
        self.running = self._running()

    def class_of(self, node: str) -> str:
        return str(self.graph[node]["class_type"])

    def spec(self, target: Target) -> Input | None:
        """What the server says of an input."""
        inputs = self.graph[target.node]["inputs"]
        return self.catalogue.input(self.class_of(target.node), target.input, inputs)

    def title(self, node: str) -> str:
        """The title somebody gave the node; empty where it is only the class's own."""
        title = title_of(self.graph, node)
        known = self.catalogue.node(self.class_of(node))
        return "" if title == self.class_of(node) or (known is not None and title == known.title) else title

    def source(self, node: str, name: str) -> Link | None:
        """What an input is joined to."""
        return link(self.graph[node]["inputs"].get(name))

    def sources(self, node: str) -> Iterator[tuple[str, Link]]:
        """All joined inputs; of a switch only those that count."""
        idle = self._idle(node)
        for name in self.graph[node]["inputs"]:
            found = self.source(node, name)
            if found is not None and name not in idle:
                yield name, found

    def given(self, source: Link) -> str:
        """The type of what comes out there: `*` where that is not known."""
        outputs = self.catalogue.outputs(self.class_of(source[0]))
        kind = outputs[source[1]] if 0 <= source[1] < len(outputs) else "*"
        return "*" if "MATCHTYPE" in kind else kind

    def fed(self, node: str, kind: str) -> list[tuple[str, Link]]:
        """The joined inputs through which something of that type comes, in the node's order."""
        declared = self.catalogue.input_types(self.class_of(node))
        return [
            (name, source)
            for name, source in self.sources(node)
            if self.given(source) == kind or (self.given(source) == "*" and fits(declared.get(name, "*"), kind))
        ]

    def literals(self, node: str) -> list[Target]:
        """The inputs which hold a value, as far as the server knows them."""
        inputs = self.graph[node]["inputs"]
        every = (Target(node, name) for name in inputs if link(inputs[name]) is None)
        return [target for target in every if self.spec(target) is not None]

    def value(self, target: Target) -> object:
        return self.graph[target.node]["inputs"].get(target.input)

    def setting(self, node: str, name: str) -> Target | None:
        """Where that input's value can be set: the input itself, or the node far up which holds the value joined to it.

        None where the input is absent, or where its value is worked out from others.
        """
        found = self._setting(Target(node, name), MAX_DEPTH)
        if found is not None:
            self.reached[found].add(Target(node, name))
        return found

    def texts(self, node: str, name: str) -> list[Target]:
        """Every place up from a text input where its words are written, the nearest first."""
        return self._texts(Target(node, name), MAX_DEPTH, set())

    def _setting(self, target: Target, depth: int) -> Target | None:
        if target.input not in self.graph[target.node]["inputs"]:
            return None
        source = self.source(target.node, target.input)
        if source is None:
            return target
        node, slot = source
        if not depth or self.given(source) not in WIDGETS | {"*"} or slot:
            return None
        if _is_switch(self.graph[node]["inputs"]):
            sides = [name for name in _SIDES if name not in self._idle(node)]
            return self._setting(Target(node, sides[0]), depth - 1) if len(sides) == 1 else None
        joined = [name for name, _source in self.sources(node)]
        held = self.literals(node)
        if len(joined) == 1 and not held:
            return self._setting(Target(node, joined[0]), depth - 1)
        return held[0] if len(held) == 1 and not joined else None

    def _texts(self, target: Target, depth: int, seen: set[str]) -> list[Target]:
        source = self.source(target.node, target.input)
        if source is None:
            spec = self.spec(target)
            written = isinstance(self.value(target), str) and spec is not None and spec.type in {"STRING", "*"}
            return [target] if written else []
        node = source[0]
        if not depth or node in seen or self.given(source) not in {"STRING", "*"}:
            return []
        seen.add(node)
        names = [name for name, _source in self.fed(node, "STRING")]
        names += [found.input for found in self.literals(node) if found.input in _TEXT_INPUTS]
        ordered = sorted(dict.fromkeys(names), key=lambda name: (*_TEXT_INPUTS, name).index(name))
        return [found for name in ordered for found in self._texts(Target(node, name), depth - 1, seen)]

    def _idle(self, node: str) -> frozenset[str]:
        """The side which a switch does not take, where that is known."""
        if not _is_switch(self.graph[node]["inputs"]):
            return frozenset()
        setting = self._setting(Target(node, "switch"), MAX_DEPTH)
        on = self.value(setting) if setting is not None else None
        return frozenset({_SIDES[on]}) if isinstance(on, bool) else frozenset()

    def _running(self) -> list[str]:
        ahead = [node for node in self.graph if self.catalogue.output_node(self.class_of(node))]
        needed = set(ahead)
        while ahead:
            node = ahead.pop()
            for _name, source in self.sources(node):
                if source[0] not in needed:
                    needed.add(source[0])
                    ahead.append(source[0])
        return [node for node in self.graph if node in needed]


def _is_switch(inputs: Mapping[str, object]) -> bool:
    return "switch" in inputs and not inputs.keys().isdisjoint(_SIDES)
