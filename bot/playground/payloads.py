"""People, servers and channels as the JSON that Discord sends."""

from __future__ import annotations

from discord import Permissions

from .wire import Payload, timestamp
from .world import GROUP_DM, Channel, Guild, Member, Role, User, World, permissions

GUILD_NOTHING = (
    *("icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id", "afk_channel_id"),
    *("system_channel_id", "widget_channel_id", "vanity_url_code", "max_presences", "rules_channel_id"),
    *("safety_alerts_channel_id", "public_updates_channel_id", "incidents_data"),
)
GUILD_NUMBERS = (
    *("system_channel_flags", "default_message_notifications", "mfa_level", "explicit_content_filter", "nsfw_level"),
    *("premium_tier", "verification_level"),
)


def user_payload(user: User) -> Payload:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.display,
        "discriminator": "0000" if user.bot else "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    } | ({"bot": True} if user.bot else {})


def own_payload(user: User) -> Payload:
    """The bot as `/users/@me` tells it."""
    return user_payload(user) | {"mfa_enabled": True, "locale": user.locale, "verified": True, "email": None}


def member_payload(member: Member) -> Payload:
    return {
        "user": user_payload(member.user),
        "roles": [str(role.id) for role in member.roles],
        "joined_at": timestamp(member.joined),
        "nick": None,
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "premium_since": None,
        "flags": 0,
        "pending": False,
        "mute": False,
        "deaf": False,
    }


def role_payload(role: Role) -> Payload:
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions.value),
        "position": role.position,
        "color": role.colour,
        "colors": {"primary_color": role.colour, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel_payload(channel: Channel) -> Payload:
    last = max(channel.messages, default=None)
    payload: Payload = {
        "id": str(channel.id),
        "type": channel.type,
        "flags": 0,
        "last_message_id": str(last) if last else None,
    }
    if channel.guild is None:
        payload["recipients"] = [user_payload(user) for user in channel.recipients]
        group: Payload = {"name": None, "icon": None, "owner_id": str(channel.recipients[0].id)}
        return payload | group if channel.type == GROUP_DM else payload
    payload |= {"guild_id": str(channel.guild.id), "name": channel.name, "rate_limit_per_user": 0}
    if channel.parent:
        return payload | {"parent_id": str(channel.parent.id)} | _thread_part(channel)
    return payload | {
        "position": channel.position,
        "parent_id": None,
        "topic": None,
        "nsfw": channel.nsfw,
        "permission_overwrites": [_overwrite(channel, number) for number in channel.overwrites],
    }


def channel_news(event: str, channel: Channel) -> Payload:
    """A channel or thread as the event tells it: new threads say so, deleted ones little else."""
    told = channel_payload(channel)
    if event == "THREAD_DELETE":
        return {key: told[key] for key in ("id", "guild_id", "parent_id", "type")}
    return told | ({"newly_created": True} if event == "THREAD_CREATE" else {})


def guild_payload(guild: Guild, world: World, *, members: bool = True, joined: bool = False) -> Payload:
    """A server as GUILD_CREATE tells it: one just `joined` was never away; without `members` the bot's own only."""
    told = [member for member in guild.members.values() if members or member.user is world.bot]
    return basic_guild(guild) | {
        "joined_at": timestamp(guild.members[world.bot.id].joined if world.bot.id in guild.members else guild.created),
        "large": False,
        **({} if joined else {"unavailable": False}),
        "member_count": len(guild.members),
        "members": [member_payload(member) for member in told],
        "channels": [channel_payload(channel) for channel in guild.channels],
        "threads": [channel_payload(thread) for thread in _threads(guild, world)],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def basic_guild(guild: Guild) -> Payload:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [role_payload(role) for role in guild.roles],
        "region": "us-west",
        "afk_timeout": 300,
        "widget_enabled": False,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "preferred_locale": guild.locale,
        "premium_progress_bar_enabled": False,
        "premium_subscription_count": 0,
        "nsfw": False,
        **dict.fromkeys(GUILD_NOTHING),
        **dict.fromkeys(GUILD_NUMBERS, 0),
        "premium_tier": guild.boost_tier,
    }


def effective_permissions(user: User, channel: Channel) -> str:
    """As the strings in interactions say it; in direct messages Discord claims everything."""
    return str((permissions(user, channel) if channel.guild else Permissions.all()).value)


def app_permissions(bot: User, channel: Channel) -> str:
    """What the app may do here; where it is no member, the few things that Discord grants every app."""
    if channel.guild and channel.has_bot:
        return effective_permissions(bot, channel)
    granted = Permissions(attach_files=True, embed_links=True, mention_everyone=True)
    granted.use_external_emojis = channel.has_bot
    return str(granted.value)


def _threads(guild: Guild, world: World) -> list[Channel]:
    """The active threads that the bot may see."""
    active = [thread for thread in world.threads(guild) if not thread.archived]
    return [thread for thread in active if permissions(world.bot, thread).view_channel]


def _thread_part(thread: Channel) -> Payload:
    return {
        "owner_id": str(thread.guild.owner.id if thread.guild else 0),
        "thread_metadata": {
            "archived": thread.archived,
            "locked": thread.locked,
            "auto_archive_duration": 1440,
            "archive_timestamp": timestamp(((thread.id >> 22) + 1_420_070_400_000) / 1000),
        },
        "message_count": len(thread.messages),
        "member_count": 1,
        "total_message_sent": len(thread.messages),
    }


def _overwrite(channel: Channel, number: int) -> Payload:
    allow, deny = channel.overwrites[number]
    is_role = channel.guild is not None and any(role.id == number for role in channel.guild.roles)
    return {"id": str(number), "type": 0 if is_role else 1, "allow": str(allow.value), "deny": str(deny.value)}
