"""What ``execution_error`` says about a failure besides where it happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.comfy.simulator.values import NodeFailure
from bot.comfy.simulator.wire import Payload

_OOM_TIPS = (
    "This error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have "
    "accidentally set the batch_size to a large number."
)
_TRACEBACK = ['  File "/opt/ComfyUI/execution.py", line 545, in execute\n    output_data, output_ui, … = await …\n']


def describe_failure(ex: Exception, inputs: Mapping[str, Sequence[Any]], nodes: list[str]) -> Payload:
    """Paths and values included, as the real server leaks them."""
    kind = ex.kind if isinstance(ex, NodeFailure) else _type_name(ex)
    tips = _OOM_TIPS if kind.endswith("OutOfMemoryError") else ""
    return {
        "exception_message": f"{ex}\n{tips}",
        "exception_type": kind,
        "traceback": list(_TRACEBACK),
        "current_inputs": {name: [_show(value) for value in values] for name, values in inputs.items()},
        "current_outputs": nodes,
    }


def describe_cycle(nodes: list[str]) -> Payload:
    """Nodes that wait for one another, which only an expansion can bring about."""
    return {
        "exception_message": "Dependency cycle detected",
        "exception_type": "graph.DependencyCycleError",
        "traceback": [],
        "current_inputs": [],
        "current_outputs": nodes,
    }


def describe_block(message: str) -> Payload:
    """A node was not run because an input was blocked; the prompt goes on."""
    return {
        "exception_message": f"Execution Blocked: {message}",
        "exception_type": "ExecutionBlocked",
        "traceback": [],
        "current_inputs": [],
        "current_outputs": [],
    }


def _show(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else repr(value)


def _type_name(ex: Exception) -> str:
    kind = type(ex)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
