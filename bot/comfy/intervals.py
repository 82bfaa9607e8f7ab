"""How often a backend asks, and how long it waits; all in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Intervals:
    """The defaults suit real servers; tests shorten them."""

    #: between looks at prompts whose events may have been missed
    poll: float = 5.0
    #: until a prompt the server does not know is looked up a second time, and is then lost
    lost: float = 3.0
    #: after a prompt's last word but one, for its end marker
    marker: float = 2.0
    #: for the history of an ended prompt to appear (ComfyUI writes it after it says so)
    history: float = 2.0
    #: at least, between looks that events ask for
    queue: float = 1.0
    #: until a cancel that had no effect is sent again
    cancel: float = 1.0
    #: prompts wait and none runs: the server's worker is dead
    stuck: float = 5.0
    #: the first wait after a lost connection, and the longest
    reconnect: float = 0.5
    reconnect_most: float = 30.0
    #: until a server that was too old is asked again
    too_old: float = 60.0
