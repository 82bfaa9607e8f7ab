"""What the Comfy API v2 says of a job -> our events, its end and its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.comfy.events import Ahead, Event, ExecutionStart, NodeState, Output, Preview, ProgressState, Settled
from bot.comfy.failures import node_failure
from bot.failures import JobFailed, NodeFailed

if TYPE_CHECKING:
    from comfy_low.models import Job
    from comfy_sdk.events import Event as SdkEvent

Graph = Mapping[str, Any]

#: `Output.type` of a file in a cloud: its `subfolder` is the asset's id
ASSET = "asset"
#: states that say how a job ended; `expired` is left out: it says that the cloud has none of it any more
ENDS = {"succeeded": "done", "failed": "failed", "canceled": "cancelled"}


class Reader:
    """The events of one job. Each names one node at most: those before it have ended, by all that is known."""

    def __init__(self, prompt_id: str) -> None:
        self._prompt_id = prompt_id
        self._nodes: dict[str, NodeState] = {}

    def read(self, event: SdkEvent) -> Iterator[Event]:
        """Ours for one of the SDK's; none for those that say nothing to people."""
        from comfy_sdk import events as sdk

        match event:
            case sdk.StatusChange(status="queued", queue_position=int(position)):
                yield Ahead(self._prompt_id, max(0, position))
            case sdk.StatusChange(status="running"):
                yield ExecutionStart(self._prompt_id)
            case sdk.Progress(current_node=str(node)):
                yield self._at(node, event.step, event.steps)
            case sdk.Preview(data=data) if data:
                yield Preview(self._prompt_id, event.node_id or None, event.content_type, data)

    def _at(self, node: str, step: int | None, steps: int | None) -> ProgressState:
        done = {key: NodeState(1, 1, finished=True) for key in self._nodes if key != node}
        self._nodes = {**done, node: NodeState(step or 0, steps or 1, finished=False)}
        return ProgressState(self._prompt_id, dict(self._nodes))


def is_end(event: SdkEvent) -> bool:
    """Whether it says that the job ended, in some way."""
    from comfy_sdk import events as sdk

    return isinstance(event, sdk.StatusChange) and event.status in {*ENDS, "expired"}


def ending(job: Job, prompt_id: str, graph: Graph, measured: float | None) -> Settled | None:
    """How it ended, None where it has not, or where the cloud has none of it any more.

    `measured` are the seconds it was seen to run, for clouds that do not say.
    """
    result = ENDS.get(job.status.value)
    if result is None:
        return None
    seconds = _seconds(job)
    return Settled(
        prompt_id,
        result,
        outputs=_outputs(job, graph) if result == "done" else (),
        failure=_failure(job, graph) if result == "failed" else None,
        seconds=measured if seconds is None else seconds,
    )


def _seconds(job: Job) -> float | None:
    if job.started_at is not None and job.completed_at is not None:
        return max(0.0, (job.completed_at - job.started_at).total_seconds())
    spent = (job.metrics or {}).get("execution_ms")
    return None if spent is None else spent / 1000


def _outputs(job: Job, graph: Graph) -> tuple[Output, ...]:
    """In the graph's order, each asset once; those of preview nodes count only where there are no others."""
    order = {node: position for position, node in enumerate(graph)}
    found = [
        Output(_shown(output.node_id, graph), "file", output.name, subfolder=output.id, type=ASSET)
        for output in job.outputs
    ]
    found.sort(key=lambda output: order.get(output.node, len(order)))
    saved = [output for output in found if not _is_preview(output.node, graph)]
    return tuple(_once(saved or found))


def _once(outputs: Iterable[Output]) -> Iterator[Output]:
    seen = set()
    for output in outputs:
        if output.subfolder not in seen:
            seen.add(output.subfolder)
            yield output


def _failure(job: Job, graph: Graph) -> JobFailed:
    error = job.error
    if error is None:
        return NodeFailed(reason="unknown error")
    facts = {"exception_message": error.message, "node_id": error.node_id, "node_type": error.class_type}
    return node_failure(facts, graph)


def _shown(node: str, graph: Graph) -> str:
    """The graph's node for one that was expanded while running (`2.0.0.3`)."""
    return node if node in graph else node.split(".", maxsplit=1)[0]


def _is_preview(node: str, graph: Graph) -> bool:
    """ComfyUI's own save into its folder for temporary files."""
    found = graph.get(node)
    return isinstance(found, dict) and str(found.get("class_type", "")).startswith("Preview")
