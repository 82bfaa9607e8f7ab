"""Whole graphs on the simulator: what is asked for is in the picture, and files of every kind can be read again."""

import io
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.shared import shared_path
from tests.wire.simulated import Client, serve, text_to_image
from tests.wire.test_simulator_nodes import upload, view

CHECKPOINT = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve() as client:
        yield client


def node(class_type: str, **inputs: Any) -> Any:
    return {"class_type": class_type, "inputs": inputs}


def sampler(latent: list[Any], positive: str, **changes: Any) -> Any:
    settings = {"seed": 7, "steps": 2, "cfg": 7, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0}
    links = {"model": ["model", 0], "positive": [positive, 0], "negative": ["nothing", 0], "latent_image": latent}
    return node("KSampler", **settings | links | changes)


def graph(**nodes: Any) -> Any:
    """With a model, two prompts (a castle; nothing), a first picture ``picture`` of 128x128."""
    return {
        "model": CHECKPOINT,
        "castle": node("CLIPTextEncode", text="a castle", clip=["model", 1]),
        "nothing": node("CLIPTextEncode", text="", clip=["model", 1]),
        "empty": node("EmptyLatentImage", width=128, height=128, batch_size=1),
        "first": sampler(["empty", 0], "castle"),
        "picture": node("VAEDecode", samples=["first", 0], vae=["model", 2]),
        "saved": node("SaveImage", images=["picture", 0], filename_prefix="first"),
        **nodes,
    }


def decoded(name: str, source: str) -> Any:
    return {
        f"{name} decoded": node("VAEDecode", samples=[source, 0], vae=["model", 2]),
        f"{name} saved": node("SaveImage", images=[f"{name} decoded", 0], filename_prefix=name),
    }


def distance(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean) / 3


async def pictures(client: Client, graph: Any) -> dict[str, list[Image.Image]]:
    """Of each save node."""
    entry = await client.run(graph)
    assert entry["status"]["status_str"] == "success", entry["status"]["messages"][-1]
    return {name: [await view(client, file) for file in output["images"]] for name, output in entry["outputs"].items()}


@pytest.mark.parametrize(
    ("name", "save", "size"),
    [("text-to-image", "9", (512, 512)), ("lora-clip-skip", "5", (512, 512)), ("unclip-controlnet", "9", (1024, 768))],
)
async def test_graphs_from_elsewhere_run_on_a_server_as_it_comes(
    client: Client, name: str, save: str, size: tuple[int, int]
) -> None:
    graph = json.loads(shared_path(f"reference/graphs/{name}.json").read_text("utf-8"))
    for node in graph.values():
        if node["class_type"] == "CLIPVisionEncode":
            # ComfyUI asks for it, and the graph is older than that
            node["inputs"]["crop"] = "center"
    await upload(client, "beijing1 (2).webp", Image.radial_gradient("L").convert("RGB"))
    await upload(client, "clipspace-mask-1645940.7000000002.png", Image.linear_gradient("L"), subfolder="clipspace")
    shown = await pictures(client, graph)

    assert shown[save].pop().size == size
    assert all(previews[0].size == (256, 256) for name, previews in shown.items() if name != save)


async def test_the_same_prompt_and_seed_give_the_same_picture(client: Client) -> None:
    one = (await pictures(client, text_to_image("a fox", seed=3)))["9"][0]
    async with serve() as other:
        again = (await pictures(other, text_to_image("a fox", seed=3)))["9"][0]
        different = (await pictures(other, text_to_image("a fox", seed=4)))["9"][0]

    assert one.tobytes() == again.tobytes() != different.tobytes()


