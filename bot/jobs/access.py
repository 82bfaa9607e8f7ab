"""Who may do what: the one place that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import AccessRefused
from bot.jobs.job import Job
from bot.text import _


class Action(StrEnum):
    #: ask for a new job
    GENERATE = "generate"
    #: see that a job waits or runs, whose it is, and which workflow: the line in `/queue`
    NOTICE = "notice"
    #: see all of a job: its options, its result
    SEE = "see"
    #: stop one's own job, whatever its state
    CANCEL = "cancel"
    #: stop somebody's job
    INTERRUPT = "interrupt"
    #: go through a server's jobs
    LIST = "list"
    #: take waiting jobs out of the queue
    CLEAR = "clear"
    #: let nothing new begin on a server, and let it begin again
    PAUSE = "pause"
    #: keep a person from asking for jobs, and end that
    BLOCK = "block"
    #: take a result away: one's own, or on one's server anybody's
    DELETE = "delete"
    #: remove a job's message and warn whose it is
    WARN = "warn"
    #: look at a report and find nothing wrong
    DISMISS = "dismiss"
    #: tell the moderators of a job's message
    REPORT = "report"
    #: see and change what a server allows
    SETTINGS = "settings"
    #: have one's own jobs and files forgotten
    FORGET = "forget"
    #: have somebody else's forgotten
    FORGET_OTHERS = "forget_others"


#: for moderators, on their own server
MODERATION = frozenset(
    {Action.INTERRUPT, Action.LIST, Action.CLEAR, Action.PAUSE, Action.BLOCK, Action.WARN, Action.DISMISS}
)


@dataclass(frozen=True)
class Actor:
    """Who asks, and from where. `guild_id` is None in direct messages, where nobody is a moderator.

    `moderator`: they may manage messages there, or Discord let them use a moderators' command. `admin`: they may manage
    the server, or Discord let them use `/settings`. `owner`: of the bot.
    """

    user_id: int
    guild_id: int | None
    roles: frozenset[int] = frozenset()
    role_names: frozenset[str] = frozenset()
    moderator: bool = False
    owner: bool = False
    admin: bool = False


def may(actor: Actor, action: Action, job: Job | None = None) -> bool:
    """Whether they may. Without a job it is asked of no job in particular: of the server they are on."""
    if action in MODERATION:
        return _moderates(actor, job)
    match action:
        case Action.GENERATE | Action.FORGET:
            return True
        case Action.NOTICE:
            return job is None or _own(actor, job) or _here(actor, job) or actor.owner
        case Action.SEE | Action.DELETE:
            return job is not None and (_own(actor, job) or _moderates(actor, job))
        case Action.CANCEL:
            return job is not None and _own(actor, job)
        case Action.REPORT:
            return job is not None and _here(actor, job)
        case Action.SETTINGS:
            return actor.guild_id is not None and (actor.admin or actor.owner)
        case _:
            return actor.owner


def require(actor: Actor, action: Action, job: Job | None = None) -> None:
    """Raise AccessRefused unless they may."""
    if not may(actor, action, job):
        raise AccessRefused(_refusal(actor, action))


def require_role(actor: Actor, roles: Sequence[str | int]) -> None:
    """Raise AccessRefused unless they have one of these roles, by id or name; none asked for is none needed."""
    if not roles or actor.owner or actor.roles.intersection(roles) or actor.role_names.intersection(roles):
        return
    if actor.guild_id is None:
        raise AccessRefused(_("This command is for people with certain roles: use it on a server where you have one."))
    names = ", ".join(f"<@&{role}>" if isinstance(role, int) else f"@{role}" for role in roles)
    raise AccessRefused(_("This command is for people with one of these roles: {roles}.").format(roles=names))


def _own(actor: Actor, job: Job) -> bool:
    return actor.user_id == job.place.user_id


def _here(actor: Actor, job: Job) -> bool:
    return actor.guild_id is not None and actor.guild_id == job.place.guild_id


def _moderates(actor: Actor, job: Job | None) -> bool:
    """Of their own server's jobs only; whoever runs the bot, of all."""
    if actor.owner:
        return True
    return actor.moderator and actor.guild_id is not None and (job is None or _here(actor, job))


def _refusal(actor: Actor, action: Action) -> str:
    match action:
        case Action.CANCEL:
            return _("That is somebody else's job. You can only stop your own.")
        case _ if action in MODERATION and actor.guild_id is None:
            return _("Only moderators can do that, on their server. There are none in direct messages.")
        case Action.INTERRUPT:
            return _("Only the person who asked for it and the moderators of its server can stop that job.")
        case Action.LIST:
            return _("Only moderators can see the list of this server's jobs.")
        case _ if action in MODERATION:
            return _("Only moderators can do that, on their own server.")
        case Action.DELETE:
            return _("Only the person who made it and the moderators of its server can delete that.")
        case Action.REPORT:
            return _("Only messages of this server's jobs can be reported to its moderators.")
        case Action.SETTINGS:
            return _("Only those who manage this server can change what Easel does here.")
        case Action.FORGET_OTHERS:
            return _("Only whoever runs the bot may do that.")
        case _:
            return _("That job belongs to somebody else.")
