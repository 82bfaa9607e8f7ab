"""ComfyUI's own templates: real workflows as people save them, converted against a recorded server."""

import json
import logging
import random
import re
import time
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

import pytest

from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.workflow.catalogue import Catalogue
from bot.workflow.completing import complete, takes
from bot.workflow.formats import Source
from bot.workflow.graph import Graph, Target
from bot.workflow.making import understand
from bot.workflow.workflow import Workflow, build_workflow
from tests.shared import shared_path

PACKAGE = "comfyui-workflow-templates-json"


def package_version() -> str:
    """The installed package's; skips the calling test where it or the converter is not installed."""
    pytest.importorskip("comfy_cli.workflow_to_api", reason="the extra “convert” is not installed")
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        pytest.skip(f"{PACKAGE} is not installed")


@cache
def recorded_info() -> Mapping[str, Any]:
    """What ComfyUI 0.33 says of its nodes, as it was recorded."""
    info: dict[str, Any] = json.loads(shared_path("reference/traces/object_info.json").read_text("utf-8"))
    return info


@cache
def recorded_catalogue() -> Catalogue:
    return Catalogue(recorded_info())


@cache
def recorded_server() -> Simulated:
    """The simulator with those nodes, which can judge graphs as the real server does."""
    server = Simulated({}, list)
    for name, facts in deepcopy(dict(recorded_info())).items():
        server.add(name, facts)
    return server


@cache
def saved_names() -> tuple[str, ...]:
    """The templates that are saved workflows: the package has lists and such besides."""
    package_version()
    folder = files(PACKAGE.replace("-", "_")) / "templates"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(name for name in names if is_workflow(saved(name)))


def is_workflow(found: object) -> bool:
    return isinstance(found, dict) and "nodes" in found


@cache
def saved(name: str) -> Any:
    return json.loads((files(PACKAGE.replace("-", "_")) / "templates" / name).read_text("utf-8"))


def convert(name: str) -> Graph:
    """The graph, by the ComfyUI team's converter."""
    from comfy_cli.workflow_to_api import convert_ui_to_api

    random.seed(0)
    before = logging.root.manager.disable
    logging.disable()
    try:
        graph: Graph = convert_ui_to_api(deepcopy(saved(name)), recorded_info())
    finally:
        logging.disable(before)
    return graph


@dataclass(frozen=True)
class Made:
    """A template that became a command; `seconds` from the converted graph to the workflow."""

    graph: Graph
    workflow: Workflow
    notes: tuple[str, ...]
    seconds: float


def make(name: str, graph: Graph) -> Made:
    began = time.perf_counter()
    catalogue = recorded_catalogue()
    graph, notes = complete(graph, catalogue)
    inferred = understand(Source(graph, saved(name)), catalogue, "made", "made.json")
    workflow = build_workflow(inferred.manifest, graph, "made.json", catalogue)
    return Made(graph, workflow, (*notes, *inferred.notes), time.perf_counter() - began)


def complaints(made: Made, node_errors: Mapping[str, Any]) -> Iterator[str]:
    """A server's `node_errors`, without those about models and pictures and those that the notes foretold."""
    for key, errors in node_errors.items():
        title = made.graph[key].get("_meta", {}).get("title", "")
        for error in errors["errors"]:
            if not is_model(made, key, error) and not any(f"“{title}”" in note for note in made.notes):
                yield f"{key} {errors['class_type']}: {error['message']}: {error['details']}"


def is_model(made: Made, key: str, error: Mapping[str, Any]) -> bool:
    """A file which a server of the right kind has; a list that only the page fills, or of which a person chooses."""
    if error["type"] == "custom_validation_failed":  # a file loader's own check, such as LoadImage's
        return re.search(r" - Invalid [\w ]+ file: ", error["details"]) is not None
    if error["type"] != "value_not_in_list":
        return False
    target = Target(key, error["extra_info"]["input_name"])
    node = made.graph[key]
    found = recorded_catalogue().input(node["class_type"], target.input, node["inputs"])
    chosen = any(target in targets for targets in made.workflow.targets.values())
    return chosen or (found is not None and takes(found, node["inputs"][target.input]))
