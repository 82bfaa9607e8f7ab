"""Asks the Easel of this container how it is: prints what /healthz says; exit code 0 where it is well, else 1."""

import http.client
import os
import sys

SECONDS = 4.0
EVERYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 - addresses to listen on, asked at the loopback one


def main() -> int:
    """The exit code."""
    port = os.environ.get("METRICS_PORT", "")
    if not port:
        print("METRICS_PORT is not set, so nothing is known.")  # noqa: T201 - what `docker inspect` shows
        return 0
    host = os.environ.get("METRICS_HOST", "")
    connection = http.client.HTTPConnection("127.0.0.1" if host in EVERYWHERE else host, int(port), timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        print(answer.read().decode())  # noqa: T201
    except (OSError, http.client.HTTPException) as error:
        print(f"/healthz does not answer: {error}")  # noqa: T201
        return 1
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
