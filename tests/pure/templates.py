"""ComfyUI's own templates: real workflows as people save them, converted against a recorded server."""

import json
import logging
import random
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

import pytest

from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph
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
