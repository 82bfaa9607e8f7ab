"""Several people's jobs take turns, and a role's weight brings its people's closer together."""

from __future__ import annotations

import pytest

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, listed
from tests.whole.test_imagine import SMALL


@pytest.mark.parametrize(
    ("weight", "order"),
    [
        (1, ["alice", "alice", "bob", "alice", "alice", "bob", "bob", "bob"]),
        (2, ["alice", "alice", "bob", "alice", "bob", "alice", "bob", "bob"]),
    ],
)
async def test_a_weight_that_an_admin_sets_is_a_share_of_the_queue(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, *, weight: int, order: list[str]
) -> None:
    """The first two go to ComfyUI at once; the others wait, and begin in this order."""
    bob, supporters = discord_server.person("bob"), discord_server.add_role("Supporters")
    discord_server.give_role(bob, supporters)
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        await discord_server.person("olivia").slash("settings limits", role=supporters, weight=weight)
        answers = [
            await discord_server.person(who).slash("imagine", prompt="a fox", **SMALL)
            for who in ["alice"] * 4 + ["bob"] * 4
        ]
        comfyui.release()
        for answer in answers:
            await answer.wait(finished, timeout=20)

    people = {job.id: job.place.user_name for job in await easel.jobs()}
    assert [people[prompt_id].lower() for prompt_id in comfyui.executed] == order
