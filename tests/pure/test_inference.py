"""What a graph without a manifest offers: the sampler's words, settings, sizes and models."""

from typing import Any

import pytest

from bot.errors import WorkflowError
from bot.workflow.graph import Graph
from bot.workflow.option import OptionType
from tests.pure.graphs import drawing, inferred, node, options, sampler, targets

EVERYDAY = ["prompt", "negative", "size", "count", "steps", "cfg", "seed", "model", "sampler", "scheduler"]


def custom(guider: dict[str, Any], **others: Any) -> Graph:
    """A drawing by separate nodes: guider, sampler, noise, sigmas."""
    return drawing(
        sampler=node(
            "SamplerCustomAdvanced",
            noise=("noise", 0),
            guider=("guider", 0),
            sampler=("select", 0),
            sigmas=("sigmas", 0),
            latent_image=("canvas", 0),
        ),
        noise=node("RandomNoise", noise_seed=3),
        guider=guider,
        select=node("KSamplerSelect", sampler_name="euler"),
        sigmas=node("BasicScheduler", model=("model", 0), scheduler="simple", steps=9, denoise=1.0),
        **others,
    )


def test_a_drawing_offers_the_everyday_in_the_everyday_order() -> None:
    found = options(drawing())

    assert list(found) == EVERYDAY
    assert [name for name, option in found.items() if option.required] == ["prompt"]


def test_the_texts_are_told_apart_by_where_they_go_not_by_their_order() -> None:
    graph = drawing(sampler=sampler(positive=("against", 0), negative=("for", 0)))

    assert targets(graph)["prompt"] == ("against.text",)
    assert targets(graph)["negative"] == ("for.text",)


def test_a_zeroed_out_conditioning_is_no_negative() -> None:
    graph = drawing(against=node("ConditioningZeroOut", conditioning=("for", 0)))

    assert "negative" not in options(graph)
    assert targets(graph)["prompt"] == ("CLIPTextEncode.text",)


def test_the_same_text_for_and_against_is_the_prompt() -> None:
    graph = drawing(sampler=sampler(negative=("for", 0)), against=None)

    assert [name for name in options(graph) if name in {"prompt", "negative"}] == ["prompt"]


def test_texts_are_found_through_conditioning_nodes_and_controlnets() -> None:
    graph = drawing(
        sampler=sampler(positive=("apply", 0), negative=("apply", 1)),
        apply=node(
            "ControlNetApplyAdvanced",
            positive=("guided", 0),
            negative=("against", 0),
            control_net=("net", 0),
            image=("load", 0),
            strength=0.8,
            start_percent=0.0,
            end_percent=1.0,
        ),
        guided=node("FluxGuidance", conditioning=("for", 0), guidance=3.5),
        net=node("ControlNetLoader", control_net_name="x.safetensors"),
        load=node("LoadImage", image="a.png"),
    )
    found = targets(graph)

    assert (found["prompt"], found["negative"]) == (("for.text",), ("against.text",))
    assert found["guidance"] == ("FluxGuidance.guidance",)
    assert found["control_net"] == ("ControlNetLoader.control_net_name",)
    assert found["control_strength"] == ("ControlNetApplyAdvanced.strength",)
    assert options(graph)["image"].required


@pytest.mark.parametrize(
    ("guider", "offered"),
    [
        (node("BasicGuider", model=("model", 0), conditioning=("for", 0)), {"prompt"}),
        (
            node("CFGGuider", model=("model", 0), positive=("for", 0), negative=("against", 0), cfg=3.0),
            {"prompt", "negative", "cfg"},
        ),
        (
            node(
                "DualCFGGuider",
                model=("model", 0),
                cond1=("for", 0),
                cond2=("for", 0),
                negative=("against", 0),
                cfg_conds=3.0,
                cfg_cond2_negative=2.0,
                style="regular",
            ),
            {"prompt", "negative", "cfg", "cfg_cond2_negative"},
        ),
    ],
)
def test_separate_guiders_samplers_and_sigmas_offer_what_one_sampler_does(
    guider: dict[str, Any], offered: set[str]
) -> None:
    found = targets(custom(guider))

    assert found.keys() == offered | {"size", "count", "steps", "seed", "model", "sampler", "scheduler"}
    assert found["seed"] == ("RandomNoise.noise_seed",)
    assert found["steps"] == ("BasicScheduler.steps",)
    assert found["sampler"] == ("KSamplerSelect.sampler_name",)


