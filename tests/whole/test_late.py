"""Jobs that outlive Discord's fifteen minutes: the same message goes on, by the bot's own token."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, edits, finished, hold_at, listed, shows
from tests.whole.making import MANIFEST, files
from tests.whole.test_imagine import SMALL

LATE = 16 * 60.0


async def test_the_result_arrives_in_the_same_message(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    hold_at(comfyui, 1)
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", size="256x256", steps=3)
    message = await answer.wait(shows("step 1 of 3"))
    discord_server.advance(LATE)
    comfyui.release()
    await message.wait(finished)

    assert len(message.images) == 1
    assert discord_server.messages("general") == [message]
    assert edits(discord_server)[-1].path == f"/channels/{message.channel.id}/messages/{message.id}"
    assert not [refused for refused in discord_server.refused if refused.status == 401]


async def test_a_running_job_is_shown_further(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    hold_at(comfyui, 1)
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", size="256x256", steps=3)
    message = await answer.wait(shows("step 1 of 3"))
    discord_server.advance(LATE)
    hold_at(comfyui, 2)
    comfyui.release()

    await message.wait(shows("step 2 of 3"))

    comfyui.release()
    await message.wait(finished)


async def test_a_waiting_job_is_not_edited_for_its_place(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    comfyui.hold()
    await listed(bot)
    answers = [await alice.slash("imagine", prompt=f"{number}", **SMALL) for number in range(5)]
    message = await answers[4].wait(shows("4 jobs before yours"))
    known = len(message.versions)
    discord_server.advance(LATE)
    comfyui.release()
    await message.wait(finished)

    assert message.images
    assert "before yours" not in "".join(version.text for version in message.versions[known:])


async def test_a_late_batch_goes_on_below_its_message(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    hold_at(comfyui, 1)
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", count=12, **SMALL)
    await answer.wait(shows("step 1 of 2"))
    discord_server.advance(LATE)
    comfyui.release()
    await answer.wait(finished)
    comfyui.hold()

    bot.stop()
    await bot.runner.drain(5)
    messages = discord_server.messages("general")
    assert [len(message.images) for message in messages] == [10, 2]


async def test_a_late_file_keeps_to_the_server_s_own_limit(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """The person's own limit, higher with Nitro, ends with the interaction's token."""
    discord_server.parts.files.upload_limit = 50 * 2**20
    large = BytesIO()
    Image.new("RGB", (1900, 1900)).save(large, "PNG", compress_level=0)
    easel.add_workflow("make", files(comfyui, (".png", large.getvalue())), MANIFEST)
    comfyui.hold()
    async with easel.running():
        answer = await discord_server.person("alice").slash("make")
        message = await answer.wait(shows("/make"))
        discord_server.advance(LATE)
        discord_server.parts.files.upload_limit = 10 * 2**20
        comfyui.release()
        await message.wait(finished)

    assert len(message.images) == 1
    assert message.images[0].size <= 10 * 2**20


async def test_a_job_in_direct_messages_ends_there(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    hold_at(comfyui, 1)
    answer = await alice.slash("imagine", prompt="a fox", channel=alice.dm, size="256x256", steps=2)
    message = await answer.wait(shows("step 1 of 2"))
    discord_server.advance(LATE)
    comfyui.release()
    await message.wait(finished)

    assert list(alice.dm.messages.values()) == [message]
    assert message.images


@pytest.mark.parametrize("trouble", ["cut", 30046])
async def test_a_late_result_lands_though_discord_fails_it_at_first(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, trouble: str | int
) -> None:
    from bot.playground import Refusal, Request

    failures: list[int] = []

    async def fail(moment: str, request: Request) -> None:
        final = request.method == "PATCH" and any(name.startswith("easel-") for name, _size in request.files)
        if moment != "request" or not final or failures:
            return
        failures.append(1)
        if isinstance(trouble, int):
            raise Refusal(400, trouble, "Maximum number of edits to messages older than 1 hour reached")
        raise ConnectionResetError

    discord_server.on(fail)
    hold_at(comfyui, 1)
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)
    message = await answer.wait(shows("step 1 of 2"))
    discord_server.advance(LATE)
    comfyui.release()
    await message.wait(finished)

    assert failures
    assert discord_server.messages("general") == [message]
    assert message.images
