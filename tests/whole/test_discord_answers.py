"""Answering in time, once, to the right people, and what a token is still good for afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from typing import TypeAlias

import discord
import pytest

from bot.playground import Answer, DiscordServer, Message

from .discord_bot import SmallBot, gallery, picture, running

Act: TypeAlias = Callable[[discord.Interaction], Awaitable[None]]


@asynccontextmanager
async def acting(act: Act, server: DiscordServer) -> AsyncIterator[SmallBot]:
    """A bot whose `/act` does this."""
    bot = SmallBot()

    @bot.tree.command(name="act", description="Act")
    async def command(interaction: discord.Interaction) -> None:
        await act(interaction)

    async with running(server, bot):
        yield bot


async def outcome(server: DiscordServer, act: Act) -> tuple[Answer, list[Exception]]:
    """What alice saw of `/act`, and what the bot was told when it failed."""
    errors: list[Exception] = []
    done = asyncio.Event()

    async def caught(interaction: discord.Interaction) -> None:
        try:
            await act(interaction)
        except discord.DiscordException as error:
            errors.append(error)
            server.advance(4)
        done.set()

    async with acting(caught, server), asyncio.timeout(10):
        answer = await server.person("alice").slash("act")
        await done.wait()
    return answer, errors


def code(errors: list[Exception]) -> tuple[int, int]:
    (error,) = errors
    assert isinstance(error, discord.HTTPException)
    return error.status, error.code


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


async def test_an_answer_after_three_seconds_is_unknown(server: DiscordServer) -> None:
    async def late(interaction: discord.Interaction) -> None:
        server.advance(3.5)
        await interaction.response.defer()

    _, errors = await outcome(server, late)

    assert code(errors) == (404, 10062)


async def test_a_second_answer_from_elsewhere_is_refused(server: DiscordServer) -> None:
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        other = discord.InteractionResponse[discord.Client](interaction)
        await other.defer()

    _, errors = await outcome(server, twice)

    assert code(errors) == (400, 40060)


async def test_the_first_defer_decides_who_sees_it(server: DiscordServer) -> None:
    async def whispered(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        await interaction.edit_original_response(content="for you")

    answer, _ = await outcome(server, whispered)

    assert answer.ephemeral
    assert server.person("alice").sees("general") == [answer.message]
    assert server.person("bob").sees("general") == []


async def test_the_first_follow_up_takes_the_placeholders_place(server: DiscordServer) -> None:
    async def followed(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send("one", ephemeral=True)
        await interaction.followup.send("two", ephemeral=True)

    answer, _ = await outcome(server, followed)

    assert [(message.text, message.ephemeral) for message in server.messages("general")] == [
        ("one", False),
        ("two", True),
    ]
    assert answer.message.text == "one"


async def test_after_fifteen_minutes_only_the_bots_own_token_edits(server: DiscordServer) -> None:
    async def slow(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        message = await interaction.edit_original_response(content="working")
        server.advance(15 * 60 + 1)
        place = interaction.client.get_partial_messageable(message.channel.id)
        file = discord.File(BytesIO(picture()), "fox.png")
        await place.get_partial_message(message.id).edit(
            content=None, view=gallery("late", "fox.png"), attachments=[file]
        )
        await interaction.edit_original_response(content="dead")

    answer, errors = await outcome(server, slow)

    assert code(errors) == (401, 50027)
    assert answer.message.text == "late"
    assert [file.name for file in answer.message.images] == ["fox.png"]


async def test_an_ephemeral_message_is_unknown_to_the_bots_token(server: DiscordServer) -> None:
    async def whispered(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)
        message = await interaction.original_response()
        place = interaction.client.get_partial_messageable(message.channel.id)
        await place.get_partial_message(message.id).edit(content="loud")

    _, errors = await outcome(server, whispered)

    assert code(errors) == (404, 10008)


async def test_a_file_over_the_limit_is_refused_and_changes_nothing() -> None:
    async with DiscordServer(upload_limit=1000) as server:

        async def heavy(interaction: discord.Interaction) -> None:
            await interaction.response.defer(thinking=True)
            assert interaction.filesize_limit == 1000
            await interaction.edit_original_response(attachments=[discord.File(BytesIO(bytes(1001)), "big.bin")])

        answer, errors = await outcome(server, heavy)

        assert code(errors) == (413, 40005)
        assert answer.message.loading
        assert server.refused[-1].code == 40005


async def test_an_eleventh_file_is_refused(server: DiscordServer) -> None:
    async def many(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        files = [discord.File(BytesIO(b"x"), f"{number}.txt") for number in range(11)]
        await interaction.edit_original_response(attachments=files)

    _, errors = await outcome(server, many)

    assert code(errors) == (400, 50035)
    assert "attachments" in (server.refused[-1].errors or {})


async def test_unlisted_attachments_go_and_listed_ones_stay(server: DiscordServer) -> None:
    async def kept(interaction: discord.Interaction) -> None:
        files = [discord.File(BytesIO(picture()), name) for name in ("a.png", "b.png")]
        await interaction.response.send_message("two", files=files)
        message = await interaction.original_response()
        new = discord.File(BytesIO(picture()), "c.png")
        await message.edit(attachments=[message.attachments[1], new])

    answer, errors = await outcome(server, kept)

    assert not errors
    assert [file.name for file in answer.message.files] == ["b.png", "c.png"]


async def test_files_shown_by_components_are_hidden_from_the_attachments(server: DiscordServer) -> None:
    seen: list[discord.Message] = []

    async def shown(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        file = discord.File(BytesIO(picture()), "fox.png")
        seen.append(await interaction.edit_original_response(view=gallery("a fox", "fox.png"), attachments=[file]))
        (container,) = seen[0].components
        assert isinstance(container, discord.Container)
        items = container.children[1]
        assert isinstance(items, discord.MediaGalleryComponent)
        assert await interaction.client.http.get_from_cdn(items.items[0].media.url) == picture()

    answer, errors = await outcome(server, shown)

    assert not errors
    assert seen[0].attachments == []
    assert [file.name for file in answer.message.images] == ["fox.png"]


async def test_components_that_name_a_missing_file_are_refused(server: DiscordServer) -> None:
    async def missing(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=gallery("a fox", "nowhere.png"))

    _, errors = await outcome(server, missing)

    assert code(errors) == (400, 50035)
    assert "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND" in str(server.refused[-1].errors)


async def test_content_cannot_stand_beside_v2_components(server: DiscordServer) -> None:
    async def mixed(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=gallery("a fox"))
        await interaction.edit_original_response(content="words")

    _, errors = await outcome(server, mixed)

    assert code(errors) == (400, 50035)
    assert "content" in (server.refused[-1].errors or {})


async def test_an_edit_is_seen_by_who_waits_for_it(server: DiscordServer) -> None:
    async def counting(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("0")
        for number in range(1, 4):
            await interaction.edit_original_response(content=str(number))

    async with acting(counting, server):
        answer = await server.person("alice").slash("act")
        seen: list[str] = []

        def at_three(message: Message) -> bool:
            seen.append(message.text)
            return message.text == "3"

        message = await answer.wait(at_three)

    assert message.edits == 3
    assert [version.text for version in message.versions] == ["0", "1", "2", "3"]
