"""Whether a graph may be queued: the checks of ``POST /prompt`` and the shapes of their errors (ComfyUI 0.33)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.checks import check_literal, reason, types_match
from bot.comfy.simulator.inputs import declared_inputs, has_dynamic_inputs
from bot.comfy.simulator.own_checks import OwnCheck
from bot.comfy.simulator.replacements import rename_classes
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Graph, NodeInfo, Payload

_TRACEBACK = ['  File "/opt/ComfyUI/execution.py", line 1184, in validate_prompt\n    m = await validate_inputs(…)\n']
#: The check a node class brings along, by the class's name.
OwnChecks = Callable[[str], OwnCheck | None]


@dataclass(frozen=True)
class Verdict:
    """``error`` is None when at least one output survived; ``node_errors`` may be filled all the same."""

    error: Payload | None
    outputs: list[str] = field(default_factory=list)
    node_errors: Payload = field(default_factory=dict)


def validate(
    graph: Graph, targets: list[str] | None, *, catalogue: Catalogue, version: Version, own_checks: OwnChecks
) -> Verdict:
    """Check every node the outputs need, coercing literals in place. Raises (= HTTP 500) on what is no graph."""
    if version.since(0, 8):
        rename_classes(graph, catalogue)
    outputs = []
    for node_id in graph:
        node = graph[node_id]
        error = _find_missing_class(node_id, node, catalogue, version)
        if error:
            return Verdict(error)
        if catalogue[node["class_type"]]["output_node"] and (targets is None or node_id in targets):
            outputs.append(node_id)
    if not outputs:
        return Verdict(error_of("prompt_no_outputs", "Prompt has no outputs", ""))
    return _Validation(graph, catalogue, version, own_checks).judge(outputs)


def error_of(kind: str, message: str, details: str, **extra: object) -> Payload:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def _find_missing_class(node_id: str, node: Payload, catalogue: Catalogue, version: Version) -> Payload | None:
    class_type = node["class_type"] if "class_type" in node else None  # noqa: SIM401 - a node that is no object raises
    hash(class_type)
    if class_type in catalogue:
        return None
    details = f"Node ID '#{node_id}'"
    if not version.missing_node_type:
        what = (
            f"node {class_type} does not exist" if "class_type" in node else "a node is missing the class_type property"
        )
        return error_of("invalid_prompt", f"Cannot execute because {what}.", details)
    title = node.get("_meta", {}).get("title", class_type)
    message = f"Node '{title}' not found. The custom node may not be installed."
    if "class_type" not in node:
        message = (
            f"Node '{title or f'ID #{node_id}'}' has no class_type. "
            "The workflow may be corrupted or a custom node is missing."
        )
    return error_of("missing_node_type", message, details, node_id=node_id, class_type=class_type, node_title=title)


class _Validation:
    def __init__(self, graph: Graph, catalogue: Catalogue, version: Version, own_checks: OwnChecks) -> None:
        self._graph = graph
        self._catalogue = catalogue
        self._version = version
        self._own_checks = own_checks
        #: Node id -> is it valid, and if not for reasons of its own, which.
        self._seen: dict[str, tuple[bool, list[Payload]]] = {}
        self._path: list[str] = []

    def judge(self, outputs: list[str]) -> Verdict:
        good: list[str] = []
        complaints: list[str] = []
        node_errors: Payload = {}
        for output in outputs:
            valid, reasons = self._try_output(output)
            if valid:
                good.append(output)
                continue
            complaints += [f"{why['message']}: {why['details']}" for why in reasons]
            self._blame(output, node_errors)
        if good:
            return Verdict(None, good, node_errors)
        message = "Prompt outputs failed validation"
        return Verdict(
            error_of("prompt_outputs_failed_validation", message, "\n".join(complaints)), node_errors=node_errors
        )

    def _try_output(self, output: str) -> tuple[bool, list[Payload]]:
        try:
            return self._check(output)
        except Exception as ex:  # noqa: BLE001 - the real server reports whatever its checks raise
            why = reason("exception_during_validation", str(ex), exception_type=type(ex).__name__, traceback=_TRACEBACK)
            self._path.clear()
            self._seen[output] = (False, [why])
            return self._seen[output]

    def _blame(self, output: str, node_errors: Payload) -> None:
        """Every invalid node seen so far depends on this output, says the real server, related or not."""
        for node_id, (valid, reasons) in self._seen.items():
            if not valid and reasons:
                entry = {"errors": reasons, "dependent_outputs": [], "class_type": self._graph[node_id]["class_type"]}
                node_errors.setdefault(node_id, entry)["dependent_outputs"].append(output)

    def _check(self, node_id: str) -> tuple[bool, list[Payload]]:
        if node_id in self._seen:
            return self._seen[node_id]
        if node_id in self._path:
            return self._report_cycle(node_id)
        inputs = self._graph[node_id]["inputs"]
        info = self._catalogue[self._graph[node_id]["class_type"]]
        own = self._own_checks(info["name"])
        reasons: list[Payload] = []
        valid = True
        declared = declared_inputs(info, inputs)
        for name, (spec, required) in declared.items():
            if name not in inputs:
                reasons += [self._missing(name, info)] if required else []
            elif isinstance(inputs[name], list):
                found = self._check_link(node_id, name, inputs[name], spec)
                reasons += found or []
                valid = valid and found is not None
            else:
                judged = own is not None and own.covers(name)
                reasons += check_literal(name, inputs, spec, self._version, judged=judged)
        reasons += _ask(own, inputs, declared) if own else []
        return self._settle(node_id, valid, reasons)

    def _settle(self, node_id: str, valid: bool, reasons: list[Payload]) -> tuple[bool, list[Payload]]:
        before_valid, before = self._seen.get(node_id, (True, [])) if self._version.names_cycles else (True, [])
        reasons = before + [why for why in reasons if why not in before]
        self._seen[node_id] = (before_valid and valid and not reasons, reasons)
        return self._seen[node_id]

    def _missing(self, name: str, info: NodeInfo) -> Payload:
        short = self._version.since(0, 8) and has_dynamic_inputs(info)
        return reason("required_input_missing", name.rsplit(".", maxsplit=1)[-1] if short else name, input_name=name)

    def _check_link(self, node_id: str, name: str, link: list[Any], spec: list[object]) -> list[Payload] | None:
        """Reasons against the link itself; None when the node behind it is invalid."""
        if len(link) != 2:
            return [reason("bad_linked_input", name, input_name=name, input_config=spec, received_value=link)]
        received = self._received_type(*link)
        if not types_match(received, spec[0], self._version):
            details = f"{name}, received_type({received}) mismatch input_type({spec[0]})"
            facts: Payload = {"input_config": spec, "received_type": received, "linked_node": link}
            return [reason("return_type_mismatch", details, input_name=name, **facts)]
        return [] if self._check_source(node_id, link[0], name, link, spec) else None

    def _received_type(self, source: Any, slot: Any) -> object:
        """A link to nowhere raises what Python raises, which is what the real server then shows."""
        info = self._catalogue[self._graph[source]["class_type"]]
        outputs: list[object] = info["output"]
        # only classes of the V3 schema say this, and keep their outputs in a list
        return outputs[slot] if "api_node" in info else tuple(outputs)[slot]

    def _check_source(self, node_id: str, source: str, name: str, link: list[Any], spec: list[object]) -> bool:
        depth = len(self._path)
        self._path.append(node_id)
        try:
            return self._check(source)[0]
        except Exception as ex:  # noqa: BLE001 - the real server reports whatever its checks raise
            facts: Payload = {"input_config": spec, "exception_message": str(ex), "exception_type": type(ex).__name__}
            extra = {"input_name": name, **facts, "traceback": _TRACEBACK, "linked_node": link}
            self._seen[source] = (False, [reason("exception_during_inner_validation", str(ex), **extra)])
            return False
        finally:
            del self._path[depth:]

    def _report_cycle(self, node_id: str) -> tuple[bool, list[Payload]]:
        if not self._version.names_cycles:
            # it recurses until Python stops it; what that leaves behind is overwritten on the way back
            return False, []
        path = [*self._path[self._path.index(node_id) :], node_id]
        nodes = list(dict.fromkeys(path))
        details = " -> ".join(f"{node} ({self._graph[node]['class_type']})" for node in path)
        for node in nodes:
            why = reason("dependency_cycle", details, node_id=node, cycle_nodes=nodes)
            self._seen[node] = (False, [why])
        return self._seen[node_id]


def _ask(own: OwnCheck, inputs: Payload, declared: object) -> list[Payload]:
    complaints = own.complain(inputs, declared)
    return [reason("custom_validation_failed", f"{name} - {why}", input_name=name) for name, why in complaints.items()]
