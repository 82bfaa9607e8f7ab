"""What tests of moderators share: a channel for what they do, jobs to do it to, presses nobody's client offers."""

from __future__ import annotations

import asyncio

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import Answer, Channel, DiscordServer, Message
from bot.playground.interaction import COMPONENT
from bot.playground.message import BUTTON
from tests.whole.conftest import finished, hold_at, listed, shows
from tests.whole.test_imagine import SMALL


async def audited(server: DiscordServer, bot: EaselBot) -> Channel:
    """A channel of the first server into which goes what moderators do."""
    channel = server.add_channel("audit")
    await bot.servers.change(server.guild.id, lambda rules: rules.model_copy(update={"audit_channel": channel.id}))
    await server.person("mona").slash("queue")  # so that the bot knows of the channel: events come in order
    return channel


async def lines(server: DiscordServer, channel: Channel, count: int = 1) -> list[Message]:
    """The messages that everybody in the channel sees, once there are so many."""
    there = asyncio.Event()

    def public() -> list[Message]:
        return [message for message in channel.messages.values() if not message.ephemeral]

    def look(thing: object) -> None:
        if len(public()) >= count:
            there.set()

    server.world.observers.append(look)
    look(None)
    async with asyncio.timeout(10):
        await there.wait()
    server.world.observers.remove(look)
    return public()


async def running(server: DiscordServer, comfyui: Simulator, prompt: str = "a fox") -> Message:
    """A job of alice's that stands at its first step."""
    hold_at(comfyui, 1)
    answer = await server.person("alice").slash("imagine", prompt=prompt, **SMALL)
    return await answer.wait(shows("step 1 of 2"))


async def done(server: DiscordServer, bot: EaselBot, prompt: str = "a fox") -> Message:
    """A job of alice's that has ended."""
    await listed(bot)
    return await (await server.person("alice").slash("imagine", prompt=prompt, **SMALL)).wait(finished)


def planted(server: DiscordServer, channel: Channel, custom_id: str, *, content: str = "here") -> Message:
    """A message of the bot's with a button that it would not send there."""
    button = {"type": 2, "style": 2, "label": "Press", "custom_id": custom_id}
    payload = {"content": content, "components": [{"type": 1, "components": [button]}]}
    return server.parts.messages.create(channel, server.world.bot, payload, {})


async def forge(server: DiscordServer, who: str, message: Message, custom_id: str) -> Answer:
    """A press of a button that is not there."""
    data = {"custom_id": custom_id, "component_type": 2, "id": 1}
    return await server.person(who).interact(COMPONENT, message.channel, data, source=message)


def rename(message: Message, button: str, custom_id: str) -> None:
    """A button as a forger would have it: discord.py passes over presses of those that are not in the message."""
    message.part(button, (BUTTON,))["custom_id"] = custom_id
