"""What prompts make, what they take, and why they are refused, on the simulator or a real ComfyUI."""

import io
import math
import struct
import wave
from uuid import uuid4

import pytest
from PIL import Image

from bot.comfy.backend import Backend
from bot.comfy.client import TooLarge
from bot.comfy.events import (
    Accepted,
    Output,
)
from bot.failures import BadInput, BadPicture, MissingModel, MissingNode, NodeFailed, PromptRefused, ServerLost
from tests.wire.comfy import CHECKPOINT, Follower, node, plain, run, sampling

MEGABYTE = 2**20


async def test_the_outputs_can_be_fetched(backend: Backend) -> None:
    settled = await run(backend, plain(color=0x102030))
    data = await backend.fetch(settled.outputs[0], ceiling=MEGABYTE)

    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (64, 64)
        assert picture.convert("RGB").getpixel((0, 0)) == (0x10, 0x20, 0x30)


async def test_a_model_that_is_not_there_is_refused_with_the_closest(backend: Backend) -> None:
    with pytest.raises(MissingModel) as refusal:
        await run(backend, sampling(checkpoint="tiny-sd15.safetensors"))

    assert refusal.value.title == "Checkpoint"
    assert refusal.value.closest == (CHECKPOINT,)


async def test_a_node_that_is_not_installed_is_refused_by_name(backend: Backend) -> None:
    graph = plain() | {"2": node("NoSuchNode", "Fancy save", images=["1", 0])}
    with pytest.raises(MissingNode) as refusal:
        await run(backend, graph)

    assert (refusal.value.title, refusal.value.class_type) == ("Fancy save", "NoSuchNode")


async def test_a_value_out_of_range_is_refused_with_its_input(backend: Backend) -> None:
    graph = plain()
    graph["1"]["inputs"]["width"] = 100_000
    with pytest.raises(BadInput) as refusal:
        await run(backend, graph)

    assert (refusal.value.title, refusal.value.input) == ("Colour", "width")
    assert "16384" in refusal.value.message


async def test_a_graph_without_outputs_is_refused(backend: Backend) -> None:
    graph = plain()
    del graph["2"]
    with pytest.raises(PromptRefused) as refusal:
        await run(backend, graph)

    assert refusal.value.type == "prompt_no_outputs"


async def test_an_output_that_the_server_leaves_out_is_a_warning(backend: Backend) -> None:
    graph = plain() | {"3": node("SaveImage", "Second save", filename_prefix="x")}
    async with Follower(backend, graph) as follower:
        settled = await follower.settled()

    (warning,) = follower.all(Accepted)[0].warnings
    assert isinstance(warning, BadInput)
    assert (warning.title, warning.input) == ("Second save", "images")
    assert [output.node for output in settled.outputs] == ["2"]


async def test_a_picture_that_cannot_be_read_fails_in_plain_words(backend: Backend) -> None:
    name = await backend.upload(b"this is no picture", f"{uuid4()}.png")
    graph = {"1": node("LoadImage", "Your picture", image=name), "2": node("SaveImage", "Save", images=["1", 0])}
    graph["2"]["inputs"]["filename_prefix"] = "easel/bad"
    settled = await run(backend, graph)

    assert settled.result == "failed"
    assert isinstance(settled.failure, BadPicture)
    assert settled.failure.title == "Your picture"
    assert "/" not in settled.failure.reason


async def test_a_node_that_raises_is_named_with_its_reason(backend: Backend) -> None:
    graph = {
        "1": node("EmptyLatentImage", "Four channels", width=64, height=64, batch_size=1),
        "2": node("EmptySD3LatentImage", "Sixteen channels", width=64, height=64, batch_size=1),
        "3": node("LatentAdd", "Add", samples1=["1", 0], samples2=["2", 0]),
        "4": node("SaveLatent", "Save", samples=["3", 0], filename_prefix=f"easel/{uuid4()}"),
    }
    settled = await run(backend, graph)

    assert settled.result == "failed"
    assert isinstance(settled.failure, NodeFailed)
    assert (settled.failure.title, settled.failure.class_type) == ("Add", "LatentAdd")
    assert "size of tensor" in settled.failure.reason


