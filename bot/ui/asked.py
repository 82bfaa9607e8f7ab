"""What somebody asks for: their words looked through, presets and preferences put in, a graph chosen that takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import TextBlocked
from bot.jobs.access import Actor
from bot.jobs.preferences import Wanted
from bot.jobs.rules import Visibility
from bot.jobs.screening import Screening, typed_texts
from bot.jobs.wording import STYLE, Speaker
from bot.ui.presence import alone, server_of
from bot.ui.visibility import Shown, shown_here
from bot.workflow.binding import SEEDS
from bot.workflow.option import OptionType, Value
from bot.workflow.preferred import TYPES, choose_preferred
from bot.workflow.presets import expand
from bot.workflow.workflow import Workflow

if TYPE_CHECKING:
    from bot.ui.making import Bot, Wish


@dataclass(frozen=True)
class Asked:
    """The graph, the values it takes, whose words they are, what stands behind the prompt, and who sees the answer."""

    workflow: Workflow
    values: Mapping[str, Value]
    speaker: Speaker
    style: str | None
    shown: Shown

    def numbered(self, number: int) -> Mapping[str, Value]:
        """The values of one of several: a seed that was given goes up by one each time."""
        option = self.workflow.seed_option
        seed = self.values.get(option.name) if option is not None else None
        if option is None or not number or not isinstance(seed, int):
            return self.values
        return {**self.values, option.name: (seed + number) % min(SEEDS, int(option.max or SEEDS - 1) + 1)}


async def ask_of(
    bot: Bot, interaction: discord.Interaction[Any], actor: Actor, graphs: Sequence[Workflow], wish: Wish
) -> Asked:
    """Raises EaselError for what is given and cannot be; nothing is ever refused for what somebody prefers."""
    manifest = graphs[0].manifest
    speaker = Speaker(interaction.user.id, server_of(interaction), frozenset(_typed(wish)))
    wanted = await bot.preferences.of(speaker.user_id)
    files = {name: name for name in (*wish.sources, *wish.kept)}
    own = wanted.presets_of(manifest.name)
    typed = typed_texts(manifest.options, wish.given)
    await _look_through(bot.screening, {name: typed[name] for name in typed if name in speaker.typed}, speaker)
    said = expand(manifest, {**wish.given, **files}, own)
    others = {name: text for name, text in typed_texts(manifest.options, said).items() if name not in speaker.typed}
    await _look_through(bot.screening, others, speaker, strike=False)
    preferred = await _preferred(bot.screening, wanted, speaker) if wish.parent is None else {}
    workflow, values = choose_preferred(graphs, said, preferred, bot.pool.hosts)
    values = bot.admitting.check_values(actor, workflow, values, said.keys())
    return Asked(
        workflow,
        values,
        replace(speaker, preferred=frozenset(values.keys() - said.keys())),
        wanted.style if wish.parent is None else wish.parent.expanded.get(STYLE),
        _shown(bot, interaction, workflow, wanted),
    )


def _typed(wish: Wish) -> list[str]:
    """What the person typed themselves, rather than took over from what it goes on from."""
    before = {**(wish.parent.values if wish.parent is not None else {}), **wish.carried}
    return [name for name, value in wish.given.items() if before.get(name) != value]


async def _look_through(
    screening: Screening, texts: Mapping[str, str], speaker: Speaker, *, strike: bool = True
) -> None:
    await screening.check(texts, guild_id=speaker.guild_id, user_id=speaker.user_id, strike=strike)


async def _preferred(screening: Screening, wanted: Wanted, speaker: Speaker) -> dict[str, str]:
    """What they prefer for options, without what is blocked here."""
    found: dict[str, str] = {}
    for name, kind in TYPES.items():
        value = getattr(wanted, name)
        if not value:
            continue
        try:
            await _look_through(screening, {name: value} if kind is OptionType.TEXT else {}, speaker, strike=False)
        except TextBlocked:
            continue
        found[name] = value
    return found


def _shown(bot: Bot, interaction: discord.Interaction[Any], workflow: Workflow, wanted: Wanted) -> Shown:
    """As the server wants it; who wants to see their results alone, does, wherever others would read along."""
    rules, default = bot.servers.get(server_of(interaction)).rules, Visibility(bot.settings.results)
    shown = shown_here(interaction, rules, default, nsfw=workflow.manifest.nsfw)
    if wanted.ephemeral and not shown.ephemeral and not alone(interaction):
        return replace(shown, ephemeral=True, locale=interaction.locale.value)
    return shown
