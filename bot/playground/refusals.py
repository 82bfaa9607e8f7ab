"""What Discord's refusals mean, in a sentence each, and where in a form the mistakes are."""

from __future__ import annotations

from bot.text import _

from .rest import Refused
from .wire import Payload


def why(refused: Refused) -> str:
    """What the bot did that Discord does not take; empty where the code is not known."""
    return _codes().get(refused.code) or _statuses().get(refused.status, "")


def mistakes(errors: Payload | None, path: str = "") -> list[Payload]:
    """The mistakes in a form, each with the path of its field: `components.0.label`."""
    found: list[Payload] = []
    for key, inside in (errors or {}).items():
        if key == "_errors":
            found += [{"path": path, "code": error["code"], "message": error["message"]} for error in inside]
        else:
            found += mistakes(inside, f"{path}.{key}" if path else key)
    return found


def _codes() -> dict[int, str]:
    return {
        10003: _("The channel was deleted, or the bot was never in it."),
        10008: _("The message was deleted."),
        10013: _("There is nobody with this id."),
        10015: _("Nothing was sent by this interaction yet, so there is nothing to edit or to follow up."),
        10062: _("The first answer to an interaction has to come within 3 seconds, and only the bot it was sent to."),
        10063: _("The command was deleted, or belongs to another server."),
        30046: _("A message older than an hour can be edited only so often. Wait before the next edit."),
        40005: _("A file is larger than this server takes. Make it smaller, or send fewer at once."),
        40060: _("An interaction is answered once; whatever comes later edits that answer or follows up."),
        40094: _("Where the bot is not a member, an interaction takes five further messages."),
        50001: _("The bot does not see this channel, or is not in the server."),
        50005: _("A bot edits its own messages only."),
        50006: _("A message needs text, a file or a component."),
        50007: _("This person takes no direct messages, or shares no server with the bot."),
        50013: _("The bot's role lacks a permission for this, in this channel or in the server."),
        50027: _("An interaction's token dies after 15 minutes. From then on only the bot's own token can edit."),
        50035: _("A field of what was sent is not as Discord wants it; see below which."),
    }


def _statuses() -> dict[int, str]:
    return {
        401: _("The bot's token is missing or wrong."),
        404: _("There is no such route, or nothing with this id."),
        429: _("Too many requests for this route in a short time. discord.py waits and asks again."),
        500: _("Discord has trouble of its own. discord.py asks again a few times."),
        502: _("Discord has trouble of its own. discord.py asks again a few times."),
        503: _("Discord has trouble of its own. The request has to be repeated later."),
    }
