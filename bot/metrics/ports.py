"""Why a port cannot be opened, in plain words."""

from __future__ import annotations

import errno

from bot.text import _


def explain(error: OSError, host: str, port: int) -> str:
    """What is the matter with METRICS_HOST or METRICS_PORT, and what to do."""
    if error.errno == errno.EADDRINUSE:
        problem = _("another program has port {port} on {host}. Stop that one, or choose another METRICS_PORT.")
        return problem.format(port=port, host=host)
    if error.errno == errno.EACCES:
        return _("this account may not open port {port}. Choose a METRICS_PORT above 1023.").format(port=port)
    return _("{host} is no address of this machine. Set METRICS_HOST to 127.0.0.1 or 0.0.0.0.").format(host=host)
