"""The one message of a job: by the interaction's token while it lives, then by the bot's own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypedDict

import discord

from bot.errors import EaselError
from bot.jobs.delivery import DeliveryDelayed
from bot.jobs.job import Place
from bot.jobs.rows import Changes
from bot.network import NETWORK_ERRORS
from bot.ui.limited import mend_locks
from bot.ui.page import Page

log = logging.getLogger(__name__)

MARGIN = timedelta(seconds=20)  # an edit under way must not see the token die
NONCES_KEPT = timedelta(minutes=2)  # at least: Discord says "the past few minutes"
TOKEN_DEAD = frozenset({50027, 10015, 10062})  # invalid webhook token, unknown webhook, unknown interaction
GONE = frozenset({10008})  # unknown message
# no channel, no guild, too many follow-ups, no access, not ours, no direct messages, not allowed, archived, locked
NO_WAY = frozenset({10003, 10004, 40094, 50001, 50005, 50007, 50013, 50083, 160005})
BAD_FORM = 50035  # among much else: a message with words of its own cannot be made of components
FOLLOW_UPS = 5  # what Discord's documentation grants an app there that only a person added
TOO_OFTEN = 30046  # edits of a message older than an hour: a limit of their own
FREELY_EDITED = timedelta(minutes=55)
DIRECT_LIMIT = 10 * 2**20  # bytes of a file in direct messages


class MessageGone(EaselError):
    """Somebody deleted the message."""


class NoWay(EaselError):
    """The channel, the server or our access to it is gone, or the thread is archived."""


class Refused(NoWay):
    """Discord does not take it, and we do not know why: another message may be taken."""


class RequestTooLarge(EaselError):
    """Discord refused the files for their size."""


class _Words(TypedDict, total=False):
    content: None
    embeds: list[discord.Embed]


class JobMessages:
    """Edits and sends for jobs, by place alone: no interaction object is needed, so it works after a restart."""

    def __init__(self, client: discord.Client, clock: Callable[[], datetime]) -> None:
        mend_locks()
        self._client = client
        self._clock = clock

    def fresh(self, place: Place) -> bool:
        """Whether Discord takes edits of the message as freely as of any: of old ones it does not."""
        born = _born(place)
        return born is not None and self._clock() < born + FREELY_EDITED

    def token_alive(self, place: Place) -> bool:
        """Whether the interaction's token can still be used."""
        return self._clock() < place.token_expires - MARGIN

    def limit(self, place: Place) -> int:
        """The bytes a file may have: the interaction's limit, which may be the person's own, while its token lives."""
        if self.token_alive(place):
            return place.filesize_limit
        guild = self._client.get_guild(place.guild_id) if place.guild_id is not None and not moved(place) else None
        return min(place.filesize_limit, DIRECT_LIMIT if guild is None else guild.filesize_limit)

    def follow_ups(self, place: Place) -> int | None:
        """How many messages may come below the job's own; None: as many as it takes."""
        return None if place.visible or place.guild_id is not None else FOLLOW_UPS

    async def edit(self, place: Place, page: Page) -> int:
        """Make the job's message look like this; its id. Raises the errors of this module and `DeliveryDelayed`."""
        with _translated():
            try:
                return await self._edit(place, page)
            except discord.HTTPException as error:
                if error.code == BAD_FORM:
                    return await self._edit(place, page, emptied=True)
                if error.code in GONE and place.visible:
                    await self._client.fetch_channel(place.channel_id)  # NoWay where the message went with its channel
                raise

    async def send(self, place: Place, page: Page, *, nonce: str) -> int:
        """One more message below the job's own. The same nonce within minutes gives the same message, not a second."""
        with _translated():
            if place.visible:
                try:
                    return await self._send_by_bot(place, page, nonce)
                except discord.HTTPException as error:
                    # the person's own limit may be higher, and the token goes where we were not invited
                    if not (error.code in NO_WAY or _too_large(error)) or not self.token_alive(place):
                        raise
            if not self.token_alive(place):
                raise NoWay
            view, files = page.view(), page.attachments()
            # what begins where only the person looks must go on there
            sent = await self._webhook(place).send(view=view, files=files, ephemeral=place.ephemeral, wait=True)
            return sent.id

    async def find(self, place: Place, page: Page, *, since: datetime | None) -> int | None:
        """The message that has this page's files already, where it may have been sent so long ago that its nonce is
        forgotten: at the earliest at `since`. None where there is none to be seen, or the bot may not look."""
        names = [file.name for file in page.files]
        if not names or not place.visible or since is None or self._clock() - since < NONCES_KEPT:
            return None
        above = discord.Object(place.message_id or place.interaction_id)
        with _translated():
            try:
                async for message in self._channel(place).history(after=above, limit=100):
                    if message.author == self._client.user and all(name in _shown(message) for name in names):
                        return message.id
            except (discord.Forbidden, discord.NotFound):
                return None  # sending will say why
        return None

    async def send_direct(self, place: Place, page: Page, *, nonce: str) -> int:
        """The same in the person's direct messages."""
        return (await self._send_directly(place, page, nonce)).id

    async def move(self, place: Place, page: Page, *, nonce: str) -> Changes:
        """A message in the person's direct messages in place of the job's own; what is to be kept of where it is."""
        message = await self._send_directly(place, page, nonce)
        return {
            "channel_id": message.channel.id,
            "message_id": message.id,
            "visible": True,
            "by_token": False,
            "token_expires": min(place.token_expires, message.created_at),  # the command's reaches nothing there
            "filesize_limit": min(place.filesize_limit, DIRECT_LIMIT),
        }

    async def _send_directly(self, place: Place, page: Page, nonce: str) -> discord.Message:
        with _translated():
            channel = await self._client.create_dm(discord.Object(place.user_id))
            return await channel.send(view=page.view(), files=page.attachments(), nonce=nonce)

    async def _edit(self, place: Place, page: Page, *, emptied: bool = False) -> int:
        """`emptied`: what else stands there goes away."""
        words: _Words = {"content": None, "embeds": []} if emptied else {}
        if self.token_alive(place):
            try:
                return await self._edit_by_token(place, page, words)
            except discord.HTTPException as error:
                # the token does not know a message that was sent by the bot in place of the first
                if error.code not in TOKEN_DEAD and not (error.code in GONE and place.visible):
                    raise
        if not place.visible or place.message_id is None:
            raise NoWay
        message = self._channel(place).get_partial_message(place.message_id)
        nobody = discord.AllowedMentions.none()  # discord.py has its default for new messages only
        await message.edit(view=page.view(), attachments=page.attachments(), allowed_mentions=nobody, **words)
        return place.message_id

    async def _edit_by_token(self, place: Place, page: Page, words: _Words) -> int:
        message_id = place.message_id or await self._original(place)
        view, files = page.view(), page.attachments()
        webhook = self._webhook(place)
        message: discord.WebhookMessage = await webhook.edit_message(  # type: ignore[call-overload]  # none empties one
            message_id, view=view, attachments=files, **words
        )
        return message.id

    async def _original(self, place: Place) -> int:
        # the id is unknown only when the process died between Discord's answer and our note of it
        original = await self._webhook(place).fetch_message("@original")  # type: ignore[arg-type]  # Discord's own word
        return original.id

    async def _send_by_bot(self, place: Place, page: Page, nonce: str) -> int:
        channel, view, files = self._channel(place), page.view(), page.attachments()
        if place.message_id is None:
            return (await channel.send(view=view, files=files, nonce=nonce)).id
        above = channel.get_partial_message(place.message_id).to_reference(fail_if_not_exists=False)
        sent = await channel.send(view=view, files=files, nonce=nonce, reference=above, mention_author=False)
        return sent.id

    def _webhook(self, place: Place) -> discord.Webhook:
        webhook = discord.Webhook.partial(place.application_id, place.token, client=self._client)
        webhook.type = discord.WebhookType.application  # whose token it is; else discord.py sends nothing ephemeral
        return webhook

    def _channel(self, place: Place) -> discord.PartialMessageable:
        guild_id = None if moved(place) else place.guild_id
        return self._client.get_partial_messageable(place.channel_id, guild_id=guild_id)


def moved(place: Place) -> bool:
    """Whether the job's message was sent to its person directly, in place of one elsewhere: no token reached it."""
    born = _born(place)
    return place.visible and born is not None and place.token_expires <= born


def _born(place: Place) -> datetime | None:
    return None if place.message_id is None else discord.utils.snowflake_time(place.message_id)


@contextmanager
def _translated() -> Iterator[None]:
    """Discord's codes and broken connections become errors of ours."""
    try:
        yield
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except NETWORK_ERRORS as error:
        raise DeliveryDelayed from error


def _meaning(error: discord.HTTPException) -> EaselError:
    if error.code in GONE:
        return MessageGone()
    if error.code in NO_WAY or error.code in TOKEN_DEAD:
        return NoWay()
    if _too_large(error):
        return RequestTooLarge()
    if error.code == TOO_OFTEN or error.status in {401, 429} or error.status >= 500:
        return DeliveryDelayed()
    log.error("Discord refused a message: %s", error)
    return Refused()


def _shown(message: discord.Message) -> str:
    """Names and addresses of a message's files."""
    return f"{[file.filename for file in message.attachments]} {[part.to_dict() for part in message.components]}"


def _too_large(error: discord.HTTPException) -> bool:
    return error.code == 40005 or error.status == 413