def test_a_negative_that_comes_out_beside_the_positive_stays_one() -> None:
    """As editing models are guided: both conditions of the guider come from one node that knows the picture."""
    graph = custom(
        node(
            "DualCFGGuider",
            model=("model", 0),
            cond1=("edit", 0),
            cond2=("edit", 1),
            negative=("for", 0),
            cfg_conds=3.0,
            cfg_cond2_negative=2.0,
            style="regular",
        ),
        edit=node(
            "InstructPixToPixConditioning",
            positive=("for", 0),
            negative=("against", 0),
            vae=("model", 2),
            pixels=("load", 0),
        ),
        load=node("LoadImage", image="a.png"),
    )

    assert targets(graph)["prompt"] == ("for.text",)
    assert targets(graph)["negative"] == ("against.text",)


def test_what_is_mixed_into_both_sides_is_said_for_not_against() -> None:
    graph = drawing(
        sampler=sampler(positive=("mix", 0), negative=("mix", 1)),
        mix=node("Mixer", positive=("for", 0), negative=("against", 0), style=("style", 0)),
        style=node("CLIPTextEncode", text="oil on canvas", clip=("model", 1)),
    )

    found = targets(graph)

    assert (found["prompt"], found["prompt_2"], found["negative"]) == (
        ("for.text",),
        ("style.text",),
        ("against.text",),
    )


def test_a_custom_sampler_is_one_too() -> None:
    graph = drawing(
        sampler=node(
            "SamplerCustom",
            model=("model", 0),
            add_noise=True,
            noise_seed=1,
            cfg=4.0,
            positive=("for", 0),
            negative=("against", 0),
            sampler=("select", 0),
            sigmas=("sigmas", 0),
            latent_image=("canvas", 0),
        ),
        select=node("KSamplerSelect", sampler_name="euler"),
        sigmas=node("KarrasScheduler", steps=12, sigma_max=14.6, sigma_min=0.03, rho=7.0),
    )

    assert set(options(graph)) == set(EVERYDAY) - {"scheduler"}


def refined() -> Graph:
    """A picture begun by one model and finished by another, both told about it."""
    first: dict[str, Any] = {
        "start_at_step": 0,
        "end_at_step": 20,
        "add_noise": "enable",
        "return_with_leftover_noise": "enable",
    }
    second: dict[str, Any] = {
        "start_at_step": 20,
        "end_at_step": 10000,
        "add_noise": "disable",
        "return_with_leftover_noise": "disable",
    }
    shared: dict[str, Any] = {"steps": 25, "cfg": 8.0, "sampler_name": "euler", "scheduler": "normal"}
    return drawing(
        sampler=node(
            "KSamplerAdvanced",
            model=("finer", 0),
            positive=("for2", 0),
            negative=("against2", 0),
            latent_image=("base", 0),
            noise_seed=0,
            **shared,
            **second,
        ),
        base=node(
            "KSamplerAdvanced",
            model=("model", 0),
            positive=("for", 0),
            negative=("against", 0),
            latent_image=("canvas", 0),
            noise_seed=7,
            **shared,
            **first,
        ),
        finer=node("CheckpointLoaderSimple", "Load Checkpoint - REFINER", ckpt_name="sd_xl_base_1.0.safetensors"),
        for2=node("CLIPTextEncode", text="a fox, finer", clip=("finer", 1)),
        against2=node("CLIPTextEncode", text="snow, finer", clip=("finer", 1)),
    )


def test_a_pair_of_samplers_is_told_everything_once() -> None:
    found = targets(refined())

    assert found["prompt"] == ("for.text", "for2.text")
    assert found["negative"] == ("against.text", "against2.text")
    assert found["cfg"] == ("base.cfg", "sampler.cfg")
    assert found["seed"] == ("base.noise_seed", "sampler.noise_seed")


def test_the_steps_of_a_pair_stay_since_they_hang_together() -> None:
    assert "steps" not in options(refined())


