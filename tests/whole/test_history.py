"""/history: what one made, page by page, with small pictures; and whose else one may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from bot.jobs.job import Job, JobState
from bot.jobs.thumbnails import Thumbnails
from bot.playground import Answer, DiscordServer, Message, Person
from bot.playground.message import THUMBNAIL, walk
from tests.pure.jobs import make_job, make_place
from tests.whole.conftest import Easel, finished, listed, visible
from tests.whole.moderated import forge
from tests.whole.test_imagine import SMALL

LABELS = ["Again", "Edit", "Show"]


def small() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "WEBP")
    return out.getvalue()


def made(easel: Easel, count: int, who: str = "alice", guild: int | None = 0, start: int = 0) -> list[Job]:
    """Jobs that ended, a minute apart, oldest first."""
    server = easel.server
    place = make_place(
        guild_id=server.guild.id if guild == 0 else guild,
        channel_id=server.channel("general").id,
        user_id=server.person(who).id,
        message_id=77,
    )
    beginning = easel.now() - timedelta(days=1)
    return [
        make_job(
            values={"prompt": f"fox *{number}*"},
            place=place,
            state=JobState.DONE,
            created_at=beginning + timedelta(minutes=number),
            finished_at=beginning + timedelta(minutes=number + 1),
            delivered_at=beginning + timedelta(minutes=number + 1),
        )
        for number in range(start, start + count)
    ]


async def history(person: Person, **given: Any) -> Answer:
    """The page, once the bot has thought."""
    answer = await person.slash("history", **given)
    await answer.wait(lambda message: not message.loading)
    return answer


def prompts(message: Message) -> list[int]:
    """The numbers of the foxes on a page."""
    bold = [line for line in visible(message).splitlines() if line.startswith("**fox *")]
    return [int(line.removeprefix("**fox *").removesuffix("***")) for line in bold]


def turns(message: Message) -> list[str]:
    return [button.label for button in message.buttons if button.label in {"Newer", "Older"}]


async def turned(person: Person, page: Message, way: str) -> Message:
    """The same message once it shows the page of that side."""
    before = prompts(page)
    await person.click(page, way)
    return await page.wait(lambda message: prompts(message) != before)


def pictured(message: Message) -> list[str]:
    """What the small pictures are said to show."""
    return [part["description"] for part in walk(message.components) if part["type"] == THUMBNAIL]


async def test_one_pages_through_what_one_made_also_after_a_restart(
    discord_server: DiscordServer, easel: Easel
) -> None:
    """Newest first; new jobs meanwhile shift nothing."""
    alice, jobs = discord_server.person("alice"), made(easel, 10)
    jobs[0] = replace(jobs[0], spoiler=True)
    await easel.remember(*jobs, *made(easel, 1, "bob"))
    for job in jobs[:9]:
        Thumbnails(easel.folder).keep(job.id, small())
    async with easel.running():
        first = await history(alice)
        seen = [prompts(first.message)]
        assert (first.ephemeral, turns(first.message)) == (True, ["Older"])
        assert pictured(first.message) == ["fox *8*", "fox *7*", "fox *6*"]
        assert [button.label for button in first.message.buttons[:6]] == LABELS * 2
        text = first.message.text
        assert "**fox \\*9\\***" in text
        assert f"<t:{int(jobs[9].created_at.timestamp())}:R>" in text
        assert f"/{discord_server.guild.id}/{jobs[9].place.channel_id}/77" in text

    await easel.remember(*made(easel, 1, start=10))
    async with easel.running():
        page = await turned(alice, first.message, "Older")
        seen.append(prompts(page))
        assert turns(page) == ["Newer", "Older"]
        page = await turned(alice, page, "Older")
        seen.append(prompts(page))
        spoilers = [part["spoiler"] for part in walk(page.components) if part["type"] == THUMBNAIL]
        assert (turns(page), spoilers) == (["Newer"], [False, True])
        page = await turned(alice, page, "Newer")
        assert prompts(page) == [5, 4, 3, 2]
        page = await turned(alice, page, "Newer")
        assert (prompts(page), turns(page)) == ([9, 8, 7, 6], ["Newer", "Older"])
        page = await turned(alice, page, "Newer")
        assert (prompts(page), turns(page)) == ([10, 9, 8, 7], ["Older"])

    assert seen == [[9, 8, 7, 6], [5, 4, 3, 2], [1, 0]]


def texts(answers: Sequence[Answer]) -> list[str]:
    return [answer.message.text for answer in answers]


async def test_others_jobs_are_for_the_moderators_of_their_server_and_for_the_owner_of_the_bot(
    discord_server: DiscordServer, easel: Easel
) -> None:
    other = discord_server.add_guild("Other")
    erik = discord_server.add_person(
        "erik", discord_server.add_role("Mods", guild=other, manage_messages=True), guild=other
    )
    here, there, direct = made(easel, 1), made(easel, 1, guild=other.id, start=1), made(easel, 1, guild=None, start=2)
    await easel.remember(*here, *there, *direct)
    alice, bob, mona = (discord_server.person(name) for name in ("alice", "bob", "mona"))
    async with easel.running():
        own = await history(alice)
        by_mona, by_erik = await history(mona, user=alice), await history(erik, user=alice)
        by_owner = await history(discord_server.person("olivia"), user=alice)
        refused = [await history(bob, user=alice), await history(mona, user=alice, channel=mona.dm)]
        forged = await forge(discord_server, "bob", own.message, f"history:{alice.id}:top")
        nothing = [await history(bob), await history(mona, user=bob)]

    assert [prompts(answer.message) for answer in (own, by_mona, by_erik, by_owner)] == [[2, 1, 0], [0], [1], [2, 1, 0]]
    assert all(answer.ephemeral for answer in (by_mona, by_owner, *refused, *nothing))
    assert all(text.startswith("Only moderators can") for text in texts(refused)), texts(refused)
    assert "fox" not in forged.message.text
    assert texts(nothing)[0].startswith("You have not made anything yet. Type `/`")
    assert texts(nothing)[1] == "They have not made anything here."


async def test_what_is_for_adults_has_no_picture_elsewhere_and_what_was_taken_away_has_none_at_all(
    discord_server: DiscordServer, easel: Easel
) -> None:
    plain, adult, deleted, removed = made(easel, 4)
    adult = replace(adult, recipe=replace(adult.recipe, nsfw=True))
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    deleted, removed = replace(deleted, removed_by=alice.id), replace(removed, removed_by=mona.id)
    await easel.remember(plain, adult, deleted, removed)
    for job in (plain, adult, deleted, removed):
        Thumbnails(easel.folder).keep(job.id, small())
    nights = discord_server.add_channel("nights", nsfw=True)
    async with easel.running():
        here, there = await history(alice), await history(alice, channel=nights)

    assert (pictured(here.message), pictured(there.message)) == (["fox *0*"], ["fox *1*", "fox *0*"])
    assert "removed by a moderator" in here.message.text
    assert "· deleted" in here.message.text
    assert here.message.text.count("/77") == 2
    assert [button.label for button in here.message.buttons[:4]] == ["Show", *LABELS]


async def test_a_result_leaves_a_small_picture_and_forgetting_takes_it(
    discord_server: DiscordServer, easel: Easel
) -> None:
    alice, thumbnails = discord_server.person("alice"), Thumbnails(easel.folder)
    async with easel.running() as bot:
        await listed(bot)
        await (await alice.slash("imagine", prompt="a fox", **SMALL)).wait(finished)
        (job,) = await bot.store.select(states=frozenset(JobState))
        page = (await history(alice)).message
        kept = thumbnails.read(job.id)
        await bot.forgetting.forget(alice.id, alice.id)

    assert kept is not None
    assert len(kept) <= 10_000
    assert (page.images[0].data, pictured(page)) == (kept, ["a fox"])
    assert not thumbnails.known()