async def test_an_upload_takes_the_place_of_one_of_that_name(backend: Backend) -> None:
    name = f"{uuid4()}.png"
    first = await backend.upload(png((255, 0, 0)), name)
    second = await backend.upload(png((0, 255, 0)), name)
    graph = {
        "1": node("LoadImage", "Picture", image=second),
        "2": node("SaveImage", "Save", images=["1", 0], filename_prefix=f"easel/{uuid4()}"),
    }
    settled = await run(backend, graph)

    assert first == second == f"easel/{name}"
    with Image.open(io.BytesIO(await backend.fetch(settled.outputs[0], ceiling=MEGABYTE))) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == (0, 255, 0)


async def test_an_upload_keeps_no_name_of_a_persons(backend: Backend) -> None:
    name = await backend.upload(png((0, 0, 255)), "../../ein Bild mit Ümlaut?.png")

    assert name.startswith("easel/")
    assert name.isascii()
    assert ".." not in name


async def test_a_file_above_the_ceiling_is_not_fetched(backend: Backend) -> None:
    settled = await run(backend, plain())
    with pytest.raises(TooLarge) as refusal:
        await backend.fetch(settled.outputs[0], ceiling=10)

    assert refusal.value.size is not None
    assert refusal.value.size > 10


async def test_a_file_that_is_gone_says_so(backend: Backend) -> None:
    with pytest.raises(ServerLost):
        await backend.fetch(Output("9", "file", f"{uuid4()}.png", "easel"), ceiling=MEGABYTE)


async def test_previewed_pictures_count_where_nothing_is_saved(backend: Backend) -> None:
    graph = plain() | {"2": node("PreviewImage", "Look", images=["1", 0])}
    settled = await run(backend, graph)

    assert [output.type for output in settled.outputs] == ["temp"]
    assert await backend.fetch(settled.outputs[0], ceiling=MEGABYTE)


async def test_text_is_an_output(backend: Backend) -> None:
    words = f"a fox {uuid4()}"
    graph = {"1": node("PrimitiveString", "Words", value=words), "2": node("PreviewAny", "Show", source=["1", 0])}
    settled = await run(backend, graph)

    assert settled.outputs == (Output("2", "text", text=words),)


async def test_sound_is_an_output(backend: Backend) -> None:
    name = await backend.upload(wav(), f"{uuid4()}.wav")
    graph = {
        "1": node("LoadAudio", "Sound", audio=name),
        "2": node("SaveAudio", "Save", audio=["1", 0], filename_prefix=f"easel/{uuid4()}"),
    }
    settled = await run(backend, graph)

    assert settled.outputs[0].filename.endswith(".flac")
    assert (await backend.fetch(settled.outputs[0], ceiling=MEGABYTE)).startswith(b"fLaC")


async def test_moving_pictures_are_outputs(backend: Backend) -> None:
    graph = plain() | {
        "1": node("EmptyImage", "Colour", width=64, height=64, batch_size=4, color=uuid4().int % 2**24),
        "2": node(
            "SaveAnimatedWEBP",
            "Save",
            images=["1", 0],
            filename_prefix=f"easel/{uuid4()}",
            fps=6.0,
            lossless=True,
            quality=80,
            method="default",
        ),
        "3": node(
            "SaveWEBM", "Film", images=["1", 0], filename_prefix=f"easel/{uuid4()}", codec="vp9", fps=6.0, crf=32.0
        ),
    }
    settled = await run(backend, graph)

    assert [output.filename.rsplit(".")[-1] for output in settled.outputs] == ["webp", "webm"]


def png(color: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), color).save(buffer, "PNG")
    return buffer.getvalue()


def wav() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 4))) for n in range(4000)))
    return buffer.getvalue()
