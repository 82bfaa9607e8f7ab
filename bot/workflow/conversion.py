"""Workflows as ComfyUI saves them become graphs, by the ComfyUI team's own converter in a process of its own."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from time import time
from typing import Any

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph, load_json

log = logging.getLogger(__name__)

#: the converter's package; it is GPL-3.0 and large, so it is an extra and never imported here
CONVERTER = "comfy_cli"
#: seconds and bytes a conversion may take; the largest known one takes 0.04 s once the process has started
SECONDS = 30.0
MEMORY = 2 * 2**30
#: seconds after which a result that nobody needed is forgotten
UNUSED = 60 * 24 * 3600.0
#: how the child says that it needed more memory than it may have
TOO_LARGE = 3

_ROOT = Path(__file__).parents[2]
#: of a conversion's result; a change here makes all of them anew
_EDITION = 1


class Converter:
    """Converts against what a server said of its nodes; `info` gives the file with its `/object_info`, if there is
    one: of the server that has most of these classes.

    Results are kept in `folder`, so that a workflow is converted once for what its nodes are. `convert` may be called
    from several threads.
    """

    def __init__(
        self,
        info: Callable[[Collection[str]], Path | None],
        folder: Path,
        *,
        package: str = CONVERTER,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> None:
        self._info = info
        self._folder = folder
        self._package = package
        self._seconds = seconds
        self._memory = memory
        self._children: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def convert(self, saved: Mapping[str, Any], file: str, catalogue: Catalogue | None) -> Graph:
        """The graph of a saved workflow; blocks for up to `seconds`. Raises WorkflowError."""
        info = self._info({*_words(saved)}) if catalogue is not None else None
        if find_spec(self._package) is None:
            raise WorkflowError(
                file,
                _(
                    "It is a saved workflow, not an API export. Install the extra that reads those "
                    "(pip install 'easel[convert]'), or in ComfyUI choose Workflow > Export (API)."
                ),
            )
        if info is None or catalogue is None:
            raise WorkflowError(
                file,
                _("It is a saved workflow: it can be read once a ComfyUI server was reached, which knows its nodes."),
            )
        try:
            text = json.dumps(saved)
        except (ValueError, RecursionError) as error:
            raise WorkflowError(file, _("It is nested too deeply to be converted.")) from error
        kept = self._folder / f"{_key(text, saved, catalogue)}.json"
        with suppress(OSError, WorkflowError):  # not there yet, or cut short when a disk was full
            graph = _graph(kept.read_text("utf-8"), file)
            kept.touch()
            return graph
        answer = self._run(json.dumps({"saved": saved, "info": str(info.absolute())}).encode(), file)
        graph = _graph(answer, file)
        _keep(kept, answer)
        return graph

    def stop(self) -> None:
        """End what is being converted, and convert no more."""
        self._stopped = True
        for child in list(self._children):
            child.kill()

    def _run(self, request: bytes, file: str) -> str:
        """What the child process answers."""
        if self._stopped:
            raise WorkflowError(file, _reason(-1, ""))
        with tempfile.TemporaryDirectory(prefix="easel-", ignore_cleanup_errors=True) as folder:
            asked = Path(folder, "request.json")
            asked.write_bytes(request)
            with asked.open("rb") as stdin:
                child = subprocess.Popen(  # noqa: S603 - our own module, and the input is data
                    [sys.executable, "-m", "bot.workflow.converting", str(self._memory)],
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    cwd=folder,
                    env=_environment(),
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            said, complaint = self._await(child, file)
        if child.returncode == 0:
            return said.decode()
        log.info("converting %s: exit code %d %s", file, child.returncode, complaint.decode(errors="replace")[-4000:])
        raise WorkflowError(file, _reason(child.returncode, complaint.decode(errors="replace")))

    def _await(self, child: subprocess.Popen[bytes], file: str) -> tuple[bytes, bytes]:
        self._children.add(child)
        try:
            if self._stopped:  # between the two, `stop` had nothing to end
                child.kill()
            return child.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            raise WorkflowError(file, _too_long(self._seconds)) from error
        finally:
            self._children.discard(child)
            if child.returncode is None:
                child.kill()
                child.communicate()


def _key(text: str, saved: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Of the workflow, and of those nodes it uses: other nodes, or new pictures on the server, change nothing."""
    known = sorted({word for word in _words(saved) if catalogue.has(word)})
    facts = json.dumps([_EDITION, text, [[name, repr(catalogue.node(name))] for name in known]])
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


def _words(value: object) -> Iterator[str]:
    """Every text in it that may be the name of a class."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as word:
                yield word
            case dict() as table:
                waiting += table.values()
            case list() as items:
                waiting += items


_SECRET = {
    "DISCORD_TOKEN",
    "COMFYUI_HEADERS",
    "COMFYUI_URLS",
    "COMFY_API_KEYS",
    "DATABASE_URL",
    "PROMPT_HELPER_KEY",
    "PROMPT_HELPER_URL",
}


def _environment() -> dict[str, str]:
    """Ours without its secrets; the child must find this package wherever it was started."""
    kept = {name: value for name, value in os.environ.items() if name.upper() not in _SECRET}
    path = os.pathsep.join(filter(None, [str(_ROOT), kept.get("PYTHONPATH", "")]))
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "DO_NOT_TRACK": "1"}


def _keep(path: Path, answer: str) -> None:
    """For the next time; a full disk is no reason to refuse the workflow."""
    partial = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(answer, "utf-8")
        partial.replace(path)
        _forget_unused(path.parent)
    except OSError as error:
        log.warning("a converted workflow cannot be kept: %s", error)
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _forget_unused(folder: Path) -> None:
    """Those of workflows that changed, or are not there any more."""
    oldest = time() - UNUSED
    for path in folder.glob("*.json"):
        with suppress(OSError):  # another process forgot it at the same moment
            if path.stat().st_mtime < oldest:
                path.unlink()


def _reason(code: int, complaint: str) -> str:
    if code == TOO_LARGE:
        return _("Converting it took more memory than it may. In ComfyUI choose Workflow > Export (API).")
    if code < 0:
        return _("Converting it was ended by the system. In ComfyUI choose Workflow > Export (API).")
    reason = (complaint.strip().splitlines() or ["?"])[-1]
    return _("It could not be converted ({reason}). In ComfyUI choose Workflow > Export (API).").format(
        reason=reason[:200]
    )


def _too_long(seconds: float) -> str:
    return _("Converting it took more than {seconds:.0f} seconds. In ComfyUI choose Workflow > Export (API).").format(
        seconds=seconds
    )


def _graph(answer: str, file: str) -> Graph:
    graph = load_json(answer, file)
    if not isinstance(graph, dict) or not graph:
        raise WorkflowError(file, _("It holds no nodes that ComfyUI would run."))
    return graph
