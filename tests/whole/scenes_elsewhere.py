"""The app that a person added to their account: in a chat with somebody else, where Discord grants fifteen minutes."""

from __future__ import annotations

from tests.whole.conftest import finished, shows
from tests.whole.gallery import Gallery, Scene

LATE = 16 * 60


async def chat(studio: Gallery) -> None:
    """The hint before a long wait, where it went, and the result there; late; direct messages.

    The first scene of all: while nobody knows how long jobs take, any wait may be a long one.
    """
    alice, bob = studio.discord.person("alice"), studio.discord.person("bob")
    studio.discord.install(alice)
    place = alice.chat(bob)
    with studio.held():
        for number in range(3):
            await studio.waiting("bob", f"an old train {number}")
        await studio.use("alice", "imagine", place=place, prompt="a fox in the snow", size="512x512")
        message = list(place.messages.values())[-1]
        await message.wait(shows("15 minutes"), timeout=20)
        await studio.shot("chat-hint", channel=place)
        await alice.click(message, "Send it to my DMs")
        await message.wait(shows("goes on"), timeout=20)
        await studio.shot("chat-moved", channel=place)
        await studio.shot("chat-moved-dm", channel=alice.dm)
    await studio.go_on()
    await studio.shot("chat-result-dm", channel=alice.dm)
    studio.clear()
    late = await studio.use("alice", "imagine", place=place, prompt="a castle", size="512x512")
    await late.wait(finished, timeout=30)
    await studio.shot("chat-result", "bob", place)
    studio.clear()
    studio.halt = 10
    late = await studio.use("alice", "imagine", place=place, prompt="a whale", size="512x512", steps=20)
    await late.wait(shows("step 10 of 20"), timeout=30)
    studio.now[0] += LATE
    studio.discord.advance(1)
    await studio.go_on()
    await studio.shot("chat-late-dm", channel=alice.dm)
    studio.clear()
    await studio.make("alice", "imagine", place=alice.dm, prompt="an owl", size="512x512")
    await studio.shot("dm", channel=alice.dm)
    studio.discord.install(alice, on=False)


async def restarting(studio: Gallery) -> None:
    """The last scene: the bot is stopped while a job runs."""
    with studio.held():
        message = await studio.waiting("alice", "a harbour in the fog")
        await message.wait(shows("🎨"), timeout=20)
        studio.playground.bot.stop()
        await message.wait(shows("being restarted"), timeout=20)
        await studio.shot("restarting")


SCENES: tuple[Scene, ...] = (chat,)
LAST: tuple[Scene, ...] = (restarting,)
