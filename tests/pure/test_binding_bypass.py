"""What a bypassed node fed is fed by what takes its place."""

import pytest

from bot.errors import WorkflowError
from bot.workflow.bypass import plan_joins, take_out
from bot.workflow.catalogue import Catalogue
from bot.workflow.core import KnownTypes
from bot.workflow.graph import Graph

TYPES = KnownTypes(
    Catalogue(
        {
            "Source": {"input": {}, "output": ["IMAGE"]},
            "Two": {"input": {}, "output": ["IMAGE", "MASK"]},
            "Swap": {
                "input": {"required": {"amount": ["INT"], "first": ["IMAGE"], "second": ["IMAGE"], "mask": ["MASK"]}},
                "output": ["IMAGE", "IMAGE", "MASK"],
            },
            "Any": {"input": {"required": {"thing": ["*"]}}, "output": ["*"]},
            "Sink": {"input": {"required": {"image": ["IMAGE"]}, "optional": {"mask": ["MASK"]}}, "output": []},
            "Maker": {"input": {}, "output": ["MASK"]},
        }
    )
)


def nodes(**spec: tuple[str, dict[str, object]]) -> Graph:
    return {key: {"class_type": class_type, "inputs": inputs} for key, (class_type, inputs) in spec.items()}


def without(graph: Graph, *going: str, gone: tuple[str, ...] | None = None) -> Graph:
    take_out(graph, going if gone is None else gone, plan_joins(graph, going, TYPES, "x.toml"))
    return graph


def test_the_input_in_the_same_place_comes_first() -> None:
    graph = nodes(
        a=("Source", {}),
        b=("Source", {}),
        swap=("Swap", {"amount": 3, "first": ["a", 0], "second": ["b", 0]}),
        x=("Sink", {"image": ["swap", 0]}),
        y=("Sink", {"image": ["swap", 1]}),
    )

    without(graph, "swap")

    assert graph["x"]["inputs"]["image"] == ["a", 0]
    assert graph["y"]["inputs"]["image"] == ["b", 0]


def test_else_the_first_linked_input_of_that_type() -> None:
    graph = nodes(
        b=("Source", {}),
        swap=("Swap", {"second": ["b", 0]}),
        x=("Sink", {"image": ["swap", 0]}),
    )

    assert without(graph, "swap")["x"]["inputs"]["image"] == ["b", 0]


def test_a_chain_of_bypassed_nodes_is_followed_to_its_start() -> None:
    graph = nodes(
        a=("Source", {}),
        b=("Any", {"thing": ["a", 0]}),
        c=("Any", {"thing": ["b", 0]}),
        x=("Sink", {"image": ["c", 0]}),
    )

    assert without(graph, "b", "c")["x"]["inputs"]["image"] == ["a", 0]


def test_a_bypassed_node_behind_one_that_stays_is_followed_no_further() -> None:
    graph = nodes(
        a=("Source", {}),
        b=("Any", {"thing": ["a", 0]}),
        c=("Any", {"thing": ["b", 0]}),
        x=("Sink", {"image": ["c", 0]}),
    )

    assert without(graph, "b", "c", gone=("c",))["x"]["inputs"]["image"] == ["b", 0]


def test_a_loader_gives_way_to_the_only_other_one_of_its_type() -> None:
    graph = nodes(a=("Source", {}), b=("Two", {}), x=("Sink", {"image": ["a", 0]}))

    assert without(graph, "a")["x"]["inputs"]["image"] == ["b", 0]


def test_a_node_that_needs_the_bypassed_one_cannot_take_its_place() -> None:
    graph = nodes(
        a=("Source", {}),
        swap=("Swap", {"first": ["a", 0]}),
        x=("Sink", {"image": ["swap", 0]}),
    )

    with pytest.raises(WorkflowError, match="no other node gives IMAGE"):
        without(graph, "a")


def test_two_that_could_take_its_place_are_an_error() -> None:
    graph = nodes(a=("Source", {}), b=("Two", {}), c=("Source", {}), x=("Sink", {"image": ["a", 0]}))

    with pytest.raises(WorkflowError, match="not clear which to use: Two, Source"):
        without(graph, "a")


def test_an_input_that_can_be_left_out_is() -> None:
    graph = nodes(a=("Source", {}), m=("Maker", {}), x=("Sink", {"image": ["a", 0], "mask": ["m", 0]}))

    assert without(graph, "m")["x"]["inputs"] == {"image": ["a", 0]}


def test_a_node_that_feeds_nothing_just_goes() -> None:
    graph = nodes(a=("Source", {}), x=("Sink", {"image": ["a", 0]}))

    assert without(graph, "x") == nodes(a=("Source", {}))


def test_a_node_of_unknown_types_cannot_be_bypassed() -> None:
    graph = nodes(a=("Mystery", {}), x=("Sink", {"image": ["a", 0]}))

    with pytest.raises(WorkflowError, match="once a server that has it was reached"):
        without(graph, "a")
