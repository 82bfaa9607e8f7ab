"""Workflows to bind and servers to place them on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.workflow.binding import Facts
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph
from bot.workflow.library import Library, Workflow

ROOT = Path(__file__).parents[2]


def load(name: str, folder: str = "tests/data/workflows") -> Workflow:
    """The workflow; of several graphs the last, which asks for least."""
    library = Library(ROOT / folder)
    library.load()
    return library.variants(name)[-1]


def server(**lists: list[Any]) -> Catalogue:
    """A catalogue of loaders with these lists."""
    inputs = {
        "CheckpointLoaderSimple": ("ckpt_name", "MODEL"),
        "LoraLoader": ("lora_name", "MODEL"),
        "VAELoader": ("vae_name", "VAE"),
        "LoadImage": ("image", "IMAGE"),
    }
    return Catalogue(
        {
            class_type: {"input": {"required": {name: [lists.get(name, ["one.safetensors"])]}}, "output": [kind]}
            for class_type, (name, kind) in inputs.items()
        }
    )


def facts(catalogue: Catalogue | None = None, uploads: Mapping[str, str] | None = None) -> Facts:
    return Facts(catalogue=catalogue, prefix="easel/job", uploads=uploads or {})


def node(graph: Graph, title: str) -> dict[str, Any]:
    """The inputs of the node with that title."""
    (inputs,) = [node["inputs"] for node in graph.values() if node["_meta"]["title"] == title]
    found: dict[str, Any] = inputs
    return found


def titles(graph: Graph) -> set[str]:
    return {node["_meta"]["title"] for node in graph.values()}


def node_prefixes(graph: Graph) -> dict[str, object]:
    inputs = {key: node["inputs"] for key, node in graph.items()}
    return {key: found["filename_prefix"] for key, found in inputs.items() if "filename_prefix" in found}
