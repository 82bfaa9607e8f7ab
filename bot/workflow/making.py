"""Entries of the library made from files: a manifest with its graphs, or a graph alone."""

from __future__ import annotations

from pathlib import PurePath

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.completing import complete
from bot.workflow.entry import Entry
from bot.workflow.folder import Folder
from bot.workflow.formats import SUFFIXES, Source
from bot.workflow.graph import Graph, did_you_mean
from bot.workflow.inference import Inferred, infer
from bot.workflow.inference.app_mode import Picks, read_picks
from bot.workflow.inference.naming import slug
from bot.workflow.inference.web import Web
from bot.workflow.manifest import Manifest, Variant
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import Workflow, build_workflow


def from_manifest(folder: Folder, file: str, catalogue: Catalogue | None, used: set[str]) -> Entry:
    """The entry of a manifest; the names of the graphs it uses go into `used`, whatever is wrong with it."""
    stem = PurePath(file).stem
    try:
        manifest = parse_manifest(folder.text(file), file)
    except WorkflowError as problem:
        used.update(name for name in folder.names(*SUFFIXES) if name.startswith(f"{stem}."))
        return Entry(name=stem, file=file, problem=problem)
    used.update([manifest.graph, *(variant.graph for variant in manifest.variants)])
    try:
        each: tuple[Variant | None, ...] = manifest.variants or (None,)
        graphs = [(variant, *_graph(folder, file, manifest, variant, catalogue)) for variant in each]
        variants = tuple(build_workflow(manifest, graph, file, catalogue, variant) for variant, graph, _said in graphs)
    except WorkflowError as problem:
        return Entry(name=manifest.name, file=file, problem=problem)
    notes = dict.fromkeys(note for _variant, _filled, said in graphs for note in said)
    return Entry(name=manifest.name, file=file, variants=variants, notes=tuple(notes))


def from_graph(folder: Folder, file: str, catalogue: Catalogue | None) -> Entry:
    """The entry of a graph without a manifest; without variants as long as no server's nodes are known."""
    name = slug(PurePath(file).stem)
    if catalogue is None:
        return Entry(name=name, file=file, inferred=True)
    try:
        workflow, notes = learn(folder.source(file, catalogue), catalogue, name, file)
    except WorkflowError as problem:
        return Entry(name=name, file=file, problem=problem, inferred=True)
    return Entry(name=name, file=file, variants=(workflow,), notes=notes, inferred=True)


def learn(source: Source, catalogue: Catalogue, name: str, file: str) -> tuple[Workflow, tuple[str, ...]]:
    """The command a graph makes without anybody's help, and what somebody should know of it, in sentences."""
    graph, notes = complete(source.graph, catalogue)
    inferred = understand(Source(graph, source.saved), catalogue, name, file)
    return build_workflow(inferred.manifest, graph, file, catalogue), tuple(dict.fromkeys([*notes, *inferred.notes]))


def understand(source: Source, catalogue: Catalogue, name: str, file: str) -> Inferred:
    """The manifest of a graph: what its artist picked, else what its nodes are for. Raises WorkflowError."""
    picks = read_picks(source.saved, Web(source.graph, catalogue)) if source.saved is not None else None
    if picks is None or not picks.wishes:
        return infer(source.graph, catalogue, name, file=file)
    return _picked(source, picks, catalogue, name, file)


def _picked(source: Source, picks: Picks, catalogue: Catalogue, name: str, file: str) -> Inferred:
    found = infer(source.graph, catalogue, name, file=file, wishes=list(picks.wishes), outputs=picks.outputs)
    if not picks.lost:
        return found
    note = _("Picked in App Mode, but not in the workflow any more: {names}.").format(names=", ".join(picks.lost))
    return Inferred(found.manifest, (note, *found.notes))


def _graph(
    folder: Folder, file: str, manifest: Manifest, variant: Variant | None, catalogue: Catalogue | None
) -> tuple[Graph, tuple[str, ...]]:
    name = manifest.graph if variant is None else variant.graph
    if not (folder.path / name).is_file():
        hint = did_you_mean(name, folder.names(*SUFFIXES))
        raise WorkflowError(
            file,
            _("Its graph {graph} is not in the folder. Export it there from ComfyUI.{hint}").format(
                graph=name, hint=hint
            ),
        )
    graph = folder.source(name, catalogue).graph
    return (graph, ()) if catalogue is None else complete(graph, catalogue)
