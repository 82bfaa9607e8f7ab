"""A port that stays one's own while nobody listens there."""

import socket
import sys

LINUX = sys.platform == "linux"


class Port:
    """`number` is of this machine, free at first; 0 takes any. OSError where somebody listens there.

    In Linux it is given to no connection and no server that takes any, until `close()`: a socket is bound to it that
    never listens. Whoever names it may listen there, with SO_REUSEADDR as asyncio's servers do.
    """

    def __init__(self, host: str, number: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        try:
            if LINUX:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, number))
        except OSError:
            self.close()
            raise
        self.number: int = self._socket.getsockname()[1]
        if not LINUX:  # elsewhere nobody could listen beside it
            self.close()

    def close(self) -> None:
        """Anybody may have it."""
        self._socket.close()
