"""One valid request of every kind that has a body, as discord.py sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.playground import DiscordServer
from bot.playground.interaction import AUTOCOMPLETE, COMMAND, COMPONENT, Interaction

from .limits import (
    button,
    command,
    container,
    embed,
    gallery,
    labelled,
    link,
    modal,
    option,
    options,
    plain,
    row,
    section,
    select,
    text,
    v2,
)
from .raw_rest import TEXT, V2, focused

FILE = {"id": 0, "filename": "a.txt", "description": "words"}
MENTIONS = {"parse": ["users"], "roles": ["1"], "replied_user": True}
REPLY = {"message_id": "1", "channel_id": None, "fail_if_not_exists": False}
PLAIN = {
    **plain(
        row(button(emoji={"name": "🦊"}), link(), button(style=6, custom_id=None, label=None, sku_id="1")),
        row(select(3)),
    ),
    **embed(
        description="words",
        url="https://a.b",
        color=3,
        timestamp="2026-01-01T00:00:00+00:00",
        author={"name": "a", "icon_url": "https://a.b"},
        footer={"text": "b"},
        image={"url": "https://a.b"},
        fields=[{"name": "a", "value": "b", "inline": True}],
    ),
    "allowed_mentions": MENTIONS,
    "flags": 4096,
    "tts": False,
}
USERS = {"type": 5, "custom_id": "who", "default_values": [{"id": "1", "type": "user"}], "max_values": 3}
CHANNELS = {"type": 8, "custom_id": "where", "channel_types": [0, 11], "placeholder": "Where?"}
LAYOUT = v2(
    text(),
    gallery(2, description="words", spoiler=True),
    {"type": 13, "file": {"url": "attachment://a.txt"}, "spoiler": False},
    {"type": 14, "spacing": 2, "divider": False},
    section("a", "b", accessory={"type": 11, "media": {"url": "https://a.b"}, "description": "c"}),
    container(section("c"), row(USERS), row(CHANNELS), accent_color=0x5865F2, spoiler=True),
)
MODAL = modal(
    labelled(description="words"),
    labelled({"type": 3, "custom_id": "a", "options": options(2, default=True), "required": False, "max_values": 2}),
    labelled({"type": 19, "custom_id": "b", "min_values": 0, "max_values": 3}),
    labelled({"type": 21, "custom_id": "c", "options": options(2)}),
    labelled({"type": 22, "custom_id": "d", "options": options(2), "min_values": 1}),
)
COMMANDS = [
    command(
        name_localizations={"de": "bild"},
        description_localizations={"de": "Bild"},
        default_member_permissions=8,
        contexts=[0, 1],
        integration_types=[0],
        nsfw=False,
        options=[
            option(required=True, min_length=1, max_length=10, autocomplete=True),
            option(name="size", type=4, min_value=1, max_value=3, choices=[{"name": "a", "value": 1}]),
            option(name="scale", type=10, min_value=0.5, max_value=1.5),
            option(name="where", type=7, channel_types=[0]),
            option(name="photo", type=11),
        ],
    ),
    command(
        name="jobs", options=[option(type=2, name="all", options=[option(type=1, name="list", options=[option()])])]
    ),
    {"name": "Show", "type": 3},
]
THREAD = {"name": "foxes", "auto_archive_duration": 1440, "rate_limit_per_user": 0}


@dataclass(frozen=True)
class Valid:
    """`path` is filled in with ids; `kind` is what the interaction has to be that it answers."""

    what: str
    method: str
    path: str
    payload: Any
    kind: int = 0
    has_file: bool = False


CHANNEL, APP = "/channels/{channel}", "/applications/{app}"
WEBHOOK, CALLBACK = "/webhooks/{app}/{token}", "/interactions/{interaction}/{token}/callback"
REQUESTS = [
    Valid("message", "POST", f"{CHANNEL}/messages", PLAIN | {"nonce": "a", "message_reference": REPLY}),
    Valid("file", "POST", f"{CHANNEL}/messages", {"content": "a", "attachments": [FILE]}, has_file=True),
    Valid("layout", "POST", f"{CHANNEL}/messages", LAYOUT | {"attachments": [FILE]}, has_file=True),
    Valid("edit", "PATCH", f"{CHANNEL}/messages/{{message}}", LAYOUT | {"attachments": [FILE]}, has_file=True),
    Valid("thread", "POST", f"{CHANNEL}/threads", THREAD | {"type": 11, "invitable": True}),
    Valid("thread of a message", "POST", f"{CHANNEL}/messages/{{message}}/threads", THREAD),
    Valid("direct messages", "POST", "/users/@me/channels", {"recipient_id": "{alice}"}),
    Valid("commands", "PUT", f"{APP}/commands", COMMANDS),
    Valid("command", "POST", f"{APP}/guilds/{{guild}}/commands", COMMANDS[0]),
    Valid("changed command", "PATCH", f"{APP}/commands/{{command}}", {"description": "Draw", "options": [option()]}),
    Valid("answer", "POST", CALLBACK, {"type": 4, "data": PLAIN}, COMMAND),
    Valid("answer with a file", "POST", CALLBACK, {"type": 4, "data": LAYOUT | {"attachments": [FILE]}}, COMMAND, True),
    Valid("thinking", "POST", CALLBACK, {"type": 5, "data": {"flags": 64}}, COMMAND),
    Valid("update", "POST", CALLBACK, {"type": 7, "data": v2(text(), container(text()))}, COMPONENT),
    Valid("form", "POST", CALLBACK, {"type": 9, "data": MODAL}, COMPONENT),
    Valid("choices", "POST", CALLBACK, {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}]}}, AUTOCOMPLETE),
    Valid("follow-up", "POST", WEBHOOK, PLAIN, -COMMAND),
    Valid("edited answer", "PATCH", f"{WEBHOOK}/messages/@original", LAYOUT | {"attachments": [FILE]}, -COMMAND, True),
]


def fill(valid: Valid, server: DiscordServer, command: int) -> tuple[str, Any]:
    """The path and body with ids of things that are there, made anew."""
    channel, alice = server.channel("general"), server.person("alice")
    v2_message = {"flags": V2, "components": [TEXT]}
    source = server.parts.messages.create(channel, server.world.bot, v2_message, {})
    interaction = _opened(valid, server, source.id)
    ids = {
        "channel": channel.id,
        "message": source.id,
        "app": server.world.bot.id,
        "guild": server.guild.id,
        "command": command,
        "interaction": interaction.id,
        "token": interaction.token,
    }
    return valid.path.format(**ids), _filled(valid.payload, str(alice.id))


def _opened(valid: Valid, server: DiscordServer, source: int) -> Interaction:
    channel, interactions = server.channel("general"), server.parts.interactions
    data = {"id": "1", "name": "act", "type": 1, "custom_id": "go", "component_type": 2, **focused()}
    if abs(valid.kind) != AUTOCOMPLETE:
        data["options"] = []
    clicked = channel.messages[source] if valid.kind == COMPONENT else None
    kind = abs(valid.kind) or COMMAND
    interaction = interactions.open(kind, server.person("alice").user, channel, data, owners={}, source=clicked)
    if valid.kind < 0:
        interactions.answer(interaction.id, interaction.token, {"type": 5}, {})
    return interaction


def _filled(payload: Any, alice: str) -> Any:
    if isinstance(payload, dict):
        return {key: _filled(value, alice) for key, value in payload.items()}
    return alice if payload == "{alice}" else payload
