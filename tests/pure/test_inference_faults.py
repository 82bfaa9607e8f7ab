"""Graphs that a server would refuse: what can be is mended, the rest is said in a sentence."""

import pytest

from bot.errors import WorkflowError
from bot.workflow.completing import complete
from bot.workflow.graph import Graph
from tests.pure.graphs import drawing, inferred, node, nodes, sampler


def test_a_graph_that_lacks_nothing_stays_the_same() -> None:
    graph = drawing()

    assert complete(graph, nodes()) == (graph, ())
    assert complete(graph, nodes())[0] is graph


def test_a_required_value_that_a_newer_server_added_is_its_default() -> None:
    graph = drawing()
    del graph["sampler"]["inputs"]["denoise"]

    filled, notes = complete(graph, nodes())

    assert filled["sampler"]["inputs"]["denoise"] == 1.0
    assert "denoise" not in graph["sampler"]["inputs"]
    assert notes == ("“KSampler” has no “denoise”, which the server asks for by now; it is set to 1.0.",)


def test_a_required_choice_without_a_default_is_the_first_of_its_list() -> None:
    graph = drawing()
    del graph["sampler"]["inputs"]["scheduler"]

    filled, _notes = complete(graph, nodes())

    assert filled["sampler"]["inputs"]["scheduler"] == "simple"


def test_what_a_choice_brings_along_is_filled_in_too() -> None:
    graph = drawing(
        fit=node("ResizeImageMaskNode", input=("decode", 0), resize_type="scale dimensions", scale_method="lanczos"),
        save=node("SaveImage", images=("fit", 0), filename_prefix="x"),
    )

    filled, _notes = complete(graph, nodes())

    assert {"resize_type.width", "resize_type.height", "resize_type.crop"} <= filled["fit"]["inputs"].keys()


def test_a_number_out_of_bounds_is_the_nearest_within() -> None:
    filled, notes = complete(drawing(sampler=sampler(steps=20000)), nodes())

    assert filled["sampler"]["inputs"]["steps"] == 10000
    assert notes == ("“steps” of “KSampler” was 20000, which is out of range by now; it is set to 10000.",)


def test_an_optional_value_of_another_kind_is_taken_away() -> None:
    graph = drawing(
        save=node("SaveVideo", video=("video", 0), filename_prefix="x", format="auto", format__codec="auto"),
        video=node("CreateVideo", images=("decode", 0), fps=24.0, bit_depth="auto"),
    )

    filled, notes = complete(graph, nodes())

    assert "bit_depth" not in filled["video"]["inputs"]
    assert notes == ("“CreateVideo” does without its “bit_depth”: the server does not take what is there.",)


def test_an_optional_join_to_another_type_is_taken_away() -> None:
    graph = drawing(
        video=node("CreateVideo", images=("decode", 0), fps=24.0, audio=("decode", 0)),
        save=node("SaveVideo", video=("video", 0), filename_prefix="x", format="auto", codec="auto"),
    )

    filled, _notes = complete(graph, nodes())

    assert filled["video"]["inputs"].keys() == {"images", "fps"}


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (
            drawing(sampler=sampler(seed="randomize")),
            "“seed” of “KSampler” is “randomize”, which this server does not take",
        ),
        (drawing(sampler=sampler(seed=None)), "“seed” of “KSampler” is None"),
        (drawing(decode=node("VAEDecode", vae=("model", 2))), "“VAEDecode” has nothing joined to its “samples”"),
        (
            drawing(decode=node("VAEDecode", samples=("sampler", 4), vae=("model", 2))),
            "“VAEDecode” takes its “samples” from an output which “KSampler” does not have",
        ),
        (drawing(decode=node("VAEDecode", samples=("model", 2), vae=("model", 2))), "from an output which"),
    ],
)
def test_a_graph_that_cannot_run_is_refused_with_what_is_wrong(graph: Graph, words: str) -> None:
    with pytest.raises(WorkflowError) as caught:
        inferred(graph)

    assert words in caught.value.problem
    assert "put it right and save it again" in caught.value.problem


def test_a_list_s_entry_that_the_server_does_not_have_is_a_fault_unless_a_person_chooses() -> None:
    wrong = node("ImageScaleBy", image=("decode", 0), upscale_method="magic", scale_by=2.0)
    graph = drawing(larger=wrong, save=node("SaveImage", images=("larger", 0), filename_prefix="x"))

    with pytest.raises(WorkflowError, match="“upscale_method” of “ImageScaleBy” is “magic”"):
        inferred(graph)
    assert inferred(drawing(sampler=sampler(sampler_name="magic"))).notes == ()


def test_a_model_that_the_server_does_not_have_is_no_fault() -> None:
    graph = drawing(
        clip=node("CLIPLoader", clip_name="other.safetensors", type="stable_diffusion", device="default"),
        **{"for": node("CLIPTextEncode", text="a fox", clip=("clip", 0))},
    )

    assert inferred(graph).notes == ()


def test_what_a_server_would_leave_out_is_a_note_where_something_else_is_saved() -> None:
    graph = drawing(
        wrong=node("ImageScaleBy", image=("decode", 0), upscale_method="lanczos", scale_by="much"),
        other=node("SaveImage", images=("wrong", 0), filename_prefix="x"),
    )

    assert inferred(graph).notes == ("“scale_by” of “ImageScaleBy” is “much”, which this server does not take there.",)


def test_a_preview_is_not_worth_running_a_graph_for() -> None:
    """The picture cannot be made; that the prompt could be shown helps nobody."""
    graph = drawing(
        sampler=sampler(seed="randomize"),
        words=node("PrimitiveString", value="a fox"),
        look=node("PreviewAny", source=("words", 0)),
    )

    with pytest.raises(WorkflowError):
        inferred(graph)
