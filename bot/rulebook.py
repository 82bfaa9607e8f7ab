"""What servers set, who is blocked, what is counted and what is written down: all that decides who may do what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.content.lists import WordLists
from bot.content.wildcard_files import WildcardFolder
from bot.jobs.admission import Admission, default_limits
from bot.jobs.audit import Audit
from bot.jobs.blocks import Blocks
from bot.jobs.preferences import Preferences
from bot.jobs.reports import Reports
from bot.jobs.rules import Limits
from bot.jobs.screening import Screening
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.jobs.strikes import Strikes
from bot.jobs.wording import Wording
from bot.settings import Settings
from bot.ui.admitting import Admitting
from bot.workflow.library import Library


@dataclass(frozen=True)
class Rulebook:
    """Each part is the bot's by the same name. `limits` are the operator's."""

    servers: Servers
    blocks: Blocks
    limits: Limits
    admitting: Admitting
    audit: Audit
    reports: Reports
    strikes: Strikes
    screening: Screening
    preferences: Preferences
    wording: Wording

    @classmethod
    async def open(
        cls, store: Store, settings: Settings, library: Library, clock: Callable[[], datetime], me: Callable[[], int]
    ) -> Rulebook:
        """With what the store has; `me` is the bot's own id. Raises SettingsError for a list that cannot be read."""
        servers, blocks, audit = Servers(store, clock), Blocks(store, clock), Audit(store, clock)
        await servers.load()
        await blocks.load()
        limits = default_limits(settings)
        strikes = Strikes(
            store, servers, blocks, audit, clock=clock, me=me, most=settings.strikes, minutes=settings.strike_minutes
        )
        admitting = Admitting(
            servers,
            blocks,
            Admission(store, clock),
            library,
            clock=clock,
            defaults=limits,
            budget=settings.paid_budget,
        )
        lists = WordLists(settings.blocked_words, settings.blocked_words_file)
        screening = Screening(lists, servers, strikes)
        folder = WildcardFolder(settings.workflows_dir / "wildcards") if settings.wildcards else None
        return cls(
            servers,
            blocks,
            limits,
            admitting,
            audit,
            Reports(store, clock),
            strikes,
            screening,
            Preferences(store),
            Wording(screening, folder),
        )
