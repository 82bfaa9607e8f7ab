"""The bot's account at Discord: its token, the servers it is on, what it may do there. No gateway is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import discord

from bot.doctor.finding import Finding, bad, doubtful, good
from bot.invitation import install_url, invite_url, needed_permissions
from bot.settings import Settings
from bot.text import _, ngettext

DISCORD = "https://discord.com"
#: which Discord asks of whoever uses its API
AGENT = "DiscordBot (https://github.com/easel, 1)"

USER_INSTALL = "1"  # among the ways to install an application

#: as many servers as are named in one line
SHOWN = 10


async def examine_account(settings: Settings, *, patience: float) -> list[Finding]:
    """At most three questions to Discord, within `patience` seconds."""
    subject = "DISCORD_TOKEN"
    if settings.discord_token is None:
        return [bad(subject, _("it is not set. {how}").format(how=_how_to_get_one()))]
    headers = {"Authorization": f"Bot {settings.discord_token.get_secret_value()}", "User-Agent": AGENT}
    base = f"{settings.discord_api_url or DISCORD}/api/v10"
    try:
        async with asyncio.timeout(patience), aiohttp.ClientSession(headers=headers) as session:
            return await _examine(session, base)
    except _Refused as refusal:
        if refusal.status in {401, 403}:
            return [bad(subject, _("Discord does not accept it. {how}").format(how=_how_to_get_one()))]
        problem = _("Discord answers {status}, so nothing is known of the token. Try again later.")
        return [doubtful(subject, problem.format(status=refusal.status))]
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        problem = _("Discord does not answer ({reason}). Check this machine's way to the internet.")
        return [doubtful(subject, problem.format(reason=str(error) or type(error).__name__))]


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def _examine(session: aiohttp.ClientSession, base: str) -> list[Finding]:
    me = await _get(session, f"{base}/users/@me")
    application = await _get(session, f"{base}/applications/@me")
    guilds = await _get(session, f"{base}/users/@me/guilds")
    name, number = str(me["username"]), int(application["id"])
    token = good("DISCORD_TOKEN", _("it is the one of {name}.").format(name=name))
    there = _guilds([each for each in guilds if isinstance(each, dict)], invite_url(number))
    return [token, *there, _accounts(application, install_url(number))]


async def _get(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url) as response:
        if response.status != 200:
            raise _Refused(response.status)
        return await response.json()


def _guilds(guilds: Sequence[Mapping[str, Any]], link: str) -> list[Finding]:
    subject = _("Discord servers")
    if not guilds:
        return [doubtful(subject, _("the bot is on none yet. Open this link to add it: {link}").format(link=link))]
    found: list[Finding] = []
    for guild in guilds:
        if lacking := _lacking(int(guild.get("permissions") or 0)):
            text = _("on “{server}” the bot may not: {permissions}. Give its role that, or open this link: {link}")
            found.append(
                doubtful(subject, text.format(server=guild.get("name"), permissions=", ".join(lacking), link=link))
            )
    names = ", ".join(str(guild.get("name")) for guild in guilds[:SHOWN])
    said = ngettext("it is on {count} server ({names}).", "it is on {count} servers ({names}).", len(guilds))
    more = _("To add it to another: {link}").format(link=link)
    return [good(subject, f"{said.format(count=len(guilds), names=names)} {more}"), *found]


def _accounts(application: Mapping[str, Any], link: str) -> Finding:
    subject = _("Discord accounts")
    if USER_INSTALL in (application.get("integration_types_config") or {}):
        return good(subject, _("people can add it to their own account: {link}").format(link=link))
    text = _("nobody can add it to their own account, as its Installation page at Discord has User Install off.")
    return good(subject, text)


def _lacking(value: int) -> list[str]:
    held = discord.Permissions(value)
    if held.administrator:
        return []
    return [name.replace("_", " ") for name, wanted in needed_permissions() if wanted and not getattr(held, name)]


def _how_to_get_one() -> str:
    return _(
        "Open https://discord.com/developers/applications, make an application, press Reset Token on its Bot page, and "
        "put the line DISCORD_TOKEN=<the token> into .env. To try Easel without one: python -m bot play"
    )
