"""Vary: a picture of a result drawn anew, a little or a lot of it."""

from __future__ import annotations

from typing import Any

import discord

from bot.text import _
from bot.ui.acting import KEY, NUMBER, Bot, goal_of, onward
from bot.ui.again import make_or_ask
from bot.ui.buttons import JOB_ID, EaselButton
from bot.workflow.goals import Strength, amount


class VaryButton(EaselButton, template=rf"job:(?P<strength>subtle|strong):{JOB_ID}:{NUMBER}:{KEY}"):
    """`job:subtle:…` and `job:strong:<job id>:<n>:<goal>`: the picture anew, a little or a lot of it."""

    def __init__(self, job_id: str, number: int | str, key: str, strength: str, label: str = "") -> None:
        self.job_id, self.number, self.key, self.strength = job_id, int(number), key, Strength(strength)
        words = {Strength.SUBTLE: _("Vary (subtle)"), Strength.STRONG: _("Vary (strong)")}
        super().__init__(f"job:{strength}:{job_id}:{number}:{key}", label or words[self.strength])

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        async with bot.clicks.once(interaction, self.custom_id) as first:
            if not first:
                return
            goal = goal_of(bot, self.key)
            given = {goal.denoise.name: amount(goal.denoise, self.strength)} if goal.denoise is not None else {}
            wish = await onward(interaction, bot, (self.job_id, self.number), goal, given)
            await make_or_ask(interaction, bot, wish)
