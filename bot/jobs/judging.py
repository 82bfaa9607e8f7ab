"""A finished job's pictures are judged by the operator's own workflow, before they are posted and once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from random import Random
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.backend import Backend, BackendState
from bot.comfy.client import TooLarge
from bot.comfy.events import Output, Settled
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable, EaselError, Fenced
from bot.failures import JobLost, NoOutputs
from bot.jobs.audit import Audit, Deed
from bot.jobs.changes import newest, write
from bot.jobs.job import Job, JobState, Verdict
from bot.jobs.rows import to_columns
from bot.jobs.store import Store
from bot.jobs.strikes import Strikes
from bot.media.sniff import Category, sniff
from bot.media.strip import strip_metadata
from bot.workflow.binding import Facts, bind, choose_seed, place
from bot.workflow.choosing import choose
from bot.workflow.hosts import hosts_of
from bot.workflow.recipe import recipe_of
from bot.workflow.safety import Safety, is_unsafe
from bot.workflow.workflow import Workflow

log = logging.getLogger(__name__)

CEILING = 128 * 2**20  # bytes of a picture; what is larger is not posted either
PATIENCE = 900.0  # seconds for one picture: a model may have to be loaded first, behind other prompts
TRIES = 2  # a prompt that the server forgot is sent once more


class Judge:
    """`graphs` are those of a workflow that judges; `me` is the bot's own id, which stands in the audit."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        graphs: Callable[[str], Sequence[Workflow]],
        audit: Audit,
        strikes: Strikes,
        *,
        me: Callable[[], int],
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._pool = pool
        self._graphs = graphs
        self._audit = audit
        self._strikes = strikes
        self._me = me
        self._patience = patience

    async def judged(self, job: Job) -> Job:
        """The job with verdicts, which are stored; as it is where nothing judges it or all was judged before.

        Raises BackendUnreachable where its server is away: then it is too early to tell. Whatever else goes wrong with
        a picture, it is not shown.
        """
        safety = job.recipe.safety
        if safety is None or job.state is not JobState.DONE or job.outcome.verdicts:
            return job
        backend = self._pool.get(job.backend)
        verdicts = [await self._verdict(job, safety, backend, number) for number in range(len(job.outcome.outputs))]
        job = await self._store.transact(lambda connection: _write(connection, job, tuple(verdicts)))
        withheld = sum(verdict is not Verdict.SAFE for verdict in verdicts)
        log.info("job %s: %d of %d results are withheld", job.id, withheld, len(verdicts))
        unsafe = verdicts.count(Verdict.UNSAFE)
        if unsafe:
            await self._report(job, safety, f"{unsafe}/{len(verdicts)}")
        return job

    async def _report(self, job: Job, safety: Safety, share: str) -> None:
        guild_id, user_id = job.place.guild_id, job.place.user_id
        await self._audit.record(
            guild_id=guild_id, actor_id=self._me(), action=Deed.WITHHOLD, user_id=user_id, job_id=job.id, reason=share
        )
        if safety.strike:
            await self._strikes.add(guild_id, user_id, job_id=job.id)

    async def _verdict(self, job: Job, safety: Safety, backend: Backend | None, number: int) -> Verdict:
        output = job.outcome.outputs[number]
        if output.kind == "text":
            return Verdict.SAFE
        if backend is None:  # taken out of the settings: nobody else has the file
            return Verdict.FAILED
        try:
            return await self._look(job, safety, backend, number)
        except BackendUnreachable:
            if backend.name not in self._pool.lost:
                raise
            log.warning("job %s: %s lies on a server that stays away", job.id, output.filename)
        except (EaselError, TimeoutError) as problem:
            log.warning(
                "job %s: %s could not be judged: %s", job.id, output.filename, str(problem) or "it took too long"
            )
        except Exception:  # a fault of ours shows nothing that was not judged
            log.exception("job %s: %s could not be judged", job.id, output.filename)
        return Verdict.FAILED

    async def _look(self, job: Job, safety: Safety, backend: Backend, number: int) -> Verdict:
        try:
            data = await backend.fetch(job.outcome.outputs[number], ceiling=CEILING)
        except TooLarge:
            return Verdict.SAFE if safety.unjudged == "pass" else Verdict.UNJUDGED
        kind = sniff(data)
        if kind.category is not Category.PICTURE:
            return Verdict.SAFE if safety.unjudged == "pass" else Verdict.UNJUDGED
        data = await asyncio.to_thread(strip_metadata, data)
        judge = self._judge_for(backend)
        owner = job.upload_slot if judge is backend else job.id  # slots are free of others' files on one backend alone
        uploaded = await judge.upload(data, f"safety-{owner}-{number}{kind.extension}")
        texts = await self._ask(job, safety, judge, uploaded, number)
        return Verdict.UNSAFE if any(is_unsafe(text, safety.unsafe) for text in texts) else Verdict.SAFE

    def _judge_for(self, backend: Backend) -> Backend:
        """Its own results, or those of a paid one: no words come from there. Raises BackendUnreachable where one's own
        are away, NoOutputs where there are none.
        """
        if not backend.cost:
            return backend
        own = [other for other in self._pool.backends if not other.cost and other.slots]
        up = [other for other in own if other.state is BackendState.UP]
        if own and not up:
            raise BackendUnreachable(own[0].name, "it is to judge a picture from elsewhere")
        if not up:
            raise NoOutputs
        return min(up, key=lambda other: other.queue_remaining)

    async def _ask(self, job: Job, safety: Safety, backend: Backend, uploaded: str, number: int) -> Sequence[str]:
        """What the workflow says of a picture, at least one text. Raises what a job fails of."""
        given = {safety.option: safety.option}
        workflow, values = choose(
            self._graphs(safety.workflow), given, hosts_of(backend.catalogue, backend.version or "")
        )
        graph = bind(workflow, values, choose_seed(workflow, values, Random(job.seed)))  # noqa: S311 - not a secret
        prefix = f"easel/{job.id}-safety-{number}"
        facts = Facts(catalogue=backend.catalogue, prefix=prefix, uploads={safety.option: uploaded})
        placed = place(graph, facts, recipe=recipe_of(workflow), values=values)
        outputs = await self._run(backend, placed.graph, judging_id(job.id, number))
        wanted = [output for output in outputs if not workflow.outputs or output.node in workflow.outputs]
        texts = [output.text for output in wanted if output.kind == "text"]
        if not texts:
            raise NoOutputs
        return texts

    async def _run(self, backend: Backend, graph: dict[str, object], prompt_id: str) -> tuple[Output, ...]:
        for _attempt in range(TRIES):
            settled = await self._settled(backend, graph, prompt_id)
            if settled.result == "done":
                return settled.outputs
            if settled.failure is not None:
                raise settled.failure
            if settled.result != "lost":
                raise NoOutputs
        raise JobLost

    async def _settled(self, backend: Backend, graph: dict[str, object], prompt_id: str) -> Settled:
        """Raises TimeoutError; the prompt is then taken off the server."""
        try:
            async with asyncio.timeout(self._patience), aclosing(backend.run(graph, prompt_id)) as events:
                async for event in events:
                    if isinstance(event, Settled):
                        return event
        except TimeoutError:
            with suppress(BackendUnreachable):
                await backend.cancel(prompt_id)
            raise
        raise AssertionError("the last event is Settled")


def judging_id(job_id: str, number: int) -> str:
    """The prompt that judges that output; always the same, so that it can be found again."""
    return str(uuid5(UUID(job_id), f"safety {number}"))


async def _write(connection: AsyncConnection, judged: Job, verdicts: tuple[Verdict, ...]) -> Job:
    """Into the outcome; what was judged already stays. Fenced when the job is forgotten, or somebody else's by now."""
    job = await newest(connection, judged.id)
    if job.fence != judged.fence:
        raise Fenced(job.id)
    if job.outcome.verdicts:
        return job
    return await write(connection, job, to_columns({"outcome": replace(job.outcome, verdicts=verdicts)}))
