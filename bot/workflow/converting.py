"""The child process of `conversion`: a saved workflow on stdin, a graph on stdout, a reason on stderr."""

from __future__ import annotations

import json
import logging
import random
import sys
import traceback
from contextlib import redirect_stdout, suppress
from pathlib import Path

from bot.workflow.catalogue import read_info
from bot.workflow.conversion import TOO_LARGE
from bot.workflow.folder import MAX_TEXT_BYTES


def main() -> int:
    """Convert one; the first argument is how many bytes of memory that may take. The exit code."""
    try:
        _limit(int(sys.argv[1]))
        with redirect_stdout(sys.stderr):
            answer = _convert()
        if len(answer) > MAX_TEXT_BYTES:
            return TOO_LARGE
        sys.stdout.write(answer)
    except MemoryError:
        return TOO_LARGE
    except Exception as error:  # noqa: BLE001 - whatever a foreign library raises is told to who asked
        traceback.print_exc()
        print(str(error).strip() or type(error).__name__, file=sys.stderr)  # noqa: T201 - the reason
        return 1
    return 0


def _convert() -> str:
    request = json.load(sys.stdin)
    logging.disable()
    random.seed(0)  # the converter rolls {a|b} in texts: the same workflow gives the same graph
    # heavy, and not always installed
    from comfy_cli.workflow_to_api import convert_ui_to_api

    return json.dumps(convert_ui_to_api(request["saved"], read_info(Path(request["info"])) or {}))


def _limit(memory: int) -> None:
    """Where the system can: Windows cannot, and macOS only sometimes."""
    try:
        import resource
    except ImportError:
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    sys.exit(main())