async def test_a_second_pass_keeps_the_first_ones_composition(client: Client) -> None:
    larger = {
        "larger": node("LatentUpscaleBy", samples=["first", 0], upscale_method="bislerp", scale_by=2.0),
        "second": sampler(["larger", 0], "castle", denoise=0.5, seed=8),
        "anew": sampler(["larger", 0], "castle", denoise=1.0, seed=8),
    }
    shown = await pictures(client, graph(**larger, **decoded("second", "second"), **decoded("anew", "anew")))
    second, anew = (shown[f"{name} saved"][0] for name in ("second", "anew"))

    assert second.size == (256, 256)
    assert distance(second.resize((128, 128)), shown["saved"][0]) < 12
    assert distance(anew.resize((128, 128)), shown["saved"][0]) > 20


@pytest.mark.parametrize("strength", [0.3, 0.7])
async def test_a_picture_drawn_over_keeps_its_shapes_the_more_the_weaker(client: Client, strength: float) -> None:
    over = {
        "encoded": node("VAEEncode", pixels=["picture", 0], vae=["model", 2]),
        "autumn": node("CLIPTextEncode", text="autumn sunset", clip=["model", 1]),
        "weak": sampler(["encoded", 0], "autumn", denoise=strength),
        "strong": sampler(["encoded", 0], "autumn", denoise=1.0),
    }
    shown = await pictures(client, graph(**over, **decoded("weak", "weak"), **decoded("strong", "strong")))
    weak, strong = (distance(shown[f"{name} saved"][0], shown["saved"][0]) for name in ("weak", "strong"))

    assert 1 < weak < strong


async def test_inpainting_leaves_what_is_outside_the_mask(client: Client) -> None:
    masked = {
        "black": node("SolidMask", value=0.0, width=128, height=128),
        "white": node("SolidMask", value=1.0, width=48, height=48),
        "mask": node("MaskComposite", destination=["black", 0], source=["white", 0], x=8, y=64, operation="add"),
        "encoded": node(
            "VAEEncodeForInpaint", pixels=["picture", 0], vae=["model", 2], mask=["mask", 0], grow_mask_by=0
        ),
        "dragon": node("CLIPTextEncode", text="a red dragon", clip=["model", 1]),
        "painted": sampler(["encoded", 0], "dragon"),
    }
    shown = await pictures(client, graph(**masked, **decoded("painted", "painted")))
    before, after = shown["saved"][0], shown["painted saved"][0]

    assert distance(before.crop((70, 0, 128, 128)), after.crop((70, 0, 128, 128))) == 0
    assert distance(before.crop((12, 68, 52, 108)), after.crop((12, 68, 52, 108))) > 10


async def test_each_picture_of_a_batch_is_its_own_and_can_be_taken_out(client: Client) -> None:
    batch = {
        "four": node("EmptyLatentImage", width=64, height=64, batch_size=4),
        "all": sampler(["four", 0], "castle"),
        "third": node("LatentFromBatch", samples=["four", 0], batch_index=2, length=1),
        "one": sampler(["third", 0], "castle"),
    }
    shown = await pictures(client, graph(**batch, **decoded("all", "all"), **decoded("one", "one")))
    four = [picture.tobytes() for picture in shown["all saved"]]

    assert len(set(four)) == 4
    assert shown["one saved"][0].tobytes() == four[2]


async def test_an_upscale_model_enlarges_by_the_factor_in_its_name(client: Client) -> None:
    nodes = {
        "upscaler": node("UpscaleModelLoader", model_name="RealESRGAN_x2plus.pth"),
        "large": node("ImageUpscaleWithModel", upscale_model=["upscaler", 0], image=["picture", 0]),
        "large saved": node("SaveImage", images=["large", 0], filename_prefix="large"),
    }

    assert (await pictures(client, graph(**nodes)))["large saved"][0].size == (256, 256)


async def test_a_control_picture_gives_the_result_its_shapes(client: Client) -> None:
    nodes = {
        "control": node("ControlNetLoader", control_net_name="control-lora-depth-rank256.safetensors"),
        "autumn": node("CLIPTextEncode", text="autumn", clip=["model", 1]),
        "guided": node(
            "ControlNetApply",
            conditioning=["autumn", 0],
            control_net=["control", 0],
            image=["picture", 0],
            strength=1.0,
        ),
        "with": sampler(["empty", 0], "guided"),
        "without": sampler(["empty", 0], "autumn"),
    }
    shown = await pictures(client, graph(**nodes, **decoded("with", "with"), **decoded("without", "without")))
    guided, free = (shown[f"{name} saved"][0] for name in ("with", "without"))

    assert distance(guided, shown["saved"][0]) < distance(free, shown["saved"][0])


