"""Workflows as ComfyUI saves them become graphs, by the ComfyUI team's own converter in a process of its own."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.graph import Graph

log = logging.getLogger(__name__)

#: the converter's package; it is GPL-3.0 and large, so it is an extra and never imported here
CONVERTER = "comfy_cli"
#: seconds and bytes a conversion may take; the largest known one takes 0.04 s once the process has started
SECONDS = 30.0
MEMORY = 2 * 2**30


@dataclass(frozen=True)
class Converter:
    """Converts against what a server said of its nodes; `info` is the file with its `/object_info`, if there is one.

    Results are kept in `folder`, so that a workflow is converted once.
    """

    info: Callable[[], Path | None]
    folder: Path

    def convert(self, saved: Mapping[str, Any], file: str) -> Graph:
        """The graph of a saved workflow; blocks for up to `SECONDS`. Raises WorkflowError."""
        if find_spec(CONVERTER) is None:
            raise WorkflowError(
                file,
                _(
                    "It is a saved workflow, not an API export. Install the extra that reads those "
                    "(pip install 'easel[convert]'), or in ComfyUI choose Workflow > Export (API)."
                ),
            )
        info = self.info()
        if info is None:
            raise WorkflowError(
                file,
                _("It is a saved workflow: it can be read once a ComfyUI server was reached, which knows its nodes."),
            )
        request = json.dumps({"saved": saved, "info": str(info)}).encode()
        kept = self.folder / f"{hashlib.sha256(request + info.read_bytes()).hexdigest()[:32]}.json"
        if kept.is_file():
            with suppress(ValueError):  # cut short when a disk was full
                return _graph(kept.read_bytes(), file)
        answer = _run(request, file)
        graph = _graph(answer, file)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(answer)
        partial.replace(kept)
        return graph


def _run(request: bytes, file: str) -> bytes:
    """What the child process answers."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and the input is data
            [sys.executable, "-m", "bot.workflow.converting", str(MEMORY)],
            input=request,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WorkflowError(
            file,
            _("Converting it took more than {seconds:.0f} seconds. In ComfyUI choose Workflow > Export (API).").format(
                seconds=SECONDS
            ),
        ) from error
    if done.returncode == 0:
        return done.stdout
    log.info("converting %s: %s", file, done.stderr.decode(errors="replace")[-2000:])
    reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
    raise WorkflowError(
        file,
        _("It could not be converted ({reason}). In ComfyUI choose Workflow > Export (API).").format(
            reason=reason[0][:200]
        ),
    )


def _graph(answer: bytes, file: str) -> Graph:
    graph = json.loads(answer)
    if not isinstance(graph, dict) or not graph:
        raise WorkflowError(file, _("It holds no nodes that ComfyUI would run."))
    return graph
