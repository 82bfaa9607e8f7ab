"""The buttons under a workflow that came from Discord: keep it, or drop it."""

from __future__ import annotations

import logging
from typing import Any, Protocol

import discord
from discord import ui

from bot.drafts import Draft, Drafts
from bot.errors import AccessRefused
from bot.keeper import CommandKeeper
from bot.network import NETWORK_ERRORS
from bot.text import _
from bot.ui.buttons import EaselButton
from bot.workflow.entry import Entry, Status
from bot.workflow.library import Library

log = logging.getLogger(__name__)


class Bot(Protocol):
    """What the buttons need of the client they are pressed on."""

    keeper: CommandKeeper
    drafts: Drafts
    library: Library

    def is_owner_id(self, user_id: int) -> bool:
        """Whether this person runs the bot."""


class DraftButton(EaselButton, template=r"workflow:(?P<verb>keep|drop):(?P<token>[0-9a-f]{16})"):
    """`workflow:keep:<token>` and `workflow:drop:<token>`, for the owner of the bot."""

    def __init__(self, verb: str, token: str) -> None:
        self.verb, self.token = verb, token
        keeps = verb == "keep"
        super().__init__(
            f"workflow:{verb}:{token}",
            _("Keep it") if keeps else _("Drop it"),
            style=discord.ButtonStyle.success if keeps else discord.ButtonStyle.secondary,
        )

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        if not bot.is_owner_id(interaction.user.id):
            raise AccessRefused(_("Only whoever runs the bot may do that."))
        await interaction.response.defer()
        if self.verb == "drop":
            bot.drafts.drop(self.token)
            said = _("Dropped.")
        else:
            name = bot.drafts.keep(self.token)
            said = await reloaded(bot.keeper) or _kept(name, bot.library.entries.get(name))
        await interaction.edit_original_response(content=said, view=None)


async def reloaded(keeper: CommandKeeper) -> str:
    """Read the folder again; a sentence where Discord does not take what there is, else nothing."""
    try:
        await keeper.reload()
    except discord.app_commands.CommandSyncFailure as refusal:
        log.error("Discord refuses the commands: %s", refusal)
        return _("It was read, but Discord refuses the commands. The bot's log has the details.")
    except (discord.HTTPException, *NETWORK_ERRORS) as error:
        log.warning("the commands did not reach Discord: %s", error)
        return _("It was read, but Discord did not answer. The bot tries again by itself.")
    return ""


def _kept(name: str, entry: Entry | None) -> str:
    if entry is None or entry.status is Status.READY:
        return _("Kept: `/{name}` is there in a moment.").format(name=name)
    return _("Kept, but `/{name}` is no command yet. {reasons}").format(name=name, reasons=" ".join(entry.reasons))


def draft_view(draft: Draft) -> ui.View:
    """Fresh buttons for a draft."""
    view = ui.View(timeout=None)
    view.add_item(DraftButton("keep", draft.token))
    view.add_item(DraftButton("drop", draft.token))
    return view
