"""Every check between somebody who asks and a job, in one place: for commands, and for buttons that make more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.errors import AccessRefused
from bot.jobs.access import Action, Actor, require, require_role
from bot.jobs.admission import Admission, Quota, limits_of
from bot.jobs.blocks import Blocks
from bot.jobs.job import Job, Place
from bot.jobs.rules import Limits, Rules, WorkflowRule
from bot.jobs.servers import Servers
from bot.text import _
from bot.ui.blocking import refuse_blocked
from bot.workflow.ceilings import hold
from bot.workflow.library import Library
from bot.workflow.manifest import Manifest
from bot.workflow.option import Value
from bot.workflow.workflow import Workflow

#: channels or roles that a refusal names
NAMED = 20


@dataclass
class Admitted:
    """Whether the job that was let in came to be."""

    made: bool = False


class Admitting:
    """Call `check_person`, then `check_values`, then `admitted`: before anything that others see.

    `defaults` and `budget` are the operator's, for what a server has not set and for direct messages.
    """

    def __init__(
        self,
        servers: Servers,
        blocks: Blocks,
        admission: Admission,
        library: Library,
        *,
        clock: Callable[[], datetime],
        defaults: Limits,
        budget: float,
    ) -> None:
        self._servers = servers
        self._blocks = blocks
        self._clock = clock
        self._admission = admission
        self._library = library
        self._defaults = defaults
        self._budget = budget

    def check_person(self, actor: Actor, channels: Collection[int], manifest: Manifest) -> None:
        """Whether they may use the command at all, in one of these channels (a thread's parent counts too).

        From memory; raises AccessRefused.
        """
        rules = self._servers.get(actor.guild_id).rules
        require(actor, Action.GENERATE, None)
        refuse_blocked(self._blocks, actor, self._clock())
        refuse_place(actor, channels, rules)
        require_role(actor, manifest.roles)
        require_role(actor, tuple(sorted(_rule(rules, manifest.name).roles)))

    def check_values(
        self, actor: Actor, workflow: Workflow, values: Mapping[str, Value], given: Collection[str]
    ) -> dict[str, Value]:
        """The values within what they may ask for; `given` are those they or their preset said.

        Raises OptionRefused.
        """
        limits = limits_of(self._servers, self._defaults, actor.guild_id, actor.roles)
        return hold(workflow, values, given, limits)

    def weight(self, place: Place) -> float:
        """The share of the queue of who asks there: 1 where nothing is set."""
        return limits_of(self._servers, self._defaults, place.guild_id, place.roles).weight or 1.0

    @asynccontextmanager
    async def admitted(self, job: Job, manifest: Manifest) -> AsyncIterator[Admitted]:
        """Count the job as theirs while it is made; raises LimitReached.

        It counts no more where the block raises, or ends without setting `made`: a file was refused, say.
        """
        admitted = Admitted()
        await self._admission.admit(job, self._quota(job, manifest))
        try:
            yield admitted
        finally:
            if not admitted.made:
                await self._admission.release(job.id)

    def _quota(self, job: Job, manifest: Manifest) -> Quota:
        rules = self._servers.get(job.place.guild_id).rules
        entry = self._library.entries.get(manifest.name)
        return Quota(
            limits=limits_of(self._servers, self._defaults, job.place.guild_id, job.place.roles),
            cooldown=manifest.cooldown,
            cooldown_here=_rule(rules, manifest.name).cooldown or 0,
            cost=manifest.cost if entry is not None and entry.paid else 0,
            budget=self._budget if rules.budget is None else rules.budget,
        )


def refuse_place(actor: Actor, channels: Collection[int], rules: Rules) -> None:
    """Raise AccessRefused where the server keeps jobs to other channels, or to people with other roles."""
    if actor.owner:
        return
    if rules.channels and rules.channels.isdisjoint(channels):
        raise AccessRefused(
            _("Nothing can be made in this channel. Go to one of these: {channels}.").format(
                channels=_list("<#{}>", rules.channels)
            )
        )
    if rules.roles and rules.roles.isdisjoint(actor.roles):
        raise AccessRefused(
            _("Here only people with one of these roles can make something: {roles}.").format(
                roles=_list("<@&{}>", rules.roles)
            )
        )


def _rule(rules: Rules, command: str) -> WorkflowRule:
    return rules.workflows.get(command, WorkflowRule())


def _list(form: str, ids: Collection[int]) -> str:
    named = [form.format(each) for each in sorted(ids)]
    return ", ".join(named[:NAMED]) + (" …" if len(named) > NAMED else "")
