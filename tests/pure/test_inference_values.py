"""How values of a graph without a manifest are found: through switches and sums; sizes, LoRAs, models."""

from typing import Any

import pytest

from bot.workflow.graph import Graph
from tests.pure.graphs import drawing, node, options, refined, sampler, targets


def switched(*, on: bool) -> Graph:
    return drawing(
        sampler=sampler(steps=("switch", 0)),
        switch=node("ComfySwitchNode", switch=("fast", 0), on_true=("few", 0), on_false=("many", 0)),
        fast=node("PrimitiveBoolean", "Fast", value=on),
        few=node("PrimitiveInt", "Few", value=4),
        many=node("PrimitiveInt", "Many", value=30),
    )


@pytest.mark.parametrize(("on", "side"), [(True, "Few.value"), (False, "Many.value")])
def test_a_value_is_followed_through_the_side_a_switch_takes(on: bool, side: str) -> None:
    found = targets(switched(on=on))

    assert found["steps"] == (side,)
    assert found["fast"] == ("Fast.value",)


def test_what_lies_on_the_side_a_switch_does_not_take_is_not_offered() -> None:
    graph = drawing(
        look=node("ComfySwitchNode", switch=False, on_true=("load", 0), on_false=("decode", 0)),
        load=node("LoadImage", image="a.png"),
        save=node("SaveImage", images=("look", 0), filename_prefix="x"),
    )

    assert "image" not in options(graph)


def test_a_primitive_that_somebody_titled_is_an_option() -> None:
    graph = drawing(
        sampler=sampler(cfg=("sum", 0)),
        sum=node("ComfyMathExpression", expression="a + 1", values__a=("knob", 0)),
        knob=node("PrimitiveFloat", "Float (boldness)", value=1.0),
    )

    assert targets(graph)["boldness"] == ("Float (boldness).value",)


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        ({"measure": node("GetImageSize", image=("blank", 0))}, ("EmptyImage.width", "EmptyImage.height")),
        (
            {
                "measure": node("GetImageSize", image=("half", 0)),
                "half": node("ImageScaleBy", image=("blank", 0), upscale_method="lanczos", scale_by=0.5),
            },
            ("EmptyImage.width", "EmptyImage.height"),
        ),
        (
            {
                "measure": node("GetImageSize", image=("fit", 0)),
                "fit": node(
                    "ResizeImageMaskNode",
                    input=("load", 0),
                    resize_type="scale dimensions",
                    scale_method="lanczos",
                    resize_type__width=640,
                    resize_type__height=480,
                    resize_type__crop="center",
                ),
                "load": node("LoadImage", image="a.png"),
            },
            ("ResizeImageMaskNode.resize_type.width", "ResizeImageMaskNode.resize_type.height"),
        ),
    ],
    ids=["of a blank picture", "of a part of one", "of a picture that is fitted"],
)
def test_a_size_is_found_however_far_up(joined: Graph, expected: tuple[str, str]) -> None:
    graph = drawing(
        canvas=node("EmptyLatentImage", width=("measure", 0), height=("measure", 1), batch_size=1),
        blank=node("EmptyImage", width=1280, height=704, batch_size=1, color=0),
        **joined,
    )

    assert targets(graph)["size"] == expected


def test_a_size_that_follows_a_picture_is_not_offered() -> None:
    graph = drawing(
        canvas=node("EmptyLatentImage", width=("measure", 0), height=("measure", 1), batch_size=1),
        measure=node("GetImageSize", image=("load", 0)),
        load=node("LoadImage", image="a.png"),
    )

    assert "size" not in options(graph)


def test_what_a_size_is_worked_out_from_is_offered() -> None:
    graph = drawing(
        canvas=node("EmptyLatentImage", width=("shape", 0), height=("shape", 1), batch_size=1),
        shape=node("ResolutionSelector", aspect_ratio="1:1 (Square)", megapixels=1.0, multiple=8),
    )
    found = targets(graph)

    assert found["aspect_ratio"] == ("ResolutionSelector.aspect_ratio",)
    assert found["megapixels"] == ("ResolutionSelector.megapixels",)
    assert "multiple" not in found


def test_each_of_several_loras_has_a_name_and_a_strength() -> None:
    def lora(name: str, model: str) -> dict[str, Any]:
        strengths: dict[str, Any] = {"strength_model": 0.5, "strength_clip": 0.5}
        return node("LoraLoader", model=(model, 0), clip=(model, 1), lora_name=name, **strengths)

    graph = drawing(
        sampler=sampler(model=("second", 0)),
        first=lora("a.safetensors", "model"),
        second=lora("b.safetensors", "first"),
    )
    found = targets(graph)

    assert found["lora"] == ("first.lora_name",)
    assert found["lora_strength"] == ("first.strength_model", "first.strength_clip")
    assert found["lora_2"] == ("second.lora_name",)
    assert found["lora_strength_2"] == ("second.strength_model", "second.strength_clip")


def test_a_lora_on_two_models_is_one_option_with_one_strength() -> None:
    def lora(model: str) -> dict[str, Any]:
        return node("LoraLoaderModelOnly", model=(model, 0), lora_name="pixel-art-xl.safetensors", strength_model=0.5)

    graph = refined() | {"lora": lora("model"), "lora2": lora("finer")}
    graph["base"]["inputs"]["model"] = ["lora", 0]
    graph["sampler"]["inputs"]["model"] = ["lora2", 0]
    found = targets(graph)

    assert found["lora"] == ("lora.lora_name", "lora2.lora_name")
    assert found["lora_strength"] == ("lora.strength_model", "lora2.strength_model")


def test_a_second_model_without_a_title_says_in_whose_place_it_goes() -> None:
    graph = refined()
    graph["finer"]["_meta"]["title"] = "CheckpointLoaderSimple"

    assert options(graph)["model_2"].help == "In place of sd_xl_base_1.0.safetensors"


def test_a_unet_a_vae_and_clip_skip_are_offered() -> None:
    graph = drawing(
        sampler=sampler(model=("unet", 0)),
        unet=node("UNETLoader", unet_name="flux1-schnell.safetensors", weight_dtype="default"),
        vae=node("VAELoader", vae_name="sdxl_vae.safetensors"),
        decode=node("VAEDecode", samples=("sampler", 0), vae=("vae", 0)),
        skip=node("CLIPSetLastLayer", clip=("model", 1), stop_at_clip_layer=-2),
        **{"for": node("CLIPTextEncode", text="a fox", clip=("skip", 0))},
    )
    found = options(graph)

    assert found["model"].targets == ("UNETLoader.unet_name",)
    assert found["vae"].targets == ("VAELoader.vae_name",)
    assert (found["clip_skip"].default, found["clip_skip"].multiply, found["clip_skip"].min) == (2, -1, 1)