async def test_a_video_moves_and_is_one_scene(client: Client) -> None:
    nodes = {
        "clip": node("EmptyHunyuanLatentVideo", width=64, height=64, length=9, batch_size=1),
        "moving": sampler(["clip", 0], "castle"),
        "frames": node("VAEDecode", samples=["moving", 0], vae=["model", 2]),
        "webp": node(
            "SaveAnimatedWEBP",
            images=["frames", 0],
            filename_prefix="clip",
            fps=8.0,
            lossless=True,
            quality=80,
            method="default",
        ),
    }
    entry = await client.run(graph(**nodes))
    file = entry["outputs"]["webp"]["images"][0]
    async with client.session.get(f"{client.simulator.url}/view", params=file) as response:
        clip = Image.open(io.BytesIO(await response.read()))
    frames = []
    for number in range(9):
        clip.seek(number)
        frames.append(clip.convert("RGB"))
    moved = [distance(one, other) for one, other in pairwise(frames)]

    assert entry["outputs"]["webp"]["animated"] == [True]
    assert getattr(clip, "n_frames", 1) == 9
    assert all(0 < step < 20 for step in moved)


@pytest.mark.parametrize(
    ("class_type", "inputs", "key", "start"),
    [
        ("SaveAudio", {"filename_prefix": "a"}, "audio", b"fLaC"),
        ("SaveAudioMP3", {"filename_prefix": "a", "quality": "V0"}, "audio", b"ID3"),
        ("SaveAudioOpus", {"filename_prefix": "a", "quality": "128k"}, "audio", b"OggS"),
        ("SaveAudioAdvanced", {"filename_prefix": "a", "format": "flac"}, "audio", b"fLaC"),
        ("PreviewAudio", {}, "audio", b"fLaC"),
    ],
)
async def test_sound_is_saved_under_its_key(
    client: Client, class_type: str, inputs: dict[str, Any], key: str, start: bytes
) -> None:
    nodes = {
        "sound": node("EmptyLatentAudio", seconds=1.0, batch_size=1),
        "played": sampler(["sound", 0], "castle"),
        "heard": node("VAEDecodeAudio", samples=["played", 0], vae=["model", 2]),
        "kept": node(class_type, audio=["heard", 0], **inputs),
    }
    output = (await client.run(graph(**nodes)))["outputs"]["kept"]
    async with client.session.get(f"{client.simulator.url}/view", params=output[key][0]) as response:
        content = await response.read()

    assert list(output) == [key]
    assert content.startswith(start)
    assert output[key][0]["type"] == ("temp" if class_type == "PreviewAudio" else "output")


async def test_a_mesh_is_saved_as_a_3d_file_and_shown_by_name(client: Client) -> None:
    nodes = {
        "voxels": node(
            "VAEDecodeHunyuan3D", samples=["first", 0], vae=["model", 2], num_chunks=8000, octree_resolution=64
        ),
        "mesh": node("VoxelToMesh", voxel=["voxels", 0], algorithm="basic", threshold=0.6),
        "kept": node("SaveGLB", mesh=["mesh", 0], filename_prefix="3d/thing"),
        "shown": node("Preview3D", model_file="3d/thing_00001_.glb"),
    }
    outputs = (await client.run(graph(**nodes)))["outputs"]
    async with client.session.get(f"{client.simulator.url}/view", params=outputs["kept"]["3d"][0]) as response:
        content = await response.read()

    assert content.startswith(b"glTF")
    assert outputs["kept"]["3d"][0]["subfolder"] == "3d"
    assert outputs["shown"]["result"][0] == "3d/thing_00001_.glb"
