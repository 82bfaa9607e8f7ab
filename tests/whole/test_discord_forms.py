"""Everything that a person can type, choose and fill in, and how a client says no."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.playground import Answer, DiscordServer, Message, Modal, Upload

from .discord_bot import picture, running
from .discord_forms import forms_bot

MAKE = "make new thing"


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server, running(server, forms_bot()):
        yield server
        assert not server.refused


@pytest.fixture
async def panel(server: DiscordServer) -> Message:
    return (await server.person("alice").slash("panel")).message


async def test_options_of_every_type_arrive_as_what_they_are(server: DiscordServer) -> None:
    upload = Upload("fox.png", picture())
    answer = await server.person("alice").slash(
        MAKE,
        shape="round",
        size="Large",
        count=9,
        weight=2.5,
        loud=True,
        who=server.person("bob"),
        where=server.channel("art"),
        role=server.guild.roles[1],
        whom=server.person("mona"),
        file=upload,
    )

    assert answer.interaction.command == MAKE
    assert answer.message.text == (
        "str:round int:3 int:9 float:2.5 bool:True Member:bob TextChannel:art Role:Moderators Member:mona "
        f"fox.png:{len(upload.data)}"
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "shape is required. Specify a value."),
        ({"shape": "o"}, "shape has to be between 2 and 5 characters long."),
        ({"shape": 5}, "shape cannot be 5: it has to be a text."),
        ({"size": "Huge"}, "size has to be one of Large, Small."),
        ({"count": 10}, "count has to be between 1 and 9."),
        ({"count": 1.5}, "count cannot be 1.5: it has to be a whole number."),
        ({"count": True}, "count cannot be True: it has to be a whole number."),
        ({"weight": 3}, "weight has to be at most 2.5."),
        ({"weight": "2"}, "weight cannot be 2: it has to be a number."),
        ({"loud": 1}, "loud cannot be 1: it has to be True or False."),
        ({"who": "bob"}, "who cannot be bob: it has to be a person."),
        ({"role": "Moderators"}, "role cannot be Moderators: it has to be a role of this server."),
        ({"file": "fox.png"}, "file cannot be fox.png: it has to be a file."),
        ({"colour": "red"}, "There is no option called colour."),
    ],
)
async def test_a_client_does_not_send_what_does_not_fit(
    server: DiscordServer, options: dict[str, Any], told: str
) -> None:
    usual = {"shape": "round"} if options else {}
    with pytest.raises(ValueError, match="^" + told.replace(".", r"\.") + "$"):
        await server.person("alice").slash(MAKE, values=usual | options)


async def test_channels_are_chosen_among_those_that_are_seen_and_taken(server: DiscordServer) -> None:
    alice, art = server.person("alice"), server.channel("art")
    thread = server.add_thread("general", "foxes")
    server.deny(art, alice, view_channel=True)

    with pytest.raises(ValueError, match="where cannot be art: it has to be a channel that you see here"):
        await alice.slash(MAKE, shape="round", where=art)
    with pytest.raises(ValueError, match="where cannot be foxes: this kind of channel is not taken"):
        await alice.slash(MAKE, shape="round", where=thread)
    with pytest.raises(ValueError, match="Choose one of the subcommands of /make new"):
        await alice.slash("make new")


async def test_what_else_was_typed_comes_with_the_autocomplete(server: DiscordServer) -> None:
    alice = server.person("alice")
    choices = await alice.autocomplete(
        MAKE, "shape", "ro", size=3, who=server.person("bob"), file=Upload("fox.png", b"x")
    )

    assert choices == [{"name": "ro(size=3,who=bob)", "value": "x"}]
    with pytest.raises(ValueError, match="size has no autocomplete"):
        await alice.autocomplete(MAKE, "size", "3")


async def test_every_select_gives_what_was_chosen(server: DiscordServer, panel: Message) -> None:
    alice, bob = server.person("alice"), server.person("bob")
    role, thread = server.guild.roles[1], server.add_thread("general", "foxes")
    chosen: list[tuple[Any, ...]] = [
        ("text", "red", "blue"),
        ("text",),
        ("role", role),
        ("mention", bob, role),
        ("channel", thread),
    ]
    answers = [await alice.select(panel, *values) for values in chosen]

    assert [answer.message.text for answer in answers] == [
        "str:red+str:blue",
        "nothing",
        "Role:Moderators",
        "Member:bob+Role:Moderators",
        "AppCommandThread:foxes",
    ]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (("text", "pink"), "pink cannot be chosen here."),
        (("text", "red", "red"), "Each can be chosen once only."),
        (("text", "red", "green", "blue"), "Choose between 0 and 2."),
        (("role",), "Choose 1."),
        (("role", "bob"), "bob cannot be chosen here."),
        (("channel", "#art"), "art cannot be chosen here."),
    ],
)
async def test_a_client_does_not_choose_what_is_not_offered(
    server: DiscordServer, panel: Message, values: tuple[str, ...], told: str
) -> None:
    things = {"bob": server.person("bob"), "#art": server.channel("art")}
    with pytest.raises(ValueError, match=told):
        await server.person("alice").select(panel, *(things.get(value, value) for value in values))  # type: ignore[arg-type]  # the first stays a name


def form(answer: Answer) -> Modal:
    assert answer.modal is not None
    return answer.modal


async def test_a_form_of_every_field_arrives_whole(server: DiscordServer, panel: Message) -> None:
    alice = server.person("alice")
    defaults = await form(await alice.click(panel, "Form")).submit(Colours="red")
    filled = await form(await alice.click(panel, "Form")).submit(
        Words="two foxes", Colours=["red", "blue"], Shade="green", Frames=["green", "blue"]
    )

    assert defaults.message.text == "a fox | red | None | red"
    assert filled.message.text == "two foxes | red+blue | green | green+blue"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "Colours is required."),
        ({"Words": ""}, "Words is required."),
        ({"Words": "a"}, "Words has to be between 2 and 20 characters long."),
        ({"Colours": ["red", "green", "blue"]}, "Choose between 1 and 2."),
        ({"Shade": "pink"}, "pink cannot be chosen here."),
        ({"Frames": ["red", "red"]}, "Each can be chosen once only."),
        ({"Depth": 3}, "This form has no field called Depth"),
    ],
)
async def test_a_form_is_not_sent_before_it_is_right(
    server: DiscordServer, panel: Message, values: dict[str, Any], told: str
) -> None:
    usual = {"Colours": "red"} if values else {}
    modal = form(await server.person("alice").click(panel, "Form"))
    with pytest.raises(ValueError, match=told):
        await modal.submit(**(usual | values))


async def test_things_are_chosen_in_a_form(server: DiscordServer, panel: Message) -> None:
    alice, mona = server.person("alice"), server.person("mona")
    art, role = server.channel("art"), server.guild.roles[1]
    first = await form(await alice.click(panel, "Things")).submit(Where=art)
    files = [Upload("a.txt", b"one"), Upload("b.txt", b"three")]
    second = await form(await alice.click(panel, "Things")).submit(
        Who=mona, Role=role, Where=art, Files=files, Sure=False
    )

    assert first.message.text == "Member:alice |  | AppCommandChannel:art |  | True"
    assert second.message.text == "Member:mona | Role:Moderators | AppCommandChannel:art | a.txt:3+b.txt:5 | False"
    with pytest.raises(ValueError, match="Where is required"):
        await form(await alice.click(panel, "Things")).submit()


async def test_a_form_that_was_put_away_is_gone(server: DiscordServer, panel: Message) -> None:
    asked = await server.person("alice").click(panel, "Form")
    form(asked).close()

    with pytest.raises(LookupError, match="This form is not open any more"):
        await form(asked).submit(Colours="red")


async def test_a_link_opens_a_page_and_the_app_hears_nothing(server: DiscordServer, panel: Message) -> None:
    with pytest.raises(ValueError, match=r"This button opens https://example.com/; the app is not told\."):
        await server.person("alice").click(panel, "Site")


async def test_menus_take_people_and_messages(server: DiscordServer) -> None:
    alice, bob = server.person("alice"), server.person("bob")
    written = bob.say("hello")
    user = await alice.menu("Who is it?", bob)
    own = await alice.menu("Who is it?", server.world.bot)
    message = await alice.menu("What is it?", written)

    assert (user.message.text, own.message.text) == ("Member:bob", "Member:easel")
    assert message.message.text == "bob: hello"
    with pytest.raises(PermissionError, match="There is no Dance here"):
        await alice.menu("Dance", bob)


async def test_what_cannot_be_seen_cannot_be_used(server: DiscordServer, panel: Message) -> None:
    alice, bob = server.person("alice"), server.person("bob")
    answer = await alice.select(panel, "text", "red")
    server.deny(server.channel("general"), bob, view_channel=True)

    for use in (bob.click(panel, "Form"), bob.menu("What is it?", panel), bob.select(panel, "text", "red")):
        with pytest.raises(PermissionError, match="You do not have access to this message"):
            await use
    with pytest.raises(PermissionError, match="You do not have access to this message"):
        await server.person("mona").menu("What is it?", answer.message)


async def test_an_ephemeral_message_is_put_away_by_its_reader(server: DiscordServer, panel: Message) -> None:
    alice = server.person("alice")
    answer = await alice.select(panel, "text", "red")
    before = alice.sees("general")
    alice.dismiss(answer.message)

    assert before == [panel, answer.message]
    assert alice.sees("general") == [panel]
    with pytest.raises(ValueError, match="Only messages that you alone see can be dismissed"):
        alice.dismiss(panel)


async def test_a_deleted_message_cannot_be_used(server: DiscordServer, panel: Message) -> None:
    alice, mona = server.person("alice"), server.person("mona")
    with pytest.raises(PermissionError, match="You do not have permission to delete this message"):
        alice.delete(panel)
    mona.delete(panel)

    assert alice.sees("general") == []
    with pytest.raises(ValueError, match="This message was deleted"):
        await alice.click(panel, "Form")
