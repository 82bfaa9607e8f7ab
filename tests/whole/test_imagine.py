"""/imagine, as a member sees it."""

from __future__ import annotations

from bot.app import EaselBot
from bot.playground import DiscordServer
from tests.whole.conftest import finished


async def test_a_prompt_becomes_a_picture(discord_server: DiscordServer, bot: EaselBot) -> None:
    alice = discord_server.person("alice")

    answer = await alice.slash("imagine", prompt="a fox in the snow", seed=7)
    message = await answer.wait(finished)

    assert "a fox in the snow" in message.text
    assert "seed `7`" in message.text
    assert [image.content_type for image in message.images] == ["image/png"]
