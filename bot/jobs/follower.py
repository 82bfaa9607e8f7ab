"""One job on one backend: placed, sent, followed, and its end written down."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from bot.comfy.backend import Backend
from bot.comfy.events import (
    Accepted,
    Detached,
    Event,
    Executing,
    ExecutionCached,
    ExecutionStart,
    Output,
    Preview,
    ProgressState,
    Settled,
)
from bot.errors import BackendUnreachable, DatabaseAway, Fenced, SettingsError, WorkflowError
from bot.failures import BotFailed, JobFailed, JobLost, MissingModel, MissingNode, NoOutputs
from bot.jobs.board import Board, Run
from bot.jobs.estimates import USUAL_SECONDS
from bot.jobs.files import Files
from bot.jobs.job import Job, JobState
from bot.jobs.ledger import Ledger
from bot.jobs.rows import Changes
from bot.jobs.spending import Bill, BudgetSpent
from bot.jobs.store import Store
from bot.workflow.binding import Facts, Placed, place

log = logging.getLogger(__name__)

#: whether another backend could run that job
Elsewhere = Callable[[Job, Backend], bool]

#: who takes a job for a backend of that name, and what it costs there
Claim = Callable[[Job, str, Bill | None], Awaitable[Job]]

#: what a database says of itself: nothing is known of the job then, which is looked up again
UNKNOWN = (SettingsError, DatabaseAway, OperationalError, InterfaceError, InternalError)

SUBMITS = 2  # a job that ran on a server that forgot it is sent once more
UNSEEN = 3  # times that a job is spared which nobody saw run: it may stop ComfyUI before that can be told
STARTED = (ExecutionStart, ExecutionCached, Executing, ProgressState)


def nowhere(job: Job, backend: Backend) -> bool:
    """No other backend could."""
    return False


class Follower:
    """Takes jobs to a backend, one call each. `data_dir` is where jobs' uploads lie."""

    def __init__(
        self,
        store: Store,
        board: Board,
        data_dir: Path,
        *,
        ledger: Ledger | None = None,
        elsewhere: Elsewhere = nowhere,
    ) -> None:
        """`ledger` knows what paid backends cost, `elsewhere` whether another could run a job that one cannot."""
        self._store = store
        self._board = board
        self._files = Files(store, data_dir)
        self._ledger = ledger
        self._elsewhere = elsewhere
        #: how often a server forgot a job that only waited there
        self._unseen: Counter[str] = Counter()
        #: takes a waiting job for a backend
        self.claim: Claim = self._claim

    async def carry(self, job: Job, backend: Backend, *, known: bool) -> Job:
        """The job as it is afterwards: ended, or WAITING again. `known` ones were sent by an earlier process.

        Raises `Fenced` where the job is somebody else's by now, or has ended otherwise.
        """
        bill = None if known else self._bill(job, backend)
        try:
            return await self._carry(job, backend, known=known, bill=bill)
        except BudgetSpent:
            log.info("job %s waits on: the budget for %s is spent", job.id, backend.name)
            return job
        finally:
            if self._ledger is not None and backend.cost:
                await self._ledger.load()

    async def _carry(self, job: Job, backend: Backend, *, known: bool, bill: Bill | None) -> Job:
        refund = 0.0 if bill is None else -bill.cost
        if not known:  # whatever goes wrong here is none of the job's fault
            job = await self.claim(job, backend.name, bill)
            known = job.remote_id is not None  # it was left there when that was away
        try:
            return await self._follow(job, backend, known=known, bill=bill)
        except (Fenced, *UNKNOWN):
            raise
        except BackendUnreachable as problem:
            log.info("job %s could not be sent: %s", job.id, problem.reason)
            return await self._store.revise(job, _taken_back, more=refund)
        except (MissingNode, MissingModel) as failure:
            if backend.cost and self._elsewhere(job, backend):
                log.info("job %s goes elsewhere: %s", job.id, failure)
                return await self._store.revise(job, _taken_back, more=refund)
            return await self._fail(job, failure, more=refund)
        except JobFailed as failure:
            return await self._fail(job, failure, more=refund)
        except WorkflowError as problem:
            log.error("job %s: its workflow cannot be used any more: %s", job.id, problem)
            return await self._fail(job, BotFailed())
        except Exception:  # the border of one job: a fault of ours must not take the others down
            log.exception("job %s failed inside the bot", job.id)
            return await self._fail(job, BotFailed())

    async def _claim(self, job: Job, backend: str, bill: Bill | None) -> Job:
        return await self._store.claim(job, backend, bill=bill)

    def _bill(self, job: Job, backend: Backend) -> Bill | None:
        if not backend.cost or self._ledger is None:
            return None
        return self._ledger.bill(job.workflow, self._board.estimates.of(job.workflow) or USUAL_SECONDS)

    async def _follow(self, job: Job, backend: Backend, *, known: bool, bill: Bill | None) -> Job:
        run = self._board.begin(job, backend, known=known)
        placed = Placed(job.graph, job.used) if known else await self._place(job, backend)
        if placed.used != job.used:
            run.job = await self._store.change(run.job, used=placed.used)
        async with aclosing(backend.run(placed.graph, job.id, known=known, remote_id=job.remote_id)) as events:
            async for event in events:
                if isinstance(event, Preview) and run.job.recipe.safety is not None:
                    continue  # it would show what may be withheld
                run.follow(event)
                if isinstance(event, Settled):
                    return await self._settle(run, event, bill)
                await self._take_note(run, event)
                self._board.show_run(run)
        raise AssertionError("the last event is Settled")

    async def _place(self, job: Job, backend: Backend) -> Placed:
        uploads = {}
        for key, path in job.files.items():
            data = await self._files.read(path)
            uploads[key] = await backend.upload(data, f"{job.upload_slot}-{key}{Path(path).suffix}")
        facts = Facts(catalogue=backend.catalogue, uploads=uploads, prefix=f"easel/{job.id}")
        placed = place(job.graph, facts, recipe=job.recipe, values=job.values)
        return replace(placed, used={**job.recipe.defaults, **job.values, **placed.used})

    async def _take_note(self, run: Run, event: Event) -> None:
        if isinstance(event, Accepted):
            log.info("job %s is on %s", run.job.id, run.backend.name)
            outcome = replace(run.job.outcome, warnings=event.warnings)
            run.job = await self._store.change(run.job, remote_id=event.remote_id or run.job.id, outcome=outcome)
        if isinstance(event, Detached | Accepted) and run.job.cancelled_by is not None:
            await self.stop(run.job, run.backend)  # asked of the process before this one, or while it was sent
        elif isinstance(event, STARTED) and run.job.state is JobState.SUBMITTED:
            run.job = await self._store.change(run.job, state=JobState.RUNNING)
            log.info("job %s runs", run.job.id)
            self._board.touch()

    async def stop(self, job: Job, backend: Backend) -> None:
        """Ask the server to stop it; the wish is kept where nobody answers."""
        try:
            await backend.cancel(job.id)
        except BackendUnreachable:
            log.info("job %s will be stopped when %s is back", job.id, backend.name)

    async def _settle(self, run: Run, event: Settled, bill: Bill | None) -> Job:
        log.info("job %s %s on %s", run.job.id, event.result, run.backend.name)
        more, paid = 0.0, run.backend.cost > 0
        if self._ledger is not None and bill is not None and event.seconds is not None:
            more = self._ledger.price(run.job.workflow, event.seconds) - bill.cost
        counts = paid or (event.result == "lost" and self._counts(run.job))
        job = await self._store.revise(run.job, lambda job: _ending(job, event, counts=counts), more=more)
        if job.state.ended:
            del self._unseen[job.id]
        return job

    def _counts(self, job: Job) -> bool:
        """Whether the job may be why its server forgot it: not where it only waited, as those do that stand behind it.

        Nor where it never got there, as far as anybody can tell.
        """
        if job.remote_id is None:
            return False
        if job.state is JobState.RUNNING:
            return True
        self._unseen[job.id] += 1
        return self._unseen[job.id] > UNSEEN

    async def _fail(self, job: Job, failure: JobFailed, *, more: float = 0) -> Job:
        return await self._store.revise(job, lambda latest: _failed(latest, failure), more=more)


