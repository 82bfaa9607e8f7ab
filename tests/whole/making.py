"""Workflows for tests, of nodes that make exactly what a test wants."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.values import Call, Images, Inputs, Result

MANIFEST = 'description = "Make what the test wants"\n'


def noise(side: int, *, seed: int = 0, mode: str = "RGB") -> Image.Image:
    """A picture that no format makes small; with alpha, its left half is clear."""
    data = Random(seed).randbytes(side * side * 3)
    picture = Image.frombytes("RGB", (side, side), data)
    if mode == "RGBA":
        picture.putalpha(255)
        picture.paste((0, 0, 0, 0), (0, 0, side // 2, side))
    return picture


def opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as picture:
        picture.load()
        return picture


def entry(class_type: str, title: str, /, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": title}}


def sampled(*, steps: int) -> dict[str, Any]:
    """A graph that samples one small picture, with so many moments to look in between."""
    return {
        "1": entry("CheckpointLoaderSimple", "Model", ckpt_name="v1-5-pruned-emaonly-fp16.safetensors"),
        "2": entry("CLIPTextEncode", "Prompt", text="a fox", clip=["1", 1]),
        "3": entry("EmptyLatentImage", "Canvas", width=64, height=64, batch_size=1),
        "4": entry(
            "KSampler",
            "Sampler",
            model=["1", 0],
            positive=["2", 0],
            negative=["2", 0],
            latent_image=["3", 0],
            seed=1,
            steps=steps,
            cfg=1.0,
            sampler_name="euler",
            scheduler="normal",
            denoise=1.0,
        ),
        "5": entry("VAEDecode", "Decode", samples=["4", 0], vae=["1", 2]),
        "6": entry("SaveImage", "Save", images=["5", 0], filename_prefix="a"),
    }


def pictures(comfyui: Simulator, *frames: Image.Image) -> dict[str, Any]:
    """A graph that saves these pictures."""

    async def make(call: Call, inputs: Inputs) -> Result:
        return Result((Images(frames),))

    comfyui.add_node("TestPictures", {"input": {"required": {}}, "output": ["IMAGE"]}, make)
    return {
        "1": entry("TestPictures", "Pictures"),
        "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
    }


def files(comfyui: Simulator, *made: tuple[str, bytes]) -> dict[str, Any]:
    """A graph that saves these bytes under these extensions."""

    async def make(call: Call, inputs: Inputs) -> Result:
        entries = []
        for extension, data in made:
            saved = call.folders.new(str(inputs["filename_prefix"]), extension)
            saved.path.write_bytes(data)
            entries.append(saved.entry)
        return Result((), {"things": entries})

    info: Mapping[str, Any] = {
        "input": {"required": {"filename_prefix": ["STRING", {}]}},
        "output": [],
        "output_node": True,
    }
    comfyui.add_node("TestFiles", dict(info), make)
    return {"1": entry("TestFiles", "Files", filename_prefix="a")}


def texts(*lines: str) -> dict[str, Any]:
    """A graph that shows these texts."""
    graph: dict[str, Any] = {}
    for number, line in enumerate(lines):
        graph[f"{number}1"] = entry("PrimitiveStringMultiline", f"Text {number}", value=line)
        graph[f"{number}2"] = entry("PreviewAny", f"Show {number}", source=[f"{number}1", 0])
    return graph


def saved_by(class_type: str, **inputs: Any) -> dict[str, Any]:
    """A graph that saves four frames, or a second of sound, with one of ComfyUI's own nodes."""
    graph = {
        "1": entry("EmptyImage", "Frames", width=64, height=64, batch_size=4, color=255),
        "2": entry("CreateVideo", "Video", images=["1", 0], fps=8.0),
        "3": entry("EmptyAudio", "Sound", duration=1.0, sample_rate=44100, channels=2),
        "4": entry("EmptyLatentImage", "Latent", width=64, height=64, batch_size=1),
        "5": entry(class_type, "Save", filename_prefix="a", **inputs),
    }
    wanted = {link[0] for link in inputs.values() if isinstance(link, list)} | {"5"}
    return {key: node for key, node in graph.items() if key in wanted or (key == "1" and "2" in wanted)}
