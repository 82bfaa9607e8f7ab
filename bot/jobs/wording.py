"""What becomes of the texts of a job: wildcards taken, a style put behind the prompt, and all of it looked through."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

from bot.content.wildcard_files import WildcardFolder
from bot.content.wildcards import Expanded, UnknownWildcard, WildcardError, is_plain, literal, names_in
from bot.errors import OptionRefused, TextBlocked
from bot.jobs.screening import Screening
from bot.text import _
from bot.workflow.graph import did_you_mean
from bot.workflow.option import Option, OptionType, Value
from bot.workflow.values import check_value
from bot.workflow.workflow import Workflow

#: the option that a style stands behind, and the key of `Job.expanded` under which the style itself is kept: no
#: option's name has a space
PROMPT, STYLE = "prompt", "style suffix"


@dataclass(frozen=True)
class Speaker:
    """Whose texts they are, and on which server. `typed` are the options whose text they typed themselves just now,
    `preferred` those that have what they prefer: never a reason to refuse anything.
    """

    user_id: int
    guild_id: int | None
    typed: frozenset[str] = frozenset()
    preferred: frozenset[str] = frozenset()


class Wording:
    """`folder` has the lists for wildcards; without one texts stay as they are typed."""

    def __init__(self, screening: Screening, folder: WildcardFolder | None) -> None:
        self._screening = screening
        self._folder = folder

    async def expanded(
        self, workflow: Workflow, values: Mapping[str, Value], seed: int, *, speaker: Speaker, style: str | None = None
    ) -> dict[str, str]:
        """What the texts became, by option, where that is something else; the same for the same seed and lists.

        Raises OptionRefused, and TextBlocked: a strike only where the term is in what the person typed and put
        together, without the lines of the owner's lists. A style that does not fit or is blocked is left out.
        """
        found: dict[str, str] = {}
        for name, option in workflow.options.items():
            text = values.get(name)
            if option.type is OptionType.TEXT and isinstance(text, str):
                try:
                    became = await self._checked(option, text, seed, speaker)
                except (OptionRefused, TextBlocked):
                    if name not in speaker.preferred:
                        raise
                    became = text
                if became != text:
                    found[name] = became
        if style and PROMPT in workflow.options:
            found |= await self._styled(workflow, found.get(PROMPT, values.get(PROMPT)), style, seed, speaker)
        return found

    def literal(self, text: str) -> str:
        """What to type so that it becomes this text."""
        return text if self._folder is None else literal(text)

    async def _checked(self, option: Option, text: str, seed: int, speaker: Speaker) -> str:
        became = await self._become(option.name, text, seed)
        if became.text != text:
            check_value(option, became.text, None)
            await self._look_through(option.name, became, speaker)
        return became.text

    async def _become(self, name: str, text: str, seed: int) -> Expanded:
        folder = self._folder
        if folder is None or is_plain(text):
            return Expanded(text, text)
        try:
            return await asyncio.to_thread(_roll, folder, text, f"{seed}:{name}")
        except UnknownWildcard as unknown:
            known = await asyncio.to_thread(folder.names)
            problem = _("There is no wildcard “{name}”.{hint} A backslash before it leaves it as it is.")
            hint = did_you_mean(unknown.name, known)
            raise OptionRefused(name, problem.format(name=unknown.name, hint=hint)) from unknown
        except WildcardError as error:
            raise OptionRefused(name, _("Its wildcards and alternatives make it too long. Use fewer.")) from error

    async def _look_through(self, name: str, became: Expanded, speaker: Speaker) -> None:
        who: dict[str, Any] = {"guild_id": speaker.guild_id, "user_id": speaker.user_id}
        await self._screening.check({name: became.own}, **who, strike=name in speaker.typed)
        await self._screening.check({name: became.text}, **who, strike=False)

    async def _styled(
        self, workflow: Workflow, prompt: Value | None, style: str, seed: int, speaker: Speaker
    ) -> dict[str, str]:
        option = workflow.options[PROMPT]
        if option.type is not OptionType.TEXT or not isinstance(prompt, str) or not prompt.strip():
            return {}
        with suppress(OptionRefused, TextBlocked):
            added = (await self._become(STYLE, style, seed)).text.strip()
            if prompt.rstrip().casefold().endswith(added.casefold()):
                return {}  # a command that was copied has it already
            whole = f"{prompt}, {added}"
            check_value(option, whole, None)
            await self._look_through(PROMPT, Expanded(whole, ""), speaker)
            return {PROMPT: whole, STYLE: added}
        return {}


def without_style(expanded: Mapping[str, str]) -> str | None:
    """What the prompt became, apart from the style behind it; None where it stayed as it was typed."""
    prompt = expanded.get(PROMPT)
    return prompt if prompt is None or STYLE not in expanded else prompt.removesuffix(f", {expanded[STYLE]}")


def _roll(folder: WildcardFolder, text: str, seed: str) -> Expanded:
    """Raises WildcardError, for a name nobody knows in every turn rather than when it is drawn."""
    found = folder.expand(text, Random(seed))  # noqa: S311  which line it is, is no secret
    for name in names_in(text):
        if folder.lines(name) is None:
            raise UnknownWildcard(name)
    return found
