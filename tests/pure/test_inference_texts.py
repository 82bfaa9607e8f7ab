"""Which texts of a graph without a manifest are offered, and as what."""

from tests.pure.graphs import custom, drawing, node, options, sampler, targets


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
