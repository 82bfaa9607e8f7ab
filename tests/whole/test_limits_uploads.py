"""Files that people attach: taken, or refused in a sentence that only they see."""

from __future__ import annotations

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Request
from tests.whole.conftest import Easel, finished, graphs
from tests.whole.making import MANIFEST, entry, noise, opened

NO_PICTURE = "`picture`: That file is not a picture. Attach a PNG, JPEG or WebP file."


def encoded(picture: Image.Image, form: str = "PNG") -> bytes:
    file = BytesIO()
    picture.save(file, form)
    return file.getvalue()


@pytest.fixture
def inverting(easel: Easel) -> Easel:
    """With a command /invert that takes two pictures and inverts the first."""
    graph = {
        "1": entry("LoadImage", "Picture", image="example.png"),
        "2": entry("ImageInvert", "Invert", image=["1", 0]),
        "3": entry("SaveImage", "Save", images=["2", 0], filename_prefix="a"),
        "4": entry("LoadImage", "Other", image="example.png"),
        "5": entry("SaveImage", "Save other", images=["4", 0], filename_prefix="b"),
    }
    options = '[[option]]\nname = "picture"\ntype = "image"\nrequired = true\ntargets = ["Picture.image"]\n'
    options += '[[option]]\nname = "other"\ntype = "image"\ntargets = ["Other.image"]\n'
    easel.add_workflow("invert", graph, MANIFEST + options)
    return easel


async def told(server: DiscordServer, name: str, **pictures: tuple[str, bytes]) -> str:
    """What only this person sees in the end; everybody else sees nothing."""
    followed = asyncio.Event()

    async def watch(moment: str, request: Request) -> None:
        if (moment, request.method) == ("answer", "POST") and request.path.startswith("/webhooks/"):
            followed.set()

    server.on(watch)
    answer = await server.person(name).slash("invert", values=pictures)
    if not answer.ephemeral:
        async with asyncio.timeout(10):
            await followed.wait()
    (message,) = [message for message in server.messages("general") if message.text]
    assert message.only_for is server.person(name).user
    assert server.person("bob").sees("general") == []
    return message.text


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
async def test_a_picture_goes_through_comfyui(discord_server: DiscordServer, inverting: Easel, form: str) -> None:
    picture = encoded(Image.new("RGB", (8, 8), "black"), form)
    alice = discord_server.person("alice")

    async with inverting.running():
        answer = await alice.slash(
            "invert", picture=(f"../ü \u202e.{form}", picture), other=("b.png", encoded(noise(4)))
        )
        message = await answer.wait(finished)

    assert opened(message.images[0].data).getpixel((0, 0)) == (255, 255, 255)
    assert opened(message.images[1].data).tobytes() == noise(4).tobytes()
    kept = sorted(path.name for path in (inverting.folder / "files").rglob("*.*"))
    assert kept == ["other.png", f"picture.{form.lower()}"]


@pytest.mark.parametrize(
    ("name", "data"),
    [("notes.txt", b"hello"), ("song.mp3", b"ID3\x04"), ("fake.png", b"MZ\x90\x00\x03"), ("x", b"GIF")],
)
async def test_what_is_no_picture_is_refused(
    discord_server: DiscordServer, comfyui: Simulator, inverting: Easel, name: str, data: bytes
) -> None:
    async with inverting.running():
        text = await told(discord_server, "alice", picture=(name, data))

    assert text == NO_PICTURE
    assert not graphs(comfyui)
    assert not await inverting.jobs()


async def test_a_second_file_that_is_no_picture_leaves_nothing_of_the_first(
    discord_server: DiscordServer, inverting: Easel
) -> None:
    async with inverting.running():
        await told(discord_server, "alice", picture=("a.png", encoded(noise(4))), other=("b.png", b"no"))

    assert not [path for path in (inverting.folder / "files").rglob("*") if path.is_file()]
    assert not await inverting.jobs()


async def test_a_file_that_is_too_large_is_refused_before_it_is_fetched(
    discord_server: DiscordServer, inverting: Easel
) -> None:
    discord_server.parts.files.upload_limit = 100 * 2**20
    async with inverting.running():
        answer = await discord_server.person("alice").slash("invert", picture=("a.png", bytes(50 * 2**20 + 1)))

    assert answer.ephemeral
    assert answer.message.text == "`picture`: That file is larger than 50 MB. Attach a smaller one."


async def test_a_picture_of_too_many_pixels_is_refused(discord_server: DiscordServer, inverting: Easel) -> None:
    huge = encoded(Image.new("1", (9000, 9000)))
    async with inverting.running():
        answer = await discord_server.person("alice").slash("invert", picture=("a.png", huge))

    assert answer.ephemeral
    assert answer.message.text == "`picture`: That picture has more than 64 million pixels. Attach a smaller one."


async def test_a_file_that_discord_does_not_hand_over_is_asked_for_again(
    discord_server: DiscordServer, inverting: Easel
) -> None:
    async with inverting.running():

        async def forget(moment: str, request: Request) -> None:
            if request.path.endswith("/callback"):
                discord_server.world.files.clear()

        discord_server.on(forget)
        text = await told(discord_server, "alice", picture=("a.png", encoded(noise(4))))

    assert text == "`picture`: Discord did not hand over the file. Attach it again."