def test_a_second_model_is_named_by_its_title_and_comes_last() -> None:
    assert list(options(refined()))[-1] == "model_refiner"


def test_settings_that_differ_are_offered_apart_the_first_sampler_s_first() -> None:
    graph = drawing(
        again=sampler(latent_image=("larger", 0), seed=8, steps=5, denoise=0.5),
        larger=node("LatentUpscaleBy", samples=("sampler", 0), upscale_method="nearest-exact", scale_by=1.5),
        decode=node("VAEDecode", samples=("again", 0), vae=("model", 2)),
    )
    found = targets(graph)

    assert found["steps"] == ("sampler.steps",)
    assert found["steps_2"] == ("again.steps",)
    assert found["cfg"] == ("sampler.cfg", "again.cfg")
    assert found["denoise"] == ("again.denoise",)
    assert found["seed"] == ("sampler.seed", "again.seed")
    assert list(found)[-1] == "steps_2"


@pytest.mark.parametrize("class_type", ["KSampler (Efficient)"])
def test_a_sampler_of_another_pack_is_known_by_its_types(class_type: str) -> None:
    graph = drawing(
        sampler={**sampler(), "class_type": class_type},
        decode=node("VAEDecode", samples=("sampler", 3), vae=("model", 2)),
    )

    assert list(options(graph)) == EVERYDAY


def test_a_sampler_that_gives_pictures_is_one() -> None:
    enlarge = sampler(denoise=0.2, seed=9)
    del enlarge["inputs"]["latent_image"]
    enlarge["inputs"] |= {"image": ["load", 0], "vae": ["model", 2]}
    graph = drawing(
        canvas=None,
        sampler={**enlarge, "class_type": "UltimateSDUpscale"},
        load=node("LoadImage", image="a.png"),
        decode=None,
        save=node("SaveImage", images=("sampler", 0), filename_prefix="x"),
    )

    assert {"prompt", "negative", "image", "steps", "denoise", "seed"} <= options(graph).keys()


def test_texts_and_models_of_types_of_another_pack_s_own_are_found() -> None:
    graph = drawing(
        model=node("WanVideoModelLoader", model="wan.safetensors"),
        vae=node("VAELoader", vae_name="sdxl_vae.safetensors"),
        words=node("WanVideoTextEncode", positive_prompt="a fox", negative_prompt="snow"),
        sampler=node(
            "WanVideoSampler",
            model=("model", 0),
            text_embeds=("words", 0),
            steps=4,
            cfg=5.0,
            seed=1,
            scheduler="euler",
        ),
        decode=node("VAEDecode", samples=("sampler", 0), vae=("vae", 0)),
        canvas=None,
        against=None,
        **{"for": None},
    )
    found = targets(graph)

    assert found["prompt"] == ("WanVideoTextEncode.positive_prompt",)
    assert found["negative"] == ("WanVideoTextEncode.negative_prompt",)
    assert {"steps", "cfg", "seed", "scheduler"} <= found.keys()


def test_a_picture_that_is_changed_offers_how_much() -> None:
    graph = drawing(
        canvas=node("VAEEncode", pixels=("load", 0), vae=("model", 2)), load=node("LoadImage", image="a.png")
    )

    assert options(graph)["denoise"].max == 1
    assert "size" not in options(graph)


def test_a_picture_that_is_made_from_nothing_does_not_offer_how_much_to_change() -> None:
    assert "denoise" not in options(drawing())


def test_a_text_is_found_where_it_is_written() -> None:
    graph = drawing(
        **{"for": node("CLIPTextEncode", text=("join", 0), clip=("model", 1))},
        join=node("StringConcatenate", string_a="a photo of ", string_b=("words", 0), delimiter=""),
        words=node("PrimitiveStringMultiline", "Prompt", value="a fox"),
    )

    assert targets(graph)["prompt"] == ("Prompt.value",)


def test_of_several_texts_the_one_called_so_is_the_prompt() -> None:
    graph = drawing(
        **{"for": node("CLIPTextEncode", text=("join", 0), clip=("model", 1))},
        join=node("StringConcatenate", string_a=("look", 0), string_b=("words", 0), delimiter=", "),
        look=node("PrimitiveString", "Look", value="oil on canvas"),
        words=node("PrimitiveString", "Your prompt", value="a fox"),
    )

    assert targets(graph)["prompt"] == ("Your prompt.value",)
    assert targets(graph)["look"] == ("Look.value",)