def _ending(job: Job, event: Settled, *, counts: bool) -> Changes:
    """What becomes of the job as stored, with its message and a wish to stop it, after the server's last word.

    A loss that does not count is none. Where it is paid for, each counts: it may have run under an id that nobody
    heard of.
    """
    if event.result == "lost" and job.cancelled_by is None:
        return _again(job, counts=counts)
    if event.result == "done" and not _stopped_by_another(job):
        outputs = _wanted(job, event.outputs)
        outcome = replace(job.outcome, outputs=outputs)
        done: Changes = {"state": JobState.DONE, "outcome": outcome, "seconds": event.seconds}
        return done if outputs else _failed(job, NoOutputs())
    if event.result == "failed" and not _stopped_by_another(job):
        return _failed(job, event.failure or NoOutputs())
    return {"state": JobState.CANCELLED}


def _wanted(job: Job, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """Those of the nodes that the workflow names, or all."""
    nodes = job.recipe.outputs
    return tuple(output for output in outputs if not nodes or output.node in nodes)


def _failed(job: Job, failure: JobFailed) -> Changes:
    log.info("job %s failed: %s", job.id, type(failure).__name__)
    return {"state": JobState.FAILED, "outcome": replace(job.outcome, failure=failure)}


def _again(job: Job, *, counts: bool) -> Changes:
    if counts and job.submits >= SUBMITS:
        return _failed(job, JobLost())
    log.warning("job %s is unknown to %s; it is sent again", job.id, job.backend)
    return {"state": JobState.WAITING} if counts else _taken_back(job)


def _taken_back(job: Job) -> Changes:
    """As if it had not been submitted."""
    if job.cancelled_by is not None:
        return {"state": JobState.CANCELLED}
    return {"state": JobState.WAITING, "submits": max(0, job.submits - 1)}


def _stopped_by_another(job: Job) -> bool:
    """A moderator's stop holds even when it came too late; a person's own then gives them the result after all."""
    return job.cancelled_by is not None and job.cancelled_by != job.place.user_id
