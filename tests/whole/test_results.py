"""What a finished job puts into its message: pictures, other files, texts; and what it keeps to itself."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Message
from tests.whole.conftest import Easel, finished, visible
from tests.whole.making import MANIFEST, files, noise, opened, pictures, saved_by, texts
from tests.whole.test_imagine import SMALL


async def made(easel: Easel, graph: dict[str, Any]) -> Message:
    """The finished message of a workflow without options."""
    easel.add_workflow("make", graph, MANIFEST)
    async with easel.running():
        return await (await easel.server.person("alice").slash("make")).wait(finished)


async def test_a_picture_is_posted_without_its_graph_and_with_every_pixel(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    original = noise(32, mode="RGBA")

    message = await made(easel, pictures(comfyui, original))

    posted = opened(message.images[0].data)
    assert posted.tobytes() == original.tobytes()
    assert not getattr(posted, "text", {})
    assert b"class_type" not in message.images[0].data


async def test_the_graph_stays_in_the_file_where_the_operator_wants_that(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes["keep_metadata"] = True

    message = await made(easel, pictures(comfyui, noise(32)))

    assert "prompt" in opened(message.images[0].data).info


@pytest.mark.parametrize(
    ("class_type", "inputs", "content_type"),
    [
        ("SaveVideo", {"video": ["2", 0], "format": "mp4", "format.codec": "h264"}, "video/mp4"),
        ("SaveWEBM", {"images": ["1", 0], "codec": "vp9", "fps": 8.0, "crf": 32.0}, "video/webm"),
        (
            "SaveAnimatedWEBP",
            {"images": ["1", 0], "fps": 8.0, "lossless": True, "quality": 80, "method": "default"},
            "image/webp",
        ),
        ("SaveAnimatedPNG", {"images": ["1", 0], "fps": 8.0, "compress_level": 4}, "image/png"),
        ("SaveAudio", {"audio": ["3", 0]}, "audio/flac"),
        ("SaveAudioMP3", {"audio": ["3", 0], "quality": "V0"}, "audio/mpeg"),
        ("SaveAudioOpus", {"audio": ["3", 0], "quality": "128k"}, "audio/ogg"),
        ("SaveLatent", {"samples": ["4", 0]}, "application/octet-stream"),
    ],
)
async def test_whatever_a_workflow_saves_is_posted(
    discord_server: DiscordServer, easel: Easel, class_type: str, inputs: dict[str, Any], content_type: str
) -> None:
    message = await made(easel, saved_by(class_type, **inputs))

    assert [file.content_type for file in message.files] == [content_type], message.text
    assert class_type == "SaveLatent" or b"class_type" not in message.files[0].data


async def test_a_file_of_unknown_kind_keeps_its_extension(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    message = await made(easel, files(comfyui, (".splat", b"\x00\x01\x02"), (".txt", b"hello")))

    assert [re.sub(r".*(-\d\.\w+)$", r"\1", file.name) for file in message.files] == ["-1.splat", "-2.txt"]


async def test_a_text_is_shown_as_it_is(discord_server: DiscordServer, easel: Easel) -> None:
    message = await made(easel, texts("A fox, *seen* by @everyone\n\n# in " + "snow " * 100, "and more"))

    assert "> A fox, *seen* by @everyone\n> \n> # in " + ("snow " * 100).strip() in visible(message)
    assert "> and more" in visible(message)
    assert not message.files


async def test_a_long_text_comes_as_a_file(discord_server: DiscordServer, easel: Easel) -> None:
    long = "fox in the snow, " * 500

    message = await made(easel, texts("short", long))

    assert "> short" in message.text
    assert [file.data.decode() for file in message.files] == [long]
    assert message.files[0].name.endswith(".txt")


async def test_a_picture_over_the_limit_is_compressed_and_keeps_its_alpha(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    discord_server.parts.files.upload_limit = 60_000

    message = await made(easel, pictures(comfyui, noise(256, mode="RGBA")))

    posted = opened(message.images[0].data)
    assert len(message.images[0].data) <= 60_000
    assert posted.mode == "RGBA"
    assert posted.getpixel((2, 2))[3] == 0  # type: ignore[index]  # a pixel of four
    assert posted.getpixel((posted.width - 2, 2))[3] == 255  # type: ignore[index]  # a pixel of four
    assert "Pictures here can have 0.1 MB at most, so larger ones were" in message.text
    assert "size `256x256`" in message.text


async def test_a_file_over_the_limit_is_explained_and_the_others_are_posted(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    discord_server.parts.files.upload_limit = 60_000

    message = await made(easel, files(comfyui, (".bin", bytes(70_000)), (".bin", b"\x00small")))

    assert [file.size for file in message.files] == [6]
    assert "A file is missing: it is over the 0.1 MB it can have here. Try a shorter or smaller one." in message.text


async def test_a_picture_that_cannot_be_opened_is_explained(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    discord_server.parts.files.upload_limit = 60_000

    message = await made(easel, files(comfyui, (".png", b"\x89PNG\r\n\x1a\n" + bytes(70_000))))

    assert not message.files
    assert "A picture is missing" in message.text


async def test_files_that_are_gone_from_the_server_are_explained(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """They were deleted before anybody fetched them."""

    async def forget(moment: str, facts: dict[str, Any]) -> None:
        if moment == "history":
            for path in (comfyui.folders.root / "output").rglob("*.png"):
                path.unlink()

    comfyui.on(forget)

    message = await made(easel, pictures(comfyui, noise(16)))

    assert not message.files
    assert "The files of this job can no longer be had from ComfyUI. Run the command again." in message.text


async def test_a_workflow_that_makes_nothing_says_so(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    message = await made(easel, files(comfyui))

    assert "❌ The workflow ran but made no file and no text." in message.text


async def test_the_same_seed_again_is_fetched_anew_for_each_person(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """ComfyUI reruns from its cache; each job has files of its own all the same."""
    async with easel.running():
        for name in ("alice", "bob"):
            await (await discord_server.person(name).slash("imagine", prompt="a", seed=1, **SMALL)).wait(finished)

    first, second = discord_server.messages("general")
    assert first.images[0].data == second.images[0].data
    assert first.images[0].name != second.images[0].name


async def test_only_the_outputs_a_workflow_names_are_posted(easel: Easel, comfyui: Simulator) -> None:
    easel.add_workflow("make", texts("wanted", "between"), f'{MANIFEST}outputs = ["Show 0"]\n')

    async with easel.running():
        message = await (await easel.server.person("alice").slash("make")).wait(finished)

    assert "wanted" in message.text
    assert "between" not in message.text