def test_what_tells_a_language_model_who_it_is_stays() -> None:
    graph = drawing(
        **{"for": node("CLIPTextEncode", text=("join", 0), clip=("model", 1))},
        join=node("StringConcatenate", string_a=("who", 0), string_b=("words", 0), delimiter=", "),
        who=node("PrimitiveString", "System prompt", value="You are a painter"),
        words=node("PrimitiveString", "Prompt", value="a fox"),
    )

    assert "system_prompt" not in options(graph)


def test_several_texts_of_an_encoder_are_one_to_a_person() -> None:
    graph = drawing(
        **{
            "for": node(
                "CLIPTextEncodeSDXL",
                clip=("model", 1),
                width=1024,
                height=1024,
                crop_w=0,
                crop_h=0,
                target_width=1024,
                target_height=1024,
                text_g="a fox",
                text_l="fox",
            )
        }
    )

    assert targets(graph)["prompt"] == ("CLIPTextEncodeSDXL.text_g", "CLIPTextEncodeSDXL.text_l")


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


def test_what_does_not_run_is_not_offered() -> None:
    graph = drawing(idle=node("CLIPTextEncode", "input: nothing", text="x", clip=("model", 1)), other=sampler(steps=3))

    assert "steps_2" not in options(graph)


def test_paid_nodes_offer_what_they_take() -> None:
    graph = {
        "make": node("PaidPicture", prompt="a fox", aspect_ratio="1:1", seed=5, output_format="png"),
        "save": node("SaveImage", images=("make", 0), filename_prefix="x"),
    }
    found = options(graph)

    assert list(found) == ["prompt", "aspect_ratio", "seed"]
    assert found["prompt"].required
    assert found["seed"].max == 2147483647


def test_a_graph_of_nothing_but_values_offers_them() -> None:
    graph = {
        "blank": node("EmptyImage", width=64, height=64, batch_size=1, color=0),
        "save": node("SaveImage", images=("blank", 0), filename_prefix="x"),
    }

    assert list(options(graph)) == ["size", "batch_size", "color"]


@pytest.mark.parametrize("title", ["input: how bold", "INPUT : how bold", "$how bold", " $ how bold "])
def test_a_node_titled_for_it_is_an_option_whatever_its_class(title: str) -> None:
    graph = drawing(
        shift=node("ModelSamplingAuraFlow", title, model=("model", 0), shift=3.0), sampler=sampler(model=("shift", 0))
    )

    assert next(iter(options(graph).values())).required
    assert targets(graph)["how_bold"] == (f"{title}.shift",)


def test_a_titled_node_with_several_values_has_an_option_for_each() -> None:
    graph = drawing(canvas=node("EmptyLatentImage", "$canvas", width=512, height=512, batch_size=1))

    assert {"canvas_width", "canvas_height", "canvas_batch_size"} <= options(graph).keys()
    assert not {"size", "count"} & options(graph).keys()


def test_a_titled_seed_is_the_seed_of_all() -> None:
    graph = drawing(
        sampler=sampler(seed=("roll", 0)),
        roll=node("PrimitiveInt", "$seed", value=1),
        again=sampler(latent_image=("sampler", 0), seed=5, denoise=0.5),
        decode=node("VAEDecode", samples=("again", 0), vae=("model", 2)),
    )

    assert [name for name, option in options(graph).items() if option.type is OptionType.SEED] == ["seed"]
    assert targets(graph)["seed"] == ("$seed.value", "again.seed")


def test_only_the_outputs_titled_so_are_collected() -> None:
    graph = drawing(
        save=node("SaveImage", "output: picture", images=("decode", 0), filename_prefix="x"),
        look=node("PreviewImage", images=("decode", 0)),
    )

    assert inferred(graph).manifest.outputs == ("output: picture",)


def test_a_graph_that_saves_nothing_says_so() -> None:
    with pytest.raises(WorkflowError) as caught:
        inferred(drawing(save=None))

    assert "Add a Save Image node" in caught.value.problem
