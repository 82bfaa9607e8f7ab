"""The child process of `conversion`: a saved workflow on stdin, a graph on stdout, a reason on stderr."""

from __future__ import annotations

import json
import logging
import random
import sys
from pathlib import Path

from bot.workflow.catalogue import read_info


def main() -> None:
    """Convert one; the first argument is how many bytes of memory that may take."""
    _limit(int(sys.argv[1]))
    request = json.load(sys.stdin)
    logging.disable()
    random.seed(0)  # the converter rolls {a|b} in texts: the same workflow gives the same graph
    # heavy, and not always installed
    from comfy_cli.workflow_to_api import convert_ui_to_api

    graph = convert_ui_to_api(request["saved"], read_info(Path(request["info"])) or {})
    json.dump(graph, sys.stdout)


def _limit(memory: int) -> None:
    """Where the system can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()
