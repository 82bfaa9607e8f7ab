"""What a graph without a manifest offers: the sampler's settings, and what somebody titled."""

from typing import Any

import pytest

from bot.errors import WorkflowError
from bot.workflow.option import OptionType
from tests.pure.graphs import custom, drawing, inferred, node, options, refined, sampler, targets

EVERYDAY = ["prompt", "negative", "size", "count", "steps", "cfg", "seed", "model", "sampler", "scheduler"]


def test_a_drawing_offers_the_everyday_in_the_everyday_order() -> None:
    found = options(drawing())

    assert list(found) == EVERYDAY
    assert [name for name, option in found.items() if option.required] == ["prompt"]


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


def test_a_picture_that_is_changed_offers_how_much() -> None:
    graph = drawing(
        canvas=node("VAEEncode", pixels=("load", 0), vae=("model", 2)), load=node("LoadImage", image="a.png")
    )

    assert options(graph)["denoise"].max == 1
    assert "size" not in options(graph)


def test_a_picture_that_is_made_from_nothing_does_not_offer_how_much_to_change() -> None:
    assert "denoise" not in options(drawing())


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
