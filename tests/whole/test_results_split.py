"""More or larger files than one message takes."""

from __future__ import annotations

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Message, Refusal, Request
from tests.whole.conftest import Easel, finished
from tests.whole.making import MANIFEST, noise, opened, pictures

COLOURS = 12


def shades(messages: list[Message]) -> list[int]:
    """The red of each picture, in the order shown."""
    return [opened(image.data).convert("RGB").tobytes()[0] for message in messages for image in message.images]


async def make(easel: Easel, comfyui: Simulator, count: int) -> list[Message]:
    """The channel's messages once that many pictures, each with its number as its red, were posted."""
    frames = [noise(8, seed=number) for number in range(count)]
    for number, frame in enumerate(frames):
        frame.putpixel((0, 0), (number, 0, 0))
    easel.add_workflow("make", pictures(comfyui, *frames), MANIFEST)
    async with easel.running():
        await (await easel.server.person("alice").slash("make")).wait(finished)
    return easel.server.messages("general")


async def test_more_than_ten_files_go_on_below(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    messages = await make(easel, comfyui, 12)

    assert [len(message.images) for message in messages] == [10, 2]
    assert shades(messages) == list(range(12))
    assert "10 of 12 files; the others follow below." in messages[0].text
    assert messages[1].text.endswith("11–12 of 12")
    assert messages[1].reference == messages[0].id
    (job,) = await easel.jobs()
    assert job.delivered
    assert job.parts == {10: messages[1].id, 11: messages[1].id}


async def test_files_too_large_together_are_split(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async def refuse(moment: str, request: Request) -> None:
        if moment == "request" and len(request.files) > 3:
            raise Refusal(413, 40005, "Request entity too large")

    discord_server.on(refuse)

    messages = await make(easel, comfyui, 5)

    assert [len(message.images) for message in messages] == [2, 2, 1]
    assert shades(messages) == list(range(5))


async def test_a_file_that_discord_refuses_alone_is_explained(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async def refuse(moment: str, request: Request) -> None:
        if moment == "request" and any(name.startswith("easel-") for name, _size in request.files):
            raise Refusal(413, 40005, "Request entity too large")

    discord_server.on(refuse)

    messages = await make(easel, comfyui, 2)

    assert [len(message.images) for message in messages] == [0, 0]
    assert all("Discord does not take this file: it is too large here." in message.text for message in messages)


async def test_a_follow_up_whose_answer_was_lost_is_there_once(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    lost = False

    async def cut(moment: str, request: Request) -> None:
        nonlocal lost
        if moment == "answer" and request.method == "POST" and request.path.endswith("/messages") and not lost:
            lost = True
            raise ConnectionResetError

    discord_server.on(cut)

    messages = await make(easel, comfyui, 23)

    assert lost
    assert [len(message.images) for message in messages] == [10, 10, 3]
    assert shades(messages) == list(range(23))
