"""What the page shows, as JSON of its own: who there is, channels, commands, messages."""

from __future__ import annotations

from collections.abc import Iterator

from .answers import Answer
from .message import Message, StoredFile
from .message_payloads import of_menu
from .people import Person
from .server import DiscordServer
from .typed_options import SUB_COMMAND_GROUP
from .wire import Payload
from .world import Channel, Guild, Member, User, permissions


def state_view(discord: DiscordServer, person: Person) -> Payload:
    """Everything beside the messages: people, servers with the channels this person sees, whether the bot is there."""
    guilds = [guild for guild in discord.guilds if person.id in guild.members]
    return {
        "banner": discord.backstage.line() if discord.backstage else discord.banner,
        "ahead": discord.world.ahead,
        "online": discord.gateway.online,
        "me": str(person.id),
        "bot": user_view(discord.world.bot),
        "people": _people(discord),
        "guilds": [_guild_view(discord, guild, person) for guild in guilds],
        "dm": channel_view(person.dm),
        "chats": [_chat_view(channel, person) for channel in discord.world.chats(person.user)],
        "installed": person.user.installed,
        "upload_limit": discord.parts.files.upload_limit,
    }


def user_view(user: User) -> Payload:
    return {"id": str(user.id), "name": user.name, "display": user.display, "bot": user.bot}


def channel_view(channel: Channel) -> Payload:
    kind = "dm" if channel.guild is None else "thread" if channel.parent else "text"
    return {
        "id": str(channel.id),
        "name": channel.name,
        "kind": kind,
        "archived": channel.archived,
        "parent": str(channel.parent.id) if channel.parent else None,
    }


def commands_view(commands: list[Payload], locale: str) -> list[Payload]:
    """Every command that can be called, subcommands by their whole path, as a client in this language has them."""
    here = [_localized(command, locale) for command in commands]
    return [leaf for command in here for leaf in _leaves(command, command, command["name"])]


def message_view(message: Message) -> Payload:
    original = message.channel.messages.get(_answered(message))
    hidden = message.hidden_files()
    return {
        "id": str(message.id),
        "channel": str(message.channel.id),
        "author": user_view(message.author),
        "at": message.created,
        "edited": message.edited is not None and not message.ephemeral,
        "deleted": message.deleted,
        "ephemeral": message.ephemeral,
        "loading": message.loading,
        "v2": message.is_v2,
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "files": [file_view(file) for file in message.attachments if file.id not in hidden],
        "command": message.command,
        "menu": of_menu(message),
        "asked": _asker(message),
        "reply": _reply(original) if original else None,
        "revision": len(message.versions),
    }


def file_view(file: StoredFile) -> Payload:
    return {
        "name": file.name,
        "size": file.size,
        "type": file.content_type,
        "url": file.url,
        "width": file.width,
        "height": file.height,
        "description": file.description or "",
    }


def answer_view(answer: Answer) -> Payload:
    """How an interaction went: unanswered, or with a form to show."""
    modal = answer.modal
    shown = {"title": modal.title, "components": modal.components} if modal else None
    return {"interaction": str(answer.interaction.id), "failed": answer.failed, "modal": shown}


def _chat_view(channel: Channel, person: Person) -> Payload:
    """Direct messages without the bot, named for this person after the others."""
    others = [user for user in channel.recipients if user is not person.user]
    named = {"kind": "chat", "name": ", ".join(user.display for user in others)}
    return channel_view(channel) | named | {"recipients": [str(user.id) for user in channel.recipients]}


def _people(discord: DiscordServer) -> list[Payload]:
    """Who can be played: members first, the owner last."""
    people = sorted(discord.people.values(), key=lambda person: person.user is discord.guild.owner)
    return [user_view(person.user) for person in people]


def _guild_view(discord: DiscordServer, guild: Guild, person: Person) -> Payload:
    threads = discord.world.threads(guild)
    channels = [
        place for channel in guild.channels for place in (channel, *(t for t in threads if t.parent is channel))
    ]
    rights = {channel: permissions(person.user, channel) for channel in channels}
    seen = [channel for channel in channels if rights[channel].view_channel]
    return {
        "id": str(guild.id),
        "name": guild.name,
        "channels": [channel_view(channel) | {"manages": rights[channel].manage_messages} for channel in seen],
        "roles": [{"id": str(role.id), "name": role.name, "colour": role.colour} for role in guild.roles],
        "members": [_member_view(guild, member) for member in guild.members.values()],
    }


def _member_view(guild: Guild, member: Member) -> Payload:
    """A member under their highest role, whose colour their name has."""
    roles = sorted(member.roles, key=lambda role: role.position, reverse=True)
    group = "Owner" if guild.owner is member.user else roles[0].name if roles else ""
    colour = next((role.colour for role in roles if role.colour), 0)
    return {"id": str(member.user.id), "group": group, "colour": colour}


def _localized(entry: Payload, locale: str) -> Payload:
    """A command, option or choice, with all that is inside."""
    texts = {key: (entry.get(f"{key}_localizations") or {}).get(locale) for key in ("name", "description")}
    inside = {key: [_localized(each, locale) for each in entry[key]] for key in ("options", "choices") if key in entry}
    return entry | {key: text for key, text in texts.items() if text} | inside


def _leaves(command: Payload, place: Payload, path: str) -> Iterator[Payload]:
    nested = [option for option in place.get("options", []) if option["type"] <= SUB_COMMAND_GROUP]
    for option in nested:
        yield from _leaves(command, option, f"{path} {option['name']}")
    if not nested:
        yield {
            "path": path,
            "type": command["type"],
            "description": place.get("description", ""),
            "options": place.get("options", []),
        }


def _answered(message: Message) -> int:
    """The message that this one replies to, or whose button or select it answers; 0 with none."""
    pressed = (message.metadata or {}).get("interacted_message_id")
    return message.reference or int(pressed or 0)


def _reply(original: Message) -> Payload:
    return {"id": str(original.id), "author": user_view(original.author), "text": original.text}


def _asker(message: Message) -> Payload | None:
    if not message.metadata or message.metadata["type"] != 2:
        return None
    user = message.metadata["user"]
    return {
        "id": user["id"],
        "name": user["username"],
        "display": user["global_name"] or user["username"],
        "bot": False,
    }
