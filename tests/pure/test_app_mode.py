"""App Mode: what an artist picked in ComfyUI becomes the options, in their order, and nothing else."""

from typing import Any

from bot.workflow.formats import Source
from bot.workflow.graph import Graph
from bot.workflow.inference import Inferred
from bot.workflow.inference.app_mode import read_picks
from bot.workflow.inference.web import Web
from bot.workflow.making import understand
from bot.workflow.option import OptionType
from tests.pure.graphs import drawing, node, nodes, sampler

Saved = dict[str, Any]


def picked(graph: Graph, saved: Saved) -> Inferred:
    return understand(Source(graph, saved), nodes(), "draw", "draw.json")


def saved(*picks: list[Any], outputs: list[Any] | None = None, **others: Any) -> Saved:
    """A saved workflow with these picks; its nodes are the drawing's."""
    return {
        "nodes": [{"id": key, "type": each["class_type"]} for key, each in drawing().items()],
        "links": [],
        "extra": {"linearData": {"inputs": list(picks), "outputs": outputs or []}},
        **others,
    }


def names(found: Inferred) -> list[str]:
    return [option.name for option in found.manifest.options]


def test_the_picks_are_the_options_in_the_artist_s_order_and_nothing_else() -> None:
    found = picked(drawing(), saved(["sampler", "steps"], ["sampler", "cfg"], ["canvas", "width"]))

    assert names(found) == ["steps", "cfg", "width"]
    assert found.notes == ()


def test_a_pick_has_the_name_and_type_it_has_without_app_mode() -> None:
    found = picked(
        drawing(), saved(["for", "text"], ["against", "text"], ["sampler", "seed"], ["canvas", "batch_size"])
    )

    assert [(option.name, option.type) for option in found.manifest.options] == [
        ("prompt", OptionType.TEXT),
        ("negative", OptionType.TEXT),
        ("seed", OptionType.SEED),
        ("count", OptionType.INTEGER),
    ]


def test_a_pick_that_is_gone_is_named_in_a_note() -> None:
    found = picked(drawing(), saved(["sampler", "steps"], ["sampler", "speed"], [99, "x"], [99, "x"]))

    assert names(found) == ["steps"]
    assert found.notes == ("Picked in App Mode, but not in the workflow any more: sampler.speed, 99.x.",)


def test_where_no_pick_is_left_the_options_are_found() -> None:
    found = picked(drawing(), saved([99, "x"]))

    assert "prompt" in names(found)


def test_without_picks_the_options_are_found() -> None:
    assert "prompt" in names(picked(drawing(), saved()))
    assert read_picks({"extra": None}, Web(drawing(), nodes())) is None


def test_the_picked_outputs_are_collected() -> None:
    graph = drawing(look=node("PreviewImage", images=("decode", 0)))
    found = picked(graph, saved(["sampler", "steps"], outputs=["save", "gone"]))

    assert found.manifest.outputs == ("SaveImage",)


def test_a_second_picked_seed_is_a_number() -> None:
    """Discord has one seed for all; the artist wanted two."""
    graph = drawing(
        again=sampler(latent_image=("sampler", 0), denoise=0.5),
        decode=node("VAEDecode", samples=("again", 0), vae=("model", 2)),
    )
    document = saved(["sampler", "seed"], ["again", "seed"])
    document["nodes"].append({"id": "again", "type": "KSampler"})
    found = picked(graph, document)

    assert [(option.name, option.type) for option in found.manifest.options] == [
        ("seed", OptionType.SEED),
        ("seed_2", OptionType.INTEGER),
    ]


