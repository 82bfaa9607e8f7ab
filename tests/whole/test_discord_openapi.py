"""What discord.py sends and what the loopback Discord answers both conform to Discord's OpenAPI description."""

from __future__ import annotations

from bot.app import EaselBot
from bot.playground import DiscordServer, Upload

from .conftest import finished
from .discord_bot import picture, point_at, running
from .discord_spec import discord_spec
from .page_bot import PageBot
from .test_discord import drawing_bot
from .test_discord_people import helpful_bot


async def test_pictures_in_one_message_conform() -> None:
    spec = discord_spec()
    async with DiscordServer() as server, running(server, drawing_bot()):
        upload = Upload("photo.png", picture())
        answer = await server.person("alice").slash("draw", prompt="a fox", source=upload)
        await answer.wait(lambda message: "done" in message.text)

        assert spec.mistakes(server) == []
        assert spec.checked > 6


async def test_easel_itself_conforms(discord_server: DiscordServer, bot: EaselBot) -> None:
    spec = discord_spec()
    alice = discord_server.person("alice")
    answer = await alice.slash("imagine", prompt="a fox in the snow", count=2)
    await alice.autocomplete("imagine", "sampler", "eul", prompt="a fox")
    await alice.slash("queue")
    await answer.wait(finished)

    assert spec.mistakes(discord_server) == []


async def test_everything_people_do_conforms() -> None:
    spec = discord_spec()
    async with DiscordServer() as server, running(server, helpful_bot()):
        alice, bob = server.person("alice"), server.person("bob")
        await alice.autocomplete("paint", "colour", "re", size=3)
        painted = await alice.slash("paint", colour="red", size=1)
        await alice.slash("point", at=bob, where=server.channel("art"), role=server.guild.roles[1], loud=False)
        await (await bob.click(painted.message, "More")).wait(lambda message: "bob" in message.text)
        await alice.select(painted.message, "Whom?", bob)
        await alice.menu("Repeat", painted.message)
        await alice.menu("Greet", bob)
        asked = await alice.click(painted.message, "ask")
        assert asked.modal is not None
        await asked.modal.submit(Words="a fox", Colour="blue", Photo=Upload("photo.png", picture()))

        assert spec.mistakes(server) == []


async def test_what_a_bot_does_by_itself_conforms() -> None:
    spec = discord_spec()
    async with DiscordServer() as server, PageBot() as bot:
        point_at(server.url)
        await bot.login(server.token)
        general = bot.get_partial_messageable(server.channel("general").id)
        sent = await general.send("here", nonce="1")
        await (await sent.reply("answer")).edit(content="changed")
        await general.fetch_message(sent.id)
        assert [message async for message in general.history(limit=5)]
        await (await bot.fetch_user(server.person("alice").id)).send("hello")
        await bot.fetch_channel(server.channel("art").id)
        guild = await bot.fetch_guild(server.guild.id, with_counts=False)
        await guild.fetch_channels()
        await guild.fetch_member(server.person("mona").id)
        await bot.tree.fetch_commands()
        await sent.delete()

        assert spec.mistakes(server) == []


async def test_what_does_not_conform_is_found() -> None:
    spec = discord_spec()
    async with DiscordServer() as server, PageBot() as bot:
        point_at(server.url)
        await bot.login(server.token)
        await bot.get_partial_messageable(server.channel("general").id).send("here", silent=True)
        asked = server.requests[-1]
        assert isinstance(asked.payload, dict)
        assert isinstance(asked.answer, dict)
        asked.payload["content"] = "a" * 4001
        del asked.answer["author"]

        assert [mistake.split(": ")[1][:20] for mistake in spec.mistakes(server)] == [
            "'aaaaaaaaaaaaaaaaaaa",
            "'author' is a requir",
        ]
