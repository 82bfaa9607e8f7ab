"""How a found input becomes an option: type, bounds, default, help and a name for members, within Discord's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.graph import Graph
from bot.workflow.inference.naming import Names, label, mark, slug
from bot.workflow.limits import MAX_NUMBER, check_name
from bot.workflow.option import OptionType
from bot.workflow.workflow import build_workflow
from tests.pure.graphs import drawing, inferred, node, nodes, options, sampler, targets


def pictures(**loaders: str) -> Graph:
    """A drawing in which pictures are put together; loaders by id, with their titles."""
    ids = list(loaders)
    joined = {key: node("LoadImage", title, image=f"{key}.png") for key, title in loaders.items()}
    batches = {
        f"batch{at}": node("ImageBatch", image1=(f"batch{at - 1}" if at > 1 else ids[0], 0), image2=(key, 0))
        for at, key in enumerate(ids[1:], 1)
    }
    last = f"batch{len(batches)}" if batches else ids[0]
    return drawing(save=node("SaveImage", images=(last, 0), filename_prefix="x"), **joined, **batches)


def test_types_bounds_and_defaults_are_the_server_s() -> None:
    found = options(drawing())

    assert (found["cfg"].type, found["cfg"].min, found["cfg"].max, found["cfg"].default) == (
        OptionType.NUMBER,
        0,
        100,
        8,
    )
    assert (found["size"].type, found["size"].default) == (OptionType.SIZE, "512x768")
    assert (found["sampler"].type, found["sampler"].choices_from) == (OptionType.CHOICE, "input")
    assert (found["seed"].type, found["seed"].default, found["seed"].max) == (OptionType.SEED, None, None)


@pytest.mark.parametrize(("name", "most"), [("count", 16), ("steps", 150)])
def test_one_command_cannot_ask_for_thousands(name: str, most: int) -> None:
    """The node's own bounds are 4096 and 10000."""
    assert options(drawing())[name].max == most


def test_what_the_graph_itself_asks_for_is_always_possible() -> None:
    assert options(drawing(sampler=sampler(steps=400)))["steps"].max == 400


def test_a_side_outside_discord_s_usual_sizes_is_kept() -> None:
    graph = drawing(canvas=node("EmptyLatentImage", width=4096, height=32, batch_size=1))
    found = options(graph)["size"]

    assert (found.default, found.min, found.max) == ("4096x32", 32, 4096)


def test_bounds_too_large_for_discord_are_left_to_it() -> None:
    graph = drawing(
        sampler=sampler(cfg=("sum", 0)),
        sum=node("ComfyMathExpression", expression="a + 1", values__a=("knob", 0)),
        knob=node("PrimitiveInt", "boldness", value=1),
    )

    found = options(graph)["boldness"]

    assert (found.min, found.max, found.default) == (None, None, 1)


def test_a_knob_has_the_bounds_of_what_it_turns() -> None:
    graph = drawing(sampler=sampler(cfg=("knob", 0)), knob=node("PrimitiveFloat", "How bold", value=8.0))

    assert (options(graph)["cfg"].min, options(graph)["cfg"].max) == (0, 100)


def test_a_default_is_written_as_a_person_would() -> None:
    assert options(drawing(sampler=sampler(cfg=0.7000000000000001)))["cfg"].default == 0.7


def test_sides_between_two_steps_of_the_node_are_kept() -> None:
    assert options(drawing())["size"].step == 8
    assert options(drawing(canvas=node("EmptyLatentImage", width=511, height=512, batch_size=1)))["size"].step == 1


def test_help_says_what_it_is_for_or_what_the_server_says() -> None:
    graph = {
        "make": node("PaidPicture", prompt="a fox", aspect_ratio="1:1", seed=5, output_format="png"),
        "save": node("SaveImage", images=("make", 0), filename_prefix="x"),
    }

    assert options(graph)["prompt"].help == "What to make"
    assert options(drawing())["seed"].help.startswith("The same seed")


def test_a_title_over_several_lines_makes_one_line_of_help() -> None:
    graph = drawing(
        sampler=sampler(cfg=("sum", 0)),
        sum=node("ComfyMathExpression", expression="a + 1", values__a=("knob", 0)),
        knob=node("PrimitiveFloat", "boldness\nof it\x00" + "x" * 200, value=1.0),
    )
    (found,) = [option for option in options(graph).values() if option.name.startswith("boldness")]

    assert len(found.description) <= 100
    assert found.description.isprintable()


def test_a_picture_is_required_since_the_graph_s_own_is_on_its_maker_s_machine() -> None:
    assert options(pictures(one="LoadImage"))["image"].required


def test_a_picture_of_which_only_the_mask_is_used_is_a_mask() -> None:
    graph = drawing(
        canvas=node("VAEEncodeForInpaint", pixels=("load", 0), vae=("model", 2), mask=("where", 1), grow_mask_by=6),
        load=node("LoadImage", image="a.png"),
        where=node("LoadImage", image="b.png"),
    )
    found = options(graph)

    assert (found["image"].targets, found["image"].type) == (("load.image",), OptionType.IMAGE)
    assert (found["mask"].targets, found["mask"].type) == (("where.image",), OptionType.MASK)


def test_a_single_picture_is_just_the_image() -> None:
    assert "image" in options(pictures(one="Load Subject Image"))


