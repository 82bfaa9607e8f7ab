"""`python -m bot import`: a workflow from a file or from ComfyUI becomes a graph and a manifest to be edited."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.asking import Asked, Nodes, asked, known_nodes
from bot.errors import BackendUnreachable, WorkflowError
from bot.settings import Settings
from bot.text import _
from bot.workflow.conversion import Converter
from bot.workflow.entry import Entry, judge
from bot.workflow.folder import Folder, file_stem, files_of
from bot.workflow.formats import Source, read_source
from bot.workflow.hosts import hosts_of
from bot.workflow.inference.writing import write_manifest
from bot.workflow.making import learn
from bot.workflow.names import closest, match

#: how a workflow that is saved in ComfyUI is named
SERVER = "server:"

_SHOWN = 20


@dataclass(frozen=True)
class Imported:
    """The command it is, and the files that were written."""

    entry: Entry
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Saved:
    """A workflow as ComfyUI's page saved it, and what it is called there."""

    name: str
    data: bytes


async def import_workflow(settings: Settings, wanted: str, name: str | None = None) -> Imported:
    """Write `<name>.json` and `<name>.toml`, overwriting nothing; a graph that lies in the folder gets a manifest only.

    `wanted` is a file, or `server:NAME`. Raises WorkflowError.
    """
    async with asked(settings) as servers:
        nodes = known_nodes(servers)
        if nodes is None:
            raise WorkflowError(wanted, _no_nodes(servers))
        saved = await _saved(servers, wanted.removeprefix(SERVER)) if wanted.startswith(SERVER) else None
    return await asyncio.to_thread(_import, settings, wanted, name, saved, nodes)


def _import(settings: Settings, wanted: str, name: str | None, saved: Saved | None, nodes: Nodes) -> Imported:
    converter = Converter(lambda _classes: nodes.info, settings.data_dir / "converted")
    if saved is not None:
        source = read_source(saved.data, wanted, converter, nodes.catalogue)
        return _write(settings.workflows_dir, source, None, file_stem(name or saved.name), nodes)
    place = Path(wanted).expanduser()
    source = Folder(place.parent, converter).source(place.name, nodes.catalogue)
    return _write(settings.workflows_dir, source, place, file_stem(name or place.stem), nodes)


def _write(folder: Path, source: Source, place: Path | None, name: str, nodes: Nodes) -> Imported:
    there = place.name if place is not None and place.resolve().parent == folder.resolve() else None
    taken = [file for file in files_of(folder, name) if file != there]
    if taken:
        raise WorkflowError(taken[0], _("It is already there, and nothing is overwritten. Choose another --name."))
    graph, manifest = folder / (there or f"{name}.json"), folder / f"{name}.toml"
    workflow, notes = learn(source, nodes.catalogue, name, graph.name)
    texts = {manifest: write_manifest(workflow.manifest, workflow.graph, notes)}
    if there is None:
        texts = {graph: json.dumps(workflow.graph, indent=2, ensure_ascii=False) + "\n", **texts}
    _create(texts)
    entry = Entry(name=name, file=manifest.name, variants=(workflow,), notes=notes)
    return Imported(judge(entry, hosts_of(nodes.catalogue, nodes.version), {}), tuple(texts))


def _create(texts: Mapping[Path, str]) -> None:
    """All of these files or none of them."""
    made: list[Path] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                made.append(path)
                file.write(text)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        raise WorkflowError(str(path), _("It cannot be written: {reason}.").format(reason=error.strerror)) from error


async def _saved(servers: Sequence[Asked], wanted: str) -> Saved:
    """A workflow saved on one of the servers."""
    names: dict[str, Asked] = {}
    for server in servers:
        if server.machine is not None:
            with suppress(BackendUnreachable):
                names = {**dict.fromkeys(await server.inquiry.saved_workflows(), server), **names}
    name = match(wanted.removesuffix(".json"), tuple(names))
    if name is None:
        raise WorkflowError(f"{SERVER}{wanted}", _no_such(wanted, tuple(names), servers))
    try:
        return Saved(name.rpartition("/")[2], await names[name].inquiry.saved_workflow(name))
    except BackendUnreachable as error:
        problem = _("{server} does not hand it over: {reason}.").format(server=error.backend, reason=error.reason)
        raise WorkflowError(f"{SERVER}{name}", problem) from error


def _no_such(wanted: str, names: Sequence[str], servers: Sequence[Asked]) -> str:
    if all(server.machine is None for server in servers):
        return _("No ComfyUI server answers: {problems}.").format(problems=_problems(servers))
    if not names:
        return _("There are no workflows saved in ComfyUI. Save one there first: Workflow > Save.")
    near = closest(wanted, names)
    listed = ", ".join(dict.fromkeys([*near, *names][:_SHOWN]))
    more = " …" if len(names) > _SHOWN else ""
    return _("ComfyUI has no saved workflow of that name. It has: {names}.").format(names=listed + more)


def _no_nodes(servers: Sequence[Asked]) -> str:
    return _(
        "No ComfyUI server answers ({problems}), and none did before, so nothing is known of its nodes. "
        "Start ComfyUI, or set COMFYUI_URLS."
    ).format(problems=_problems(servers))


def _problems(servers: Sequence[Asked]) -> str:
    return "; ".join(f"{server.name}: {server.problem}" for server in servers)