def inside() -> tuple[Graph, Saved]:
    """The sampler lies in subgraph node 5, whose widgets are inside; the second is promoted, the first an input."""
    graph = drawing(sampler=None, decode=node("VAEDecode", samples=("5:3", 0), vae=("model", 2)), **{"5:3": sampler()})
    document = saved(["5", "how_many"], ["5", "cfg"], ["5:3", "denoise"])
    document["nodes"].append(
        {"id": 5, "type": "sub", "properties": {"proxyWidgets": [["3", "cfg"]]}, "inputs": [{"name": "how_many"}]}
    )
    document["definitions"] = {
        "subgraphs": [
            {
                "id": "sub",
                "nodes": [{"id": 3, "type": "KSampler", "inputs": [{"name": "model"}, {"name": "steps"}]}],
                "inputs": [{"name": "x", "linkIds": []}, {"name": "how_many", "linkIds": [8]}],
                "links": [{"id": 8, "origin_id": -10, "origin_slot": 1, "target_id": 3, "target_slot": 1}],
            }
        ]
    }
    return graph, document


def test_picks_are_found_in_subgraphs_as_inputs_as_promoted_widgets_and_by_id() -> None:
    found = picked(*inside())

    assert [option.targets for option in found.manifest.options] == [
        ("KSampler.steps",),
        ("KSampler.cfg",),
        ("KSampler.denoise",),
    ]


def test_a_pick_may_name_a_node_in_a_subgraph_by_the_subgraph_s_unique_id() -> None:
    graph, document = inside()
    document["extra"]["linearData"]["inputs"] = [["0f3c9d5e-1c7b-4b5e-9f6a-2a4d3b1c0d9e:3", "cfg"]]

    assert names(picked(graph, document)) == ["cfg"]


def test_a_primitive_goes_to_all_it_is_joined_to() -> None:
    graph = drawing(canvas=node("EmptyLatentImage", width=512, height=512, batch_size=1))
    document = saved([20, "value"])
    document["nodes"] = [
        {"id": 20, "type": "PrimitiveNode", "title": "side"},
        {"id": 21, "type": "Reroute", "inputs": [{"name": ""}]},
        {"id": "canvas", "type": "EmptyLatentImage", "inputs": [{"name": "width"}, {"name": "height"}]},
    ]
    document["links"] = [[1, 20, 0, "canvas", 0, "INT"], [2, 20, 0, 21, 0, "*"], [3, 21, 0, "canvas", 1, "INT"]]
    found = picked(graph, document)

    assert [(option.name, option.targets) for option in found.manifest.options] == [
        ("side", ("EmptyLatentImage.width", "EmptyLatentImage.height"))
    ]


def test_the_artist_s_word_for_a_widget_is_its_name() -> None:
    document = saved(["canvas", "width"])
    document["nodes"] = [{"id": "canvas", "type": "X", "inputs": [{"name": "width", "label": "how wide"}]}]

    assert names(picked(drawing(), document)) == ["how_wide"]


def test_the_artist_s_own_list_is_the_choices() -> None:
    graph = drawing(
        combo=node("CustomCombo", choice="slow"),
        **{"for": node("CLIPTextEncode", text=("combo", 0), clip=("model", 1))},
    )
    document = saved(["combo", "choice"])
    document["nodes"].append(
        {"id": "combo", "type": "CustomCombo", "title": "Pace", "widgets_values": ["slow", 0, "slow", "fast", ""]}
    )
    (found,) = picked(graph, document).manifest.options

    assert (found.name, found.type, found.choices) == ("pace", OptionType.CHOICE, {"slow": "slow", "fast": "fast"})


def test_subgraphs_that_hold_themselves_do_not_hang() -> None:
    document = saved(["x", "steps"], [1, "value"])
    document["nodes"] = [{"id": 1, "type": "sub"}]
    document["definitions"] = {
        "subgraphs": [
            {
                "id": "sub",
                "nodes": [{"id": number, "type": "sub", "inputs": [{"name": "value"}]} for number in range(1, 40)],
                "inputs": [{"name": "value", "linkIds": list(range(1, 40))}],
                "links": [
                    {"id": number, "origin_id": -10, "target_id": number, "target_slot": 0} for number in range(1, 40)
                ],
            }
        ]
    }
    found = read_picks(document, Web(drawing(), nodes()))

    assert found is not None
    assert len(found.lost) == 2
