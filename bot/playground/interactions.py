"""Interactions and the answers an app may give: which, when and how often."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from .check_answers import check_answer, check_choices
from .check_messages import check_flags
from .check_modals import check_modal
from .gateway import Gateway
from .interaction import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction, event_payload, origin
from .message import EPHEMERAL, Message
from .message_payloads import message_payload
from .messages import Messages
from .uploads import Upload
from .wire import Payload, Refusal
from .world import Channel, User, World, upload_limit

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, SHOW_MODAL = 4, 5, 6, 7, 8, 9
ALLOWED = {
    COMMAND: (MESSAGE, DEFER, SHOW_MODAL),
    COMPONENT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, SHOW_MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE),
}
TOKEN_LIFE = 15 * 60.0
FORGOTTEN_AFTER = 2 * TOKEN_LIFE
FOLLOWUPS_WITHOUT_BOT = 5


class Interactions:
    """All interactions there were; `answer_window` is how many seconds the app has for its first answer."""

    def __init__(self, world: World, messages: Messages, gateway: Gateway, *, answer_window: float = 3.0) -> None:
        self.world = world
        self.messages = messages
        self.gateway = gateway
        self.answer_window = answer_window
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def open(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: Payload,
        *,
        owners: Payload | None = None,
        source: Message | None = None,
        triggered_by: Payload | None = None,
        locale: str | None = None,
    ) -> Interaction:
        """Something a person did, sent to the app."""
        number = self.world.new_id()
        metadata = origin(kind, number, user, channel, data, owners=owners, source=source, triggered_by=triggered_by)
        token = secrets.token_urlsafe(48)
        limit = upload_limit(self.messages.files.upload_limit, channel, user)
        interaction = Interaction(number, token, kind, user, channel, self.world.now(), data, metadata, limit, source)
        self._forget()
        self._by_id[number] = self._by_token[token] = interaction
        bought = self.world.entitlements_of(user, channel.guild)
        event = event_payload(interaction, bot=self.world.bot, locale=locale or user.locale, entitlements=bought)
        self.gateway.dispatch("INTERACTION_CREATE", event, guild=channel.guild)
        return interaction

    def answer(self, number: int, token: str, payload: Payload, uploads: Mapping[int, Upload]) -> Payload:
        """The first answer; what is returned is what `with_response` shows of it."""
        interaction = self._by_id.get(number)
        if interaction is None or interaction.token != token:
            raise Refusal(404, 10062, "Unknown interaction")
        if interaction.answered:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        if self.world.now() - interaction.created > self.answer_window:
            raise Refusal(404, 10062, "Unknown interaction")
        kind, data = check_answer(payload, _allowed(interaction))
        try:
            self._carry_out(interaction, kind, data, uploads)
        except Refusal as refusal:
            raise refusal.inside("data") from None
        interaction.answered = kind
        interaction.settled.set()
        return self._result(interaction)

    def get(self, number: int) -> Interaction | None:
        """One of the latest, by its id."""
        return self._by_id.get(number)

    def find(self, application: int, token: str) -> Interaction:
        """The interaction a webhook's token belongs to; 50027 after its 15 minutes."""
        if application != self.world.bot.id:
            raise Refusal(404, 10015, "Unknown Webhook")
        interaction = self._by_token.get(token)
        if interaction is None:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        if self.world.now() - interaction.created > TOKEN_LIFE:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        if interaction.answered in (None, CHOICES):
            raise Refusal(404, 10015, "Unknown Webhook")
        return interaction

    def message(self, interaction: Interaction, name: str) -> Message:
        """One of its messages, by id or as `@original`."""
        mine = [interaction.original, *interaction.followups]
        if name == "@original":
            mine = mine[:1]
        for message in mine:
            if message and not message.deleted and name in ("@original", str(message.id)):
                return message
        raise Refusal(404, 10008, "Unknown Message")

    def follow_up(self, interaction: Interaction, payload: Payload, uploads: Mapping[int, Upload]) -> Message:
        """One more message; the first one after a thinking defer takes the placeholder's place."""
        if interaction.channel.deleted:
            raise Refusal(404, 10003, "Unknown Channel")
        original = interaction.original
        if original and original.loading and not original.deleted:
            self.messages.edit(original, payload, uploads, asked_by=interaction.user)
            return original
        if not interaction.by_server and len(interaction.followups) >= FOLLOWUPS_WITHOUT_BOT:
            raise Refusal(400, 40094, "This interaction has hit the maximum number of follow up messages")
        metadata = interaction.metadata
        if original:
            metadata = metadata | {"original_response_message_id": str(original.id)}
        message = self._create(interaction, payload, uploads, _only_for(interaction, payload), metadata)
        interaction.followups.append(message)
        return message

    def expire(self) -> None:
        """Nobody waits any longer for answers that would come too late."""
        for interaction in self._by_id.values():
            if self.world.now() - interaction.created > self.answer_window:
                interaction.settled.set()

    def _forget(self) -> None:
        oldest = next(iter(self._by_id.values()), None)
        while oldest and self.world.now() - oldest.created > FORGOTTEN_AFTER:
            del self._by_id[oldest.id], self._by_token[oldest.token]
            oldest = next(iter(self._by_id.values()), None)

    def _carry_out(self, interaction: Interaction, kind: int, data: Payload, uploads: Mapping[int, Upload]) -> None:
        only_for = _only_for(interaction, data)
        if kind == MESSAGE:
            interaction.original = self._create(interaction, data, uploads, only_for, interaction.metadata)
        elif kind == DEFER:
            interaction.original = self.messages.think(
                interaction.channel, only_for=only_for, metadata=interaction.metadata, command=interaction.command
            )
        elif kind == DEFER_UPDATE:
            interaction.original = interaction.source
        elif kind == UPDATE and interaction.source:
            if interaction.source.deleted:
                raise Refusal(404, 10008, "Unknown Message")
            self.messages.edit(interaction.source, data, uploads, callback=True, asked_by=interaction.user)
            interaction.original = interaction.source
        elif kind == CHOICES:
            interaction.choices = check_choices(data, interaction.data)
        else:
            interaction.modal = check_modal(data)
        interaction.ephemeral = bool(interaction.original and interaction.original.ephemeral)

    def _create(
        self,
        interaction: Interaction,
        payload: Payload,
        uploads: Mapping[int, Upload],
        only_for: User | None,
        metadata: Payload,
    ) -> Message:
        return self.messages.create(
            interaction.channel,
            self.world.bot,
            payload,
            uploads,
            only_for=only_for,
            metadata=metadata,
            command=interaction.command,
            webhook=True,
            asked_by=interaction.user,
        )

    def _result(self, interaction: Interaction) -> Payload:
        told: Payload = {"id": str(interaction.id), "type": interaction.kind}
        told |= {"channel_id": str(interaction.channel.id)}
        if interaction.channel.guild:
            told["guild_id"] = str(interaction.channel.guild.id)
        result: Payload = {"interaction": told}
        message = interaction.original
        if message and interaction.answered in (MESSAGE, DEFER, UPDATE):
            told |= {
                "response_message_id": str(message.id),
                "response_message_loading": message.loading,
                "response_message_ephemeral": message.ephemeral,
            }
            kind = UPDATE if interaction.answered == UPDATE else MESSAGE
            result["resource"] = {"type": kind, "message": message_payload(message)}
        return result


def _only_for(interaction: Interaction, payload: Payload) -> User | None:
    return interaction.user if interaction.hushed or check_flags(payload) & EPHEMERAL else None


def _allowed(interaction: Interaction) -> tuple[int, ...]:
    allowed = ALLOWED[interaction.kind]
    return allowed if interaction.source else tuple(kind for kind in allowed if kind not in (DEFER_UPDATE, UPDATE))
