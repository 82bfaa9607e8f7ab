"""Everything that can go wrong, as one tree; each class has a sentence a person may see.

EaselError
├── SettingsError                a setting is missing or wrong; `run` stops
├── AlreadyRunning               another process has the token or the database
├── DatabaseAway                 a PostgreSQL does not answer, and somebody waits
├── WorkflowError                a workflow file cannot be used
├── WorkflowUnfit                no server has what a workflow needs
├── OptionRefused                a value a person gave cannot be used
├── TextBlocked                  what a person typed holds a blocked term
├── AccessRefused                who asked may not do that
├── LimitReached                 who asked has used up what they may
├── TooManyPresets               who saves a preset has as many as there may be
├── HelperFailed                 the language model that improves prompts has no answer
├── AttachmentRefused            a file somebody attached is not fetched, or not used
├── Fenced                       the job changed under us: somebody else has it, or it ended
├── BackendError                 about a ComfyUI server rather than about a job
│   ├── BackendUnreachable       nobody answers
│   │   ├── KeyRefused           the cloud does not take our key
│   │   ├── CreditsGone          the cloud's account has none left
│   │   ├── CloudBusy            the cloud takes no more jobs for now
│   │   ├── CloudStopped         the deployment in the cloud is switched off
│   │   ├── NotComfyApi          something else answers at a cloud's address
│   │   ├── BackendAsleep        it is being woken
│   │   └── NoWorker             no process of a fleet has it
│   ├── BackendTooOld            it cannot take our prompt ids
│   ├── BackendStuck             it answers but runs nothing: its worker is dead
│   ├── BackendPaused            whoever runs the bot lets it have nothing new
│   └── BudgetGone               what paid ones may cost is used up
└── JobFailed                    why a job ended without a result: bot/failures.py

Errors hold facts; `sentence()` makes the words, in the current locale, when somebody reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil

from bot.numerals import number
from bot.text import _, named


class EaselError(Exception):
    """The root. Subclasses are dataclasses of facts."""

    def sentence(self) -> str:
        """What happened and what to do, for a person."""
        return _("Something went wrong on the bot's side. Try again; if it happens again, tell whoever runs the bot.")

    def __str__(self) -> str:
        return self.sentence()


@dataclass(eq=False)
class SettingsError(EaselError):
    problem: str

    def sentence(self) -> str:
        return self.problem


@dataclass(eq=False)
class AlreadyRunning(EaselError):
    """`what` says what the other process holds."""

    what: str

    def sentence(self) -> str:
        return _("Another Easel is already running with {what}. Stop that one first.").format(what=self.what)


@dataclass(eq=False)
class DatabaseAway(EaselError):
    """`perhaps`: what was to be written may have been all the same, as a commit was under way."""

    perhaps: bool = False

    def sentence(self) -> str:
        return _(
            "The bot cannot reach its database at the moment. Try again in a minute; "
            "if it lasts, tell whoever runs the bot."
        )


@dataclass(eq=False)
class WorkflowError(EaselError):
    """`file` is the file's name, `problem` a sentence that says what to change."""

    file: str
    problem: str

    def sentence(self) -> str:
        return f"{self.file}: {self.problem}"


@dataclass(eq=False)
class WorkflowUnfit(EaselError):
    """`reasons` are sentences about what the servers lack."""

    name: str
    reasons: tuple[str, ...]

    def sentence(self) -> str:
        return _("/{name} cannot run at the moment. {reasons}").format(
            name=named(self.name), reasons=" ".join(self.reasons)
        )


@dataclass(eq=False)
class OptionRefused(EaselError):
    """`problem` is a whole sentence."""

    option: str
    problem: str

    def sentence(self) -> str:
        return f"`{named(self.option)}`: {self.problem}"


@dataclass(eq=False)
class TextBlocked(EaselError):
    """`option` is the field; `count` strikes of `most` that block (0: none do); `until` when a block that began ends.

    Which term it was is told to nobody.
    """

    option: str
    count: int = 0
    most: int = 0
    until: datetime | None = None

    def sentence(self) -> str:
        said = _("`{option}`: It holds a word that is blocked here. Change it and try again.").format(
            option=named(self.option)
        )
        if self.until is not None:
            when = f"<t:{ceil(self.until.timestamp())}:R>"
            more = _("That was too often: you are blocked now. It ends {when}.").format(when=when)
        elif self.count < self.most:
            more = _("This is time {count} within 24 hours; time {most} blocks you for a while.").format(
                count=self.count, most=self.most
            )
        else:
            return said
        return f"{said} {more}"


@dataclass(eq=False)
class AccessRefused(EaselError):
    """`problem` is a whole sentence."""

    problem: str

    def sentence(self) -> str:
        return self.problem


@dataclass(eq=False)
class TooManyPresets(EaselError):
    """`most` are there already."""

    most: int

    def sentence(self) -> str:
        return _("You have {most} presets, which is the most. Delete one with /preset delete.").format(most=self.most)


class HelperTrouble(StrEnum):
    #: nobody answers there
    UNREACHABLE = "unreachable"
    #: it took too long
    SLOW = "slow"
    #: it answered that it will not, or with something else than a prompt
    REFUSED = "refused"
    #: as many people ask already as may at a time
    BUSY = "busy"


@dataclass(eq=False)
class HelperFailed(EaselError):
    trouble: HelperTrouble

    def sentence(self) -> str:
        match self.trouble:
            case HelperTrouble.UNREACHABLE:
                return _("The prompt helper does not answer at the moment. Try again later.")
            case HelperTrouble.SLOW:
                return _("The prompt helper took too long. Try again.")
            case HelperTrouble.BUSY:
                return _("The prompt helper is busy. Try again in a moment.")
            case _:
                return _("The prompt helper had no usable suggestion. Try again, or change the prompt yourself.")


