"""Why a job ended without a result; each class has a sentence for whoever asked.

JobFailed
├── PromptRefused            the server refused the graph as a whole
│   ├── MissingNode          a node class is not installed
│   ├── MissingModel         a file the graph names is not there
│   ├── BadInput             an input's value is not accepted
│   ├── PartnerNodesOff      the cloud's account may not use a node that costs extra
│   ├── CloudTooLarge        more than the cloud takes at once
│   └── NothingToFree        the cloud's memory is not ours to clear
├── NodeFailed               a node raised while running
│   ├── OutOfMemory
│   └── BadPicture
├── BotFailed                a fault of ours
├── JobLost                  the server forgot it, twice
├── NoOutputs                it ran and made nothing
└── ServerLost               its files are gone
    └── ResultAway           their server stays away

A `JobFailed` goes into the store as `to_dict()` and comes back by `failure_from()`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from bot.errors import EaselError
from bot.text import _


class JobFailed(EaselError):
    """Why a job has no result."""

    def sentence(self) -> str:
        return _("The job failed.")

    def to_dict(self) -> dict[str, Any]:
        """JSON: the class's name under `kind`, and the facts."""
        return {"kind": type(self).__name__, **asdict(self)}  # type: ignore[call-overload]  # every leaf is a dataclass


@dataclass(eq=False)
class PromptRefused(JobFailed):
    """`type` and `message` are ComfyUI's own words for the graph as a whole."""

    type: str = ""
    message: str = ""

    def sentence(self) -> str:
        return _("ComfyUI refused this workflow: {reason} Whoever runs the bot must fix the workflow.").format(
            reason=_full_stop(self.message or self.type)
        )


@dataclass(eq=False)
class MissingNode(PromptRefused):
    """`title` is the node's title in the graph, `class_type` the missing class."""

    title: str = ""
    class_type: str = ""

    def sentence(self) -> str:
        return _(
            "ComfyUI has no node called “{class_type}” (used as “{title}”). "
            "Whoever runs ComfyUI must install the custom node it belongs to."
        ).format(class_type=self.class_type, title=self.title)


@dataclass(eq=False)
class MissingModel(PromptRefused):
    """`value` is the file asked for, `closest` the nearest names the server has."""

    title: str = ""
    class_type: str = ""
    input: str = ""
    value: str = ""
    closest: tuple[str, ...] = ()

    def sentence(self) -> str:
        if not self.closest:
            return _(
                "ComfyUI does not have “{value}” (for “{title}”). Ask whoever runs ComfyUI to add the file."
            ).format(value=self.value, title=self.title)
        names = ", ".join(f"`{name}`" for name in self.closest)
        return _("ComfyUI does not have “{value}” (for “{title}”). The closest it has: {names}.").format(
            value=self.value, title=self.title, names=names
        )


@dataclass(eq=False)
class BadInput(PromptRefused):
    """One input of one node; `message` is ComfyUI's."""

    title: str = ""
    class_type: str = ""
    input: str = ""

    def sentence(self) -> str:
        return _("The node “{title}” does not accept its “{input}”: {reason} Change that option and try again.").format(
            title=self.title, input=self.input, reason=_full_stop(self.message)
        )


@dataclass(eq=False)
class PartnerNodesOff(PromptRefused):
    def sentence(self) -> str:
        return _(
            "This workflow uses partner nodes, which are switched off for the cloud account. "
            "Whoever runs the bot must allow them there, or use another workflow."
        )


@dataclass(eq=False)
class CloudTooLarge(PromptRefused):
    def sentence(self) -> str:
        return _("That is more than the cloud takes at once. Try a smaller picture or file.")


@dataclass(eq=False)
class NothingToFree(PromptRefused):
    def sentence(self) -> str:
        return _("The cloud loads and unloads models by itself: there is nothing to free.")


@dataclass(eq=False)
class NodeFailed(JobFailed):
    """A node raised; `reason` is its first line, without paths."""

    title: str = ""
    class_type: str = ""
    reason: str = ""

    def sentence(self) -> str:
        return _("The node “{title}” failed: {reason} Try other options, or ask whoever runs the bot.").format(
            title=self.title, reason=_full_stop(self.reason)
        )


@dataclass(eq=False)
class OutOfMemory(NodeFailed):
    def sentence(self) -> str:
        return _(
            "The graphics card ran out of memory in “{title}”. Try a smaller size, fewer pictures, or a smaller model."
        ).format(title=self.title)


@dataclass(eq=False)
class BadPicture(NodeFailed):
    def sentence(self) -> str:
        return _("“{title}” cannot read that picture. Send it as a PNG, JPEG or WebP file.").format(title=self.title)


@dataclass(eq=False)
class BotFailed(JobFailed):
    def sentence(self) -> str:
        return EaselError.sentence(self)


@dataclass(eq=False)
class JobLost(JobFailed):
    def sentence(self) -> str:
        return _("ComfyUI lost this job twice, most likely because it was restarted. Run the command again.")


@dataclass(eq=False)
class NoOutputs(JobFailed):
    def sentence(self) -> str:
        return _("The workflow ran but made no file and no text. Whoever runs the bot should add a save node to it.")


@dataclass(eq=False)
class ServerLost(JobFailed):
    def sentence(self) -> str:
        return _("The files of this job can no longer be had from ComfyUI. Run the command again.")


@dataclass(eq=False)
class ResultAway(ServerLost):
    def sentence(self) -> str:
        return _(
            "Your job is done, but the computer that has its files has not answered for a while. "
            "Run the command again: another one does it. When it is back, /history shows these files."
        )


def failure_from(facts: dict[str, Any]) -> JobFailed:
    """The error a stored `to_dict()` stands for; unknown kinds become a plain refusal, unknown facts are left out."""
    kind = {cls.__name__: cls for cls in _leaves(JobFailed)}.get(facts.get("kind", ""), PromptRefused)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # every leaf is a dataclass
    return kind(**{name: _tuple(value) for name, value in facts.items() if name in known})


def _leaves(root: type[JobFailed]) -> list[type[JobFailed]]:
    return [leaf for cls in root.__subclasses__() for leaf in (cls, *_leaves(cls))]


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _full_stop(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
