"""What made a picture, read out of its metadata: ComfyUI's graphs, and the lines of settings of other programs."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from bot.media.remarks import LONGEST, parameters
from bot.workflow.provenance import Kind, provenance

SETTINGS = (
    "a fox, (snow:1.2)\nat dawn\nNegative prompt: blurry, <b>bad</b>\n"
    'Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 123, Size: 512x768, Model: "dream, v8", '
    'Lora hashes: "a: 1, b: 2", Denoising strength: 0.4, Version: v1.9'
)
USER_COMMENT = 0x9286


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


#: a ControlNet stands between the words and the sampler; the prompt and the seed come from nodes that hand them on
GRAPH = {
    "1": node("CheckpointLoaderSimple", ckpt_name="sd15/dream.safetensors"),
    "2": node("LoraLoader", lora_name="ink.safetensors", model=["1", 0], clip=["1", 1], strength_model=1.0),
    "3": node("PrimitiveStringMultiline", value="a fox in the snow"),
    "4": node("CLIPTextEncode", text=["3", 0], clip=["2", 1]),
    "5": node("CLIPTextEncode", text="blurry", clip=["2", 1]),
    "6": node("ControlNetApplyAdvanced", positive=["4", 0], negative=["5", 0], strength=0.5),
    "7": node("EmptyLatentImage", width=512, height=768, batch_size=1),
    "8": node("PrimitiveInt", value=42),
    "9": node(
        "KSampler",
        model=["2", 0],
        positive=["6", 0],
        negative=["6", 1],
        latent_image=["7", 0],
        seed=["8", 0],
        steps=25,
        cfg=7.5,
        sampler_name="dpmpp_2m",
        scheduler="karras",
        denoise=1.0,
    ),
    "10": node("SaveImage", images=["9", 0], filename_prefix="a"),
}
CUSTOM = {
    "1": node("UNETLoader", unet_name="flux1-dev.safetensors"),
    "2": node("CLIPTextEncode", text="a glass city", clip=["9", 0]),
    "3": node("FluxGuidance", conditioning=["2", 0], guidance=3.5),
    "4": node("BasicGuider", model=["1", 0], conditioning=["3", 0]),
    "5": node("RandomNoise", noise_seed=7),
    "6": node("KSamplerSelect", sampler_name="euler"),
    "7": node("BasicScheduler", model=["1", 0], scheduler="simple", steps=4, denoise=1),
    "8": node("SamplerCustomAdvanced", noise=["5", 0], guider=["4", 0], sampler=["6", 0], sigmas=["7", 0]),
}


def saved(kind: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, kind, **more)
    return buffer.getvalue()


def png(*, packed: bool = False, **texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_text(name, text, zip=packed)
    return saved("PNG", pnginfo=info)


def commented(kind: str, text: str, encoding: str) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[USER_COMMENT] = b"UNICODE\0" + text.encode(encoding)
    return saved(kind, exif=exif)


def test_a_graph_tells_words_and_settings_through_whatever_stands_between() -> None:
    told = provenance(png(prompt=json.dumps(GRAPH), workflow=json.dumps({"nodes": [], "links": []})))

    assert told is not None
    assert (told.kind, told.prompt, told.negative, told.nodes) == (Kind.COMFYUI, "a fox in the snow", "blurry", 10)
    assert told.facts == {
        "seed": "42",
        "model": "sd15/dream.safetensors",
        "lora": "ink.safetensors",
        "size": "512x768",
        "steps": "25",
        "cfg": "7.5",
        "sampler": "dpmpp_2m",
        "scheduler": "karras",
        "denoise": "1",
    }


def test_a_sampler_of_parts_tells_the_same() -> None:
    told = provenance(png(prompt=json.dumps(CUSTOM)))

    assert told is not None
    assert (told.prompt, told.negative) == ("a glass city", "")
    assert told.facts["seed"] == "7"
    assert told.facts["cfg"] == "3.5"
    assert told.facts["model"] == "flux1-dev.safetensors"


def test_a_zeroed_positive_is_no_negative() -> None:
    graph = {
        **GRAPH,
        "6": node("ConditioningZeroOut", conditioning=["4", 0]),
        "9": node("KSampler", positive=["4", 0], negative=["6", 0], seed=1),
    }

    told = provenance(png(prompt=json.dumps(graph)))

    assert told is not None
    assert (told.prompt, told.negative) == ("a fox in the snow", "")


@pytest.mark.parametrize(
    "data",
    [
        png(parameters=SETTINGS),
        png(parameters=SETTINGS, packed=True),
        commented("JPEG", SETTINGS, "utf-16-be"),
        commented("WEBP", SETTINGS, "utf-16-le"),
    ],
    ids=["text", "compressed", "jpeg", "webp"],
)
def test_a_line_of_settings_is_read_from_wherever_it_stands(data: bytes) -> None:
    told = provenance(data)

    assert told is not None
    assert (told.kind, told.prompt, told.negative) == (
        Kind.OTHER,
        "a fox, (snow:1.2)\nat dawn",
        "blurry, <b>bad</b>",
    )
    assert told.facts == {
        "seed": "123",
        "model": "dream, v8",
        "size": "512x768",
        "steps": "20",
        "cfg": "7",
        "sampler": "Euler a",
        "scheduler": "Karras",
        "denoise": "0.4",
    }


@pytest.mark.parametrize("text", ["ein Füchslein, 狐", "für latin-1 genügt das"])
def test_words_of_other_alphabets_stay_what_they_are(text: str) -> None:
    assert parameters(png(parameters=f"{text}\nSteps: 4, Seed: 1")) == f"{text}\nSteps: 4, Seed: 1"


def test_settings_without_words_are_told_too() -> None:
    told = provenance(png(parameters="Steps: 4, Sampler: Euler"))

    assert told is not None
    assert (told.prompt, told.facts) == ("", {"steps": "4", "sampler": "Euler"})


def test_a_table_of_another_program_is_read() -> None:
    comment = {"prompt": "an owl", "uc": "lowres", "steps": 28, "scale": 5.0, "seed": 9, "sampler": "k_euler"}

    told = provenance(png(Comment=json.dumps(comment)))

    assert told is not None
    assert (told.prompt, told.negative, told.facts["seed"], told.facts["cfg"]) == ("an owl", "lowres", "9", "5.0")


def test_a_saved_workflow_alone_says_only_how_large_it_is() -> None:
    told = provenance(png(workflow=json.dumps({"nodes": [{"id": 1}, {"id": 2}], "links": []})))

    assert told is not None
    assert (told.kind, told.nodes, told.facts) == (Kind.SAVED, 2, {})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        saved("PNG"),
        saved("JPEG"),
        png(parameters="a note of somebody's"),
        png(Comment=json.dumps({"prompt": "only words"})),
        png(prompt=json.dumps({"1": {"inputs": {}}})),
    ],
    ids=["empty", "text", "png", "jpeg", "note", "words", "no class"],
)
def test_what_says_nothing_tells_nothing(data: bytes) -> None:
    assert provenance(data) is None


@pytest.mark.parametrize(
    "graph",
    [
        {"1": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "seed": ["1", 0]}}},
        {"1": {"class_type": "KSampler", "inputs": {"positive": ["9", 0], "seed": {"a": 1}, "steps": True}}},
        {"1": {"class_type": "KSampler", "inputs": []}, "2": 5},
        {
            "1": {"class_type": "A", "inputs": {"positive": ["2", 0]}},
            "2": {"class_type": "B", "inputs": {"a": ["1", 0]}},
        },
    ],
    ids=["circle", "nowhere", "no inputs", "two in a circle"],
)
def test_a_graph_of_no_sense_tells_no_more_than_it_holds(graph: dict[str, Any]) -> None:
    told = provenance(png(prompt=json.dumps(graph)))

    assert told is not None
    assert (told.prompt, told.negative, told.facts) == ("", "", {})


def test_a_text_without_end_is_cut() -> None:
    found = parameters(png(parameters="Steps: 4, Seed: 1\n" + "x" * 3 * LONGEST))

    assert found is not None
    assert len(found) == LONGEST