@dataclass(eq=False)
class AttachmentRefused(EaselError):
    """`problem` is a whole sentence."""

    problem: str

    def sentence(self) -> str:
        return self.problem


class Spent(StrEnum):
    #: jobs of a person that have not ended
    WAITING = "waiting"
    #: jobs of a person within 60 minutes
    HOUR = "hour"
    #: jobs of a person within 24 hours
    DAY = "day"
    #: the time between two uses of a command
    COOLDOWN = "cooldown"
    #: what paid commands may cost within 24 hours
    BUDGET = "budget"


@dataclass(eq=False)
class LimitReached(EaselError):
    """`used` of `most`; `frees` is when the next one is possible, None where no time can be told.

    `command` and `cost` are about the command that was refused.
    """

    limit: Spent
    used: float = 0
    most: float = 0
    frees: datetime | None = None
    command: str = ""
    cost: float = 0

    def sentence(self) -> str:
        words = {"used": number(self.used), "most": number(self.most), "cost": number(self.cost)}
        when = f"<t:{ceil(self.frees.timestamp())}:R>" if self.frees is not None else ""
        return self._template().format(**words, when=when, command=named(self.command))

    def _template(self) -> str:
        match self.limit:
            case Spent.WAITING:
                return _(
                    "Your jobs here that have not ended: {used} of {most}, so none is left. "
                    "The next one is possible as soon as one ends: wait for it, or stop one with /cancel."
                )
            case Spent.HOUR:
                return _(
                    "Your jobs here within the last 60 minutes: {used} of {most}, so none is left. "
                    "The next one is possible {when}."
                )
            case Spent.DAY:
                return _(
                    "Your jobs here within the last 24 hours: {used} of {most}, so none is left. "
                    "The next one is possible {when}."
                )
            case Spent.COOLDOWN:
                return _("You can use /{command} again {when}: there is a time to wait between two uses.")
            case Spent.BUDGET if self.frees is None:
                return _(
                    "/{command} costs {cost}, and all paid commands together may cost {most} here within 24 hours. "
                    "Ask who manages the server to raise the budget."
                )
            case Spent.BUDGET:
                return _(
                    "Paid commands have cost {used} of {most} here within 24 hours, and /{command} costs {cost}. "
                    "It is possible again {when}."
                )


@dataclass(eq=False)
class Fenced(EaselError):
    """A compare-and-set hit no row."""

    job_id: str

    def sentence(self) -> str:
        return _("That job has already ended.")


class BackendError(EaselError):
    """About a server. Jobs wait; they do not fail."""


@dataclass(eq=False)
class BackendUnreachable(BackendError):
    backend: str
    reason: str = ""

    def sentence(self) -> str:
        return _("ComfyUI does not answer. Jobs wait and run when it is back.")


@dataclass(eq=False)
class KeyRefused(BackendUnreachable):
    def sentence(self) -> str:
        return _(
            "The cloud does not take the bot's key. Whoever runs the bot must put a valid one into COMFY_API_KEYS."
        )


@dataclass(eq=False)
class CreditsGone(BackendUnreachable):
    def sentence(self) -> str:
        return _("The cloud account has no credits left. Jobs wait until whoever runs the bot adds some.")


@dataclass(eq=False)
class CloudBusy(BackendUnreachable):
    """`seconds` is when the cloud wants to be asked again."""

    seconds: float = 0

    def sentence(self) -> str:
        return _("The cloud takes no more jobs at the moment. Jobs wait and are sent again by themselves.")


@dataclass(eq=False)
class CloudStopped(BackendUnreachable):
    def sentence(self) -> str:
        return _("The deployment in the cloud is stopped. Jobs wait until whoever runs the bot starts it.")


@dataclass(eq=False)
class NotComfyApi(BackendUnreachable):
    def sentence(self) -> str:
        return _("No Comfy API v2 answers at that address. Whoever runs the bot must correct COMFY_API_URLS.")


@dataclass(eq=False)
class BackendAsleep(BackendUnreachable):
    def sentence(self) -> str:
        return _("The computer that runs ComfyUI was asleep and is being woken. Jobs begin when it is up.")


@dataclass(eq=False)
class NoWorker(BackendUnreachable):
    def sentence(self) -> str:
        return _(
            "No worker has this server at the moment. Jobs wait; "
            "whoever runs the bot must start a worker that names it."
        )


@dataclass(eq=False)
class BackendTooOld(BackendError):
    backend: str
    version: str

    def sentence(self) -> str:
        return _("ComfyUI {version} is too old for Easel, which needs 0.3.45 or newer. Update ComfyUI.").format(
            version=self.version
        )


@dataclass(eq=False)
class BackendStuck(BackendError):
    backend: str

    def sentence(self) -> str:
        return _("ComfyUI answers but no longer runs anything. Whoever runs the server must restart ComfyUI.")


@dataclass(eq=False)
class BackendPaused(BackendError):
    backend: str

    def sentence(self) -> str:
        return _(
            "Whoever runs the bot has paused the servers that could run this. It keeps its place and begins when they "
            "go on."
        )


class BudgetGone(BackendError):
    def sentence(self) -> str:
        return _(
            "Only a paid server can run this now, and the budget for those is used up. It keeps its place and begins "
            "when there is room again."
        )
