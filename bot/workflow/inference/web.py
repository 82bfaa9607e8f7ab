"""A graph with its types: what feeds what, what runs, and how a manifest can name a node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from bot.workflow.catalogue import WIDGETS, Catalogue, Input, fits
from bot.workflow.graph import Graph, Link, Target, link, title_of
from bot.workflow.inference.naming import label, mark

#: the inputs of ComfyUI's switch: the one it does not take when it is off, and when it is on
_SIDES = ("on_true", "on_false")
#: how many switches may hang on each other's switches
_DEEPEST = 20


class Web:
    """Answers questions about a graph; `catalogue` tells the types.

    A graph may be anything with the shape of one: joined in circles, to nodes and outputs that do not exist.
    """

    def __init__(self, graph: Graph, catalogue: Catalogue) -> None:
        self.graph = graph
        self.catalogue = catalogue
        #: for a place where a value is set, the inputs it was found to reach: their bounds hold there too
        self.reached: dict[Target, set[Target]] = defaultdict(set)
        self._idle_sides: dict[str, frozenset[str]] = {}
        self._depth = 0
        self._titled, self._classed = _index(graph)
        #: the nodes which ComfyUI would run, those of outputs and all they need, each after what it needs
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
        return "" if title in {self.class_of(node), self.class_title(node)} else title

    def label(self, node: str) -> str:
        """What that title calls the node's value."""
        title = self.title(node)
        return label(title, self.class_title(node)) if title else ""

    def mark(self, node: str) -> str:
        """The words by which that title differs from the class's own."""
        title = self.title(node)
        return mark(title, self.class_title(node)) if title else ""

    def class_title(self, node: str) -> str:
        """What ComfyUI calls nodes of that class."""
        known = self.catalogue.node(self.class_of(node))
        return self.class_of(node) if known is None else known.title

    def name_of(self, node: str) -> str | None:
        """What a manifest calls the node: its title, else its class, else its id: the first that is its alone."""
        for name in (title_of(self.graph, node), self.class_of(node), node):
            if name.isprintable() and self._named(name) == [node]:
                return name
        return None

    def name_of_input(self, target: Target) -> str | None:
        """What a manifest calls the input; None where no name would find it."""
        for name in (title_of(self.graph, target.node), self.class_of(target.node), target.node):
            # longer names are tried first, so "A.b.c" must not be input "c" of a node "A.b"
            parts = target.input.split(".")
            longer = (".".join((name, *parts[:count])) for count in range(1, len(parts)))
            whole = f"{name}.{target.input}"
            if whole.isprintable() and self._named(name) == [target.node] and not any(map(self._named, longer)):
                return whole
        return None

    def source(self, node: str, name: str) -> Link | None:
        """What an input is joined to; a join to a node that is not there is none."""
        found = link(self.graph[node]["inputs"].get(name))
        return found if found is not None and found[0] in self.graph else None

    def sources(self, node: str) -> Iterator[tuple[str, Link]]:
        """All joined inputs; of a switch only those that count."""
        idle = self._idle(node)
        for name in self.graph[node]["inputs"]:
            found = self.source(node, name)
            if found is not None and name not in idle:
                yield name, found

    @cached_property
    def consumers(self) -> Mapping[str, list[tuple[Target, int]]]:
        """For each node the inputs that run on it, with the number of its output."""
        found: dict[str, list[tuple[Target, int]]] = defaultdict(list)
        for node in self.running:
            for name, (source, slot) in self.sources(node):
                found[source].append((Target(node, name), slot))
        return found

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
        found = self._setting(Target(node, name))
        if found is not None:
            self.reached[found].add(Target(node, name))
        return found

    def above(self, node: str, kind: str) -> list[str]:
        """The nodes up along joins of one type, nearest first."""
        found: dict[str, None] = {}
        ahead = [source[0] for _name, source in self.fed(node, kind)]
        for other in ahead:
            if other not in found:
                found[other] = None
                ahead += [source[0] for _name, source in self.fed(other, kind)]
        return list(found)

    def _setting(self, target: Target) -> Target | None:
        seen: set[Target] = set()
        following: Target | None = target
        while following is not None and following not in seen:
            seen.add(following)
            held = self.graph[following.node]["inputs"].get(following.input)
            if link(held) is None:
                return following if held is not None else None
            source = self.source(following.node, following.input)
            following = None if source is None else self._passed(source)
        return None

    def _passed(self, source: Link) -> Target | None:
        """The one input whose value comes out there as it is."""
        node, slot = source
        if slot or self.given(source) not in WIDGETS | {"*"}:
            return None
        joined = [name for name, _source in self.sources(node)]
        if _is_switch(self.graph[node]["inputs"]):
            sides = [name for name in _SIDES if name not in self._idle(node)]
            return Target(node, sides[0]) if len(sides) == 1 else None
        held = self.literals(node)
        if len(joined) == 1 and not held:
            return Target(node, joined[0])
        return held[0] if len(held) == 1 and not joined else None

    def _idle(self, node: str) -> frozenset[str]:
        """The side which a switch does not take, where that is known."""
        if node in self._idle_sides or not _is_switch(self.graph[node]["inputs"]):
            return self._idle_sides.get(node, frozenset())
        if self._depth > _DEEPEST:
            return frozenset()
        self._idle_sides[node] = frozenset()  # while it hangs on itself
        self._depth += 1
        setting = self._setting(Target(node, "switch"))
        self._depth -= 1
        on = self.value(setting) if setting is not None else None
        self._idle_sides[node] = frozenset({_SIDES[on]}) if isinstance(on, bool) else frozenset()
        return self._idle_sides[node]

    def _running(self) -> list[str]:
        ordered: dict[str, None] = {}
        seen: set[str] = set()
        for output in self.graph:
            if not self.catalogue.output_node(self.class_of(output)) or output in seen:
                continue
            seen.add(output)
            path = [(output, self.sources(output))]
            while path:
                node, ahead = path[-1]
                further = next((source[0] for _name, source in ahead if source[0] not in seen), None)
                if further is None:
                    ordered[node] = None
                    path.pop()
                else:
                    seen.add(further)
                    path.append((further, self.sources(further)))
        return list(ordered)

    def _named(self, name: str) -> list[str]:
        return self._titled.get(name) or self._classed.get(name) or ([name] if name in self.graph else [])


def _index(graph: Graph) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """The nodes by title, and by class."""
    titled: dict[str, list[str]] = {}
    classed: dict[str, list[str]] = {}
    for key, node in graph.items():
        titled.setdefault(title_of(graph, key), []).append(key)
        classed.setdefault(str(node["class_type"]), []).append(key)
    return titled, classed


def _is_switch(inputs: Mapping[str, object]) -> bool:
    return "switch" in inputs and not inputs.keys().isdisjoint(_SIDES)
