"""The question before a person's jobs are forgotten, and what is said afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Protocol

import discord
from discord import ui

from bot.errors import AccessRefused
from bot.jobs.audit import Audit, Deed
from bot.jobs.forget import Forgetting, Forgotten
from bot.text import _, ngettext
from bot.ui.buttons import EaselButton

LIFE = timedelta(minutes=15)


class Bot(Protocol):
    """What the buttons need of the client they are pressed on."""

    audit: Audit
    forgetting: Forgetting

    def clock(self) -> datetime:
        """Now."""

    def is_owner_id(self, user_id: int) -> bool:
        """Whether this person runs the bot."""


class ForgetButton(EaselButton, template=r"forget:(?P<verb>yes|no):(?P<user_id>[0-9]{1,19}):(?P<asker_id>[0-9]{1,19})"):
    """`forget:<verb>:<whose jobs>:<who asked>`: for who asked alone, and for others' jobs for the owner of the bot."""

    def __init__(self, verb: str, user_id: str, asker_id: str) -> None:
        self.verb, self.user_id, self.asker_id = verb, int(user_id), int(asker_id)
        yes = verb == "yes"
        super().__init__(
            f"forget:{verb}:{user_id}:{asker_id}",
            _("Forget them") if yes else _("Keep them"),
            style=discord.ButtonStyle.danger if yes else discord.ButtonStyle.secondary,
        )

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused."""
        if interaction.user.id != self.asker_id:
            raise AccessRefused(_("Only who asked this can answer it. Use the command yourself."))
        require_own(bot, interaction, self.user_id)
        question = interaction.message
        if question is None or not question.flags.ephemeral:
            raise AccessRefused(_("That question is not there any more. Use the command again."))
        await interaction.response.defer()
        if self.verb == "no":
            await interaction.edit_original_response(content=_("Nothing was forgotten."), view=None)
        elif bot.clock() - question.created_at > LIFE:
            too_old = _("That question is too old. Use the command again.")
            await interaction.edit_original_response(content=too_old, view=None)
        else:
            await self._forget(interaction, bot)

    async def _forget(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        await interaction.edit_original_response(view=None)  # one press is enough
        forgotten = await bot.forgetting.forget(self.user_id, interaction.user.id)
        await bot.audit.record(guild_id=None, actor_id=interaction.user.id, action=Deed.FORGET, user_id=self.user_id)
        names = "".join(f"easel/{job_id}*\n" for job_id in forgotten.job_ids).encode()
        files = [discord.File(BytesIO(names), "comfyui-output.txt")] if names else []
        await interaction.edit_original_response(content=said_forgotten(forgotten), attachments=files)


def require_own(bot: Bot, interaction: discord.Interaction[Any], user_id: int) -> None:
    """Raise AccessRefused where it is about somebody else and the bot is not theirs."""
    if user_id != interaction.user.id and not bot.is_owner_id(interaction.user.id):
        raise AccessRefused(_("Only whoever runs the bot may do that."))


async def ask_to_forget(interaction: discord.Interaction[Any], bot: Bot, user_id: int) -> None:
    """How many there are and what becomes of them, to who asked alone."""
    count, preferred = await bot.forgetting.count(user_id), await bot.forgetting.has_preferences(user_id)
    if not count and not preferred:
        await interaction.response.send_message(_("There is nothing to forget."), ephemeral=True)
        return
    view = ui.View(timeout=None)
    for verb in ("yes", "no"):
        view.add_item(ForgetButton(verb, str(user_id), str(interaction.user.id)))
    whose = _("yours") if user_id == interaction.user.id else f"<@{user_id}>"
    text = ngettext(
        "Forget {count} job ({whose})? What was asked for and attached is deleted for good; one that has not ended is "
        "stopped. The messages here in Discord stay: delete those yourself.",
        "Forget {count} jobs ({whose})? What was asked for and attached is deleted for good; those that have not ended "
        "are stopped. The messages here in Discord stay: delete those yourself.",
        count,
    )
    lines = [text.format(count=count, whose=whose)] if count else []
    if preferred:
        lines.append(_("All preferences and presets are deleted ({whose}).").format(whose=whose))
    await interaction.response.send_message("\n".join(lines), view=view, ephemeral=True)


def said_forgotten(forgotten: Forgotten) -> str:
    """What is gone, what is still to come, and what is somewhere else."""
    count = len(forgotten.job_ids)
    lines = [ngettext("Forgot {count} job.", "Forgot {count} jobs.", count).format(count=count)]
    if forgotten.preferences:
        lines.append(_("Preferences and presets are deleted."))
    if forgotten.later:
        text = ngettext(
            "{count} job has not ended yet: it is being stopped, and forgotten then.",
            "{count} jobs have not ended yet: they are being stopped, and forgotten then.",
            forgotten.later,
        )
        lines.append(text.format(count=forgotten.later))
    if not forgotten.everywhere:
        lines.append(_("⚠️ A ComfyUI did not answer: it keeps them in its history until it is restarted."))
    if count:
        lines.append(
            _(
                "The pictures themselves lie in ComfyUI's output folder, as `easel/<job id>…`: only whoever runs it "
                "can delete them. The file lists their names. Attached files lie in its input folder until others' "
                "take their names."
            )
        )
    lines.append(_("-# The messages in Discord stay. Who asked how often, strikes and blocks are kept by id alone."))
    return "\n".join(lines)