def test_several_pictures_are_named_by_their_titles() -> None:
    graph = pictures(one="Load Subject Image", two="Load Image (First Frame)", three="Load Image 3", four="Load Image")

    assert {"subject_image", "first_frame", "image_3", "image"} <= options(graph).keys()


def test_frames_are_named_by_where_they_go() -> None:
    graph = drawing(
        sampler=sampler(positive=("video", 0), negative=("video", 1), latent_image=("video", 2)),
        canvas=None,
        video=node(
            "WanFirstLastFrameToVideo",
            positive=("for", 0),
            negative=("against", 0),
            vae=("model", 2),
            width=640,
            height=480,
            length=33,
            batch_size=1,
            start_image=("one", 0),
            end_image=("larger", 0),
        ),
        one=node("LoadImage", image="a.png"),
        two=node("LoadImage", image="b.png"),
        larger=node("ImageScaleBy", image=("two", 0), upscale_method="lanczos", scale_by=2.0),
    )
    found = targets(graph)

    assert found["start_image"] == ("one.image",)
    assert found["end_image"] == ("two.image",)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Int (duration)", "duration"),
        ("Boolean (Enable Prompt Enhance)", "Enable Prompt Enhance"),
        ("Frame Rate(int)", "Frame Rate"),
        ("Load Subject Image", "Subject Image"),
        ("Load Image: front", "front"),
        ("Load Image 7", "Image 7"),
        ("Load Image (Optional)", "Image"),
        ("Länge", "Länge"),
    ],
)
def test_a_title_is_read_as_the_name_of_a_value(title: str, name: str) -> None:
    assert label(title, "Load Image") == name


def test_a_title_differs_from_its_class_s_by_some_words() -> None:
    assert mark("Load Checkpoint - REFINER", "Load Checkpoint") == "refiner"
    assert mark("CLIP Text Encode (Positive Prompt)", "CLIP Text Encode (Prompt)") == ""


@given(st.text(max_size=60))
def test_any_text_becomes_a_name_that_discord_takes(text: str) -> None:
    assert check_name(slug(text)) == slug(text)


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=10)), max_size=30))
def test_every_name_is_given_once(wanted: list[tuple[str, str]]) -> None:
    names = Names()
    taken = [names.take(text, marked) for text, marked in wanted]

    assert len(set(taken)) == len(taken)
    assert [name for name in taken if len(name) > 32] == []


def test_a_node_is_named_by_its_title_its_class_or_its_id() -> None:
    graph = drawing(
        sampler=sampler(positive=("for", 0), negative=("against", 0)) | {"_meta": {"title": "Sampler"}},
    )
    found = targets(graph)

    assert found["steps"] == ("Sampler.steps",)
    assert found["count"] == ("EmptyLatentImage.batch_size",)
    assert found["negative"] == ("against.text",)


@pytest.mark.parametrize("title", ["for", "model", "KSampler", "a\nb", "a.b", "EmptyLatentImage", "\ud800"])
def test_names_find_their_nodes_whatever_the_titles_are(title: str) -> None:
    """A title may be another node's id or class, or what no file can hold."""
    graph = drawing(canvas=node("EmptyLatentImage", title, width=512, height=512, batch_size=2))
    found = inferred(graph)
    workflow = build_workflow(found.manifest, graph, "x.json", nodes())

    assert [target.node for target in workflow.targets["count"]] == ["canvas"]


def test_an_input_with_dots_is_not_taken_for_another_node_s() -> None:
    graph = drawing(
        canvas=node("VAEEncode", pixels=("fit", 0), vae=("model", 2)),
        fit=node(
            "ResizeImageMaskNode",
            "$fit",
            input=("load", 0),
            resize_type="scale dimensions",
            scale_method="lanczos",
            resize_type__width=640,
            resize_type__height=480,
            resize_type__crop="center",
        ),
        load=node("LoadImage", "$fit.resize_type", image="a.png", width=3),
    )
    workflow = build_workflow(inferred(graph).manifest, graph, "x.json", nodes())

    assert [target.node for target in workflow.targets["fit_resize_type_width"]] == ["fit"]


def test_a_command_has_25_options_the_everyday_ones_first() -> None:
    many: dict[str, Any] = {
        f"knob{at}": node("PrimitiveFloat", f"knob number {chr(97 + at)}", value=1.0) for at in range(26)
    }
    sums = {
        f"sum{at}": node(
            "ComfyMathExpression", expression="a + b", values__a=(f"knob{at}", 0), values__b=(f"sum{at - 1}", 0)
        )
        for at in range(1, 26)
    }
    sums["sum0"] = node("ComfyMathExpression", expression="a", values__a=("knob0", 0))
    found = inferred(drawing(sampler=sampler(cfg=("sum25", 0)), **many, **sums))

    assert len(found.manifest.options) == 25
    assert [option.name for option in found.manifest.options][:4] == ["prompt", "negative", "size", "count"]
    assert "left out: knob_number" in found.notes[0]


def test_the_defaults_are_within_what_discord_can_say() -> None:
    graph = drawing(sampler=sampler(cfg=("knob", 0)), knob=node("PrimitiveInt", "huge", value=2**60))
    graph["sampler"]["inputs"]["cfg"] = 8.0
    graph["for"]["inputs"]["text"] = ["text", 0]
    graph["text"] = node("PreviewAny", source=("knob", 0))
    found = options(graph)

    assert [
        option.name for option in found.values() if isinstance(option.default, int) and option.default > MAX_NUMBER
    ] == []
