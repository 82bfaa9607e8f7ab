"""Who may do what: a table of everything that people can do with the bot, tried by everybody it could be done by."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import discord
import pytest
import pytest_asyncio

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Person
from bot.ui.forms import EaselForm
from bot.ui.pressable import BUTTONS
from tests.whole.conftest import SD15, Easel, finished, listed
from tests.whole.deeds import DEEDS, World
from tests.whole.making import MANIFEST, entry
from tests.whole.test_library import BLANK

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACTORS = ("member", "owner", "moderator", "allowed", "admin", "bot owner", "blocked", "elsewhere", "dm")
#: y: done, n: refused in a message that only they see, -: Discord does not offer it to them
TABLE = """
                          member  owner  moderator  allowed  admin  bot_owner  blocked  elsewhere  dm
/first                      y       y        y         y       y        y         n         y       y
/queue                      y       y        y         y       y        y         y         y       y
/cancel                     n       y        n         n       n        n         n         n       n
/history own                y       y        y         y       y        y         y         y       y
/history another's          n       y        y         y       y        y         n         y       n
/show                       n       y        y         y       y        y         n         n       n
/preferences show           y       y        y         y       y        y         y         y       y
/preferences set            y       y        y         y       y        y         y         y       y
/preferences clear          y       y        y         y       y        y         y         y       y
/preset save                n       y        n         n       n        n         n         n       n
/preset delete              y       y        y         y       y        y         y         y       y
/preset list                y       y        y         y       y        y         y         y       y
/forget me                  y       y        y         y       y        y         y         y       y
/forget user                n       y        n         n       n        y         n         n       n
/jobs list                  -       -        y         y       y        y         -         y       -
/jobs interrupt             -       -        y         y       y        y         -         n       -
/jobs cancel                -       -        y         y       y        y         -         y       -
/jobs clear                 -       -        y         y       y        y         -         y       -
/jobs pause                 -       -        y         y       y        y         -         y       -
/jobs resume                -       -        y         y       y        y         -         y       -
/jobs block                 -       -        y         y       y        y         -         y       -
/jobs unblock               -       -        y         y       y        y         -         y       -
/jobs limits                -       -        y         y       y        y         -         y       -
/settings show              -       -        -         -       y        y         -         -       -
/settings limits            -       -        -         -       y        y         -         -       -
/settings channel           -       -        -         -       y        y         -         -       -
/settings role              -       -        -         -       y        y         -         -       -
/settings workflow          -       -        -         -       y        y         -         -       -
/settings budget            -       -        -         -       y        y         -         -       -
/settings results           -       -        -         -       y        y         -         -       -
/settings audit             -       -        -         -       y        y         -         -       -
/settings language          -       -        -         -       y        y         -         -       -
/settings words             -       -        -         -       y        y         -         -       -
/settings strikes           -       -        -         -       y        y         -         -       -
/settings reset             -       -        -         -       y        y         -         -       -
/workflows list             -       -        -         -       n        y         -         -       n
/workflows show             -       -        -         -       n        y         -         -       n
/workflows reload           -       -        -         -       n        y         -         -       n
/workflows enable           -       -        -         -       n        y         -         -       n
/workflows disable          -       -        -         -       n        y         -         -       n
/workflows add              -       -        -         -       n        y         -         -       n
/backends list              -       -        -         -       n        y         -         -       n
/backends pause             -       -        -         -       n        y         -         -       n
/backends resume            -       -        -         -       n        y         -         -       n
/backends free              -       -        -         -       n        y         -         -       n
menu Stop this job          -       -        y         -       y        y         -         -       -
menu Remove and warn        -       -        y         -       y        y         -         -       -
menu Report to moderators   y       y        y         y       y        y         y         -       -
menu Remix this picture     y       y        y         y       y        y         n         -       y
menu What made this         y       y        y         y       y        y         y         -       y
CancelButton                n       y        y         y       y        y         n         n       n
DirectButton                n       y        n         n       n        n         n        n         n
ConfirmButton own           n       n        y         y       y        y         n         n       n
ConfirmButton another's     n       n        n         n       n        n         n         n       n
PageButton                  n       n        y         y       y        y         n         y       n
ShowButton                  n       y        y         y       y        y         n         n       n
HistoryButton own           y       y        y         y       y        y         y         y       y
HistoryButton another's     n       y        y         y       y        y         n         y       n
SaveButton                  y       y        y         y       y        y         y         n       n
DownloadButton              y       y        y         y       y        y         y         n       n
DeleteButton                n       y        y         y       y        y         n         n       n
DeletionButton own          n       y        y         y       y        y         n         n       n
DeletionButton another's    n       n        n         n       n        n         n         n       n
DraftButton                 n       n        n         n       n        y         n         n       n
DetailsButton               y       y        y         y       y        y         y         n       n
EditButton                  y       y        y         y       y        y         n         n       n
UseButton                   y       y        y         y       y        y         n         n       n
IntoButton                  y       y        y         y       y        y         n         n       n
ImproveButton               y       y        y         y       y        y         n         n       n
SuggestionButton            y       y        y         y       y        y         n         n       n
AgainButton                 y       y        y         y       y        y         n         n       n
ActButton                   y       y        y         y       y        y         n         n       n
VaryButton                  y       y        y         y       y        y         n         n       n
PickSelect                  y       y        y         y       y        y         n         n       n
ForgetButton own            y       y        y         y       y        y         y         y       y
ForgetButton another's      n       n        n         n       n        n         n         n       n
ReportButton                n       n        y         y       y        y         n         n       n
WarnForm own                -       -        y         -       y        y         -         -       -
WarnForm another's          n       n        n         n       n        n         n         n       n
FillForm own                y       y        y         y       y        y         n         n       n
FillForm another's          n       n        n         n       n        n         n         n       n
ReportForm own              y       y        y         y       y        y         y         -       -
ReportForm another's        n       n        n         n       n        n         n         n       n
"""
#: what /first takes and does nothing with
UNUSED = {
    "3": entry("LoadImage", "Picture", image="example.png"),
    "4": entry("CLIPTextEncode", "Prompt", text=""),
    "5": entry("KSampler", "Sampler", denoise=1.0),
}
TAKES = "".join(
    f'[[option]]\nname = "{name}"\ntype = "{kind}"\ntargets = ["{target}"]\n'
    for name, kind, target in (
        ("picture", "image", "Picture.image"),
        ("prompt", "text", "Prompt.text"),
        ("change", "number", "Sampler.denoise"),
    )
)
#: how refusals begin, all there are
REFUSED = re.compile(
    r"Only |You may not|That is somebody else's|That job belongs|You are blocked|This command is for|You have no job|"
    r"That form was not put|That form is not open|That button does nothing|That question|There is no such job|"
    r"That job has already ended|That is not a message"
)


def cells() -> Iterator[tuple[str, str, str]]:
    """(thing, actor, what is expected)."""
    for line in TABLE.strip().splitlines()[1:]:
        *name, rest = re.split(r"\s{3,}", line.strip(), maxsplit=1)
        for actor, wanted in zip(ACTORS, rest.split(), strict=True):
            yield name[0], actor, wanted


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("easel")
    async with (
        Simulator(data_dir=folder / "comfyui", models=SD15) as comfyui,
        DiscordServer(answer_window=15.0) as server,
    ):
        easel = Easel(server, (comfyui.url,), folder / "data")
        easel.add_workflow("first", BLANK | UNUSED, MANIFEST + TAKES)
        easel.changes |= {"limit_waiting": 0, "drain_seconds": 0.0}
        easel.changes["prompt_helper_url"] = "http://127.0.0.1:9/v1"  # where nobody answers
        people = _people(server)
        async with easel.running() as bot:
            await listed(bot)
            await bot.keeper.wait_known()
            helpers = next(role for role in server.guild.roles if role.name == "Helpers")
            server.permit("jobs", helpers, allowed=True)
            done = await (await people["owner"].slash("first")).wait(finished)
            template = await bot.store.by_message(done.channel.id, done.id)
            assert template is not None
            await bot.blocks.block(server.guild.id, people["blocked"].id, by=people["moderator"].id, reason="")
            world = World(server, bot, people, template, people["elsewhere"].home, done.metadata or {})
            await world.restore()
            yield world


def _people(server: DiscordServer) -> dict[str, Person]:
    other = server.add_guild("Other")
    return {
        "member": server.person("bob"),
        "owner": server.person("alice"),
        "moderator": server.person("mona"),
        "allowed": server.add_person("rita", server.add_role("Helpers")),
        "admin": server.add_person("adam", server.add_role("Admins", administrator=True)),
        "bot owner": server.person("olivia"),
        "blocked": server.add_person("bella"),
        "elsewhere": server.add_person("erik", server.add_role("Mods", guild=other, manage_messages=True), guild=other),
        "dm": server.add_person("dan"),
    }


async def outcome(world: World, thing: str, actor: str) -> tuple[str, str]:
    """y, n or -, and what was said."""
    try:
        answer = await DEEDS[thing](world, actor)
    except PermissionError as refusal:
        return "-", str(refusal)
    if answer.modal is not None:
        return "y", answer.modal.title
    message = answer.followups[-1] if answer.followups else answer.interaction.original
    text = message.text if message is not None else ""
    return ("n" if REFUSED.match(text) else "y") if answer.acknowledged else "no answer", text


@pytest.mark.parametrize("thing", DEEDS)
async def test_everybody_may_what_the_table_says(world: World, thing: str) -> None:
    found: dict[str, str] = {}
    said: dict[str, str] = {}
    for actor in ACTORS:
        found[actor], said[actor] = await outcome(world, thing, actor)
        if found[actor] == "y":
            await world.restore()

    wanted = {actor: expected for name, actor, expected in cells() if name == thing}
    assert found == wanted, {actor: said[actor] for actor in ACTORS if found[actor] != wanted[actor]}


async def test_nothing_is_missing_in_the_table(world: World) -> None:
    registered = {*_commands(world), *(item.__name__ for item in BUTTONS), *_forms(EaselForm)}
    tried = {re.sub(r" (own|another's)$", "", thing) for thing in DEEDS}

    assert tried == registered
    assert {name for name, _actor, _wanted in cells()} == set(DEEDS)


def _commands(world: World) -> Iterator[str]:
    for command in world.bot.tree.get_commands(type=discord.AppCommandType.chat_input):
        if isinstance(command, discord.app_commands.Group):
            yield from (f"/{inner.qualified_name}" for inner in command.walk_commands())
        else:
            yield f"/{command.name}"
    yield from (f"menu {menu.name}" for menu in world.bot.tree.get_commands(type=discord.AppCommandType.message))
    yield from (f"menu {menu.name}" for menu in world.bot.tree.get_commands(type=discord.AppCommandType.user))


def _forms(base: type[EaselForm]) -> Iterator[str]:
    for form in base.__subclasses__():
        if form.__subclasses__():
            yield from _forms(form)
        else:
            yield form.__name__
