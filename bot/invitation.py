"""How the bot gets onto a server, and what it may do there; how the app gets into a person's account."""

from __future__ import annotations

import discord


def needed_permissions() -> discord.Permissions:
    """What the bot uses on a server."""
    return discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        attach_files=True,
        read_message_history=True,
    )


def invite_url(application_id: int) -> str:
    """What a server owner opens to add the bot: no privileged intents, only what it uses."""
    scopes = ("bot", "applications.commands")
    return discord.utils.oauth_url(application_id, permissions=needed_permissions(), scopes=scopes)


def install_url(application_id: int) -> str:
    """What a person opens to add the app to their own account, and to take it along to wherever they are."""
    return discord.utils.oauth_url(application_id, scopes=("applications.commands",)) + "&integration_type=1"
