"""How a workflow's pictures are judged before anybody sees them: by another workflow, whose text is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from bot.text import _
from bot.workflow.option import Names

_WILD = re.compile(r"[*?\[]")


class Safety(BaseModel):
    """The `[safety]` of a manifest. In that of the judging workflow itself it says what the others leave out."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    #: the name of the workflow that judges
    workflow: str = ""
    #: the option of that workflow which takes the picture
    option: str = "image"
    #: what in its text means that a picture is unsafe
    unsafe: Names = ("unsafe", "nsfw")
    #: whether an unsafe picture is a strike for who asked for it
    strike: bool = False
    #: what becomes of files that are no pictures
    unjudged: Literal["pass", "withhold"] = "withhold"

    @field_validator("unsafe")
    @classmethod
    def _says_something(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns or ("",):
            if not any(term.strip(" *") and not term.strip().startswith("!") for term in pattern.split("|")):
                raise ValueError(_('“unsafe” is what the text says of an unsafe picture, such as "unsafe|nsfw".'))
        return patterns

    def over(self, other: Safety) -> Safety:
        """What this one says, and where it says nothing what the other does."""
        return other.model_copy(update={name: getattr(self, name) for name in self.model_fields_set})

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """What `to_dict` gave. What cannot be read names no workflow, so that nothing is let through."""
        try:
            return cls.model_validate({name: value for name, value in facts.items() if name in cls.model_fields})
        except ValidationError:
            return cls()


def is_unsafe(text: str, patterns: Iterable[str]) -> bool:
    """Whether a text says so: it holds the words of a pattern, or all of it fits one with `*`.

    Several go with `|` between them, of which one must be there; none may that begins with `!`.
    """
    line = " ".join(text.casefold().split())
    return any(_fits(line, [term.strip() for term in pattern.casefold().split("|")]) for pattern in patterns)


def _fits(line: str, terms: list[str]) -> bool:
    yes = [term for term in terms if term and not term.startswith("!")]
    no = [term[1:].strip() for term in terms if term.startswith("!")]
    return any(_holds(line, term) for term in yes) and not any(_holds(line, term) for term in no)


def _holds(line: str, term: str) -> bool:
    if _WILD.search(term):
        return fnmatchcase(line, term)
    words = r"\s+".join(map(re.escape, term.split()))
    return re.search(rf"(?<!\w){words}(?!\w)", line) is not None
