"""What flows between nodes while a graph runs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from PIL import Image

from bot.comfy.simulator.faults import Faults, Pace
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.wire import Graph, NodeInfo, Payload


@dataclass(frozen=True)
class Images:
    """A batch of RGB or RGBA pictures."""

    frames: tuple[Image.Image, ...]

    @property
    def size(self) -> tuple[int, int]:
        return self.frames[0].size if self.frames else (0, 0)


@dataclass(frozen=True)
class Masks:
    """A batch of ``L`` pictures."""

    frames: tuple[Image.Image, ...]


@dataclass(frozen=True)
class Model:
    """A model, CLIP or VAE: the file it came from and the LoRAs laid over it."""

    file: str
    loras: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conditioning:
    """``guide`` is a picture whose shapes the result is to have: a ControlNet's, a reference, what CLIP saw."""

    text: str
    guide: Image.Image | None = None


@dataclass(frozen=True)
class Seen:
    """What a vision model saw: the picture."""

    frame: Image.Image


@dataclass(frozen=True)
class Sketch:
    """What a sampler decided: enough to draw one picture of a batch."""

    words: str
    seed: int
    tint: str = ""
    negative: str = ""
    #: The place in the batch that decides its noise.
    index: int = 0
    guide: Image.Image | None = None


@dataclass(frozen=True)
class Latent:
    """Width and height in pixels; drawn from ``sketches``, over ``frames`` where an image was encoded."""

    width: int
    height: int
    batch: int = 1
    channels: int = 4
    sketches: tuple[Sketch, ...] = ()
    frames: tuple[Image.Image, ...] = ()
    denoise: float = 1.0
    #: Only where this is white anything is drawn.
    mask: Image.Image | None = None
    #: The places in the batch that noise is made for; empty: counted from 0.
    indices: tuple[int, ...] = ()
    #: Pictures of a video, for each of the batch.
    length: int = 1
    #: Of sound, where it is that.
    seconds: float = 0.0


@dataclass(frozen=True)
class Noise:
    seed: int


@dataclass(frozen=True)
class Sigmas:
    """The steps left, and the share of all they stand for."""

    steps: int
    denoise: float = 1.0


@dataclass(frozen=True)
class Guider:
    positive: Conditioning
    negative: Conditioning
    model: Model


@dataclass(frozen=True)
class Audio:
    """Silence, or ``notes`` in Hz, one after the other."""

    seconds: float
    rate: int = 44_100
    channels: int = 2
    notes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Video:
    images: Images
    fps: float


@dataclass(frozen=True)
class Opaque:
    """A value of a type nothing here looks into."""

    kind: str


@dataclass(frozen=True)
class Blocker:
    """In place of a value: a node that is given it does not run. A message is told to the owner, once per such node."""

    message: str | None = None


@dataclass(frozen=True)
class Result:
    """One run of a node: a value per output slot, and what its history entry shows."""

    outputs: tuple[object, ...] = ()
    ui: Mapping[str, list[Any]] = field(default_factory=dict)
    #: Nodes that run in this one's place, by ids of their own (``call.new_id``); ``outputs`` may then be links to them.
    expand: Graph = field(default_factory=dict)


class Tick(Protocol):
    """After each step; raises when interrupted. ``preview`` is a JPEG, or with ``png`` a picture to keep."""

    async def __call__(self, value: int, most: int, preview: bytes | None, *, png: bool = False) -> None: ...


@dataclass(frozen=True)
class Call:
    """A node being run: what it may know and use."""

    node_id: str
    info: NodeInfo
    graph: Graph
    extra_pnginfo: Payload
    folders: Folders
    faults: Faults
    pace: Pace
    #: Whether a preview is wanted with each step.
    previews: bool
    tick: Tick
    #: ``await progress(value, max)``: only ``progress_state`` tells, and an interrupt is not noticed.
    progress: Callable[[float, float], Awaitable[None]]
    #: Sends a node's status text (binary type 3) to everybody.
    say: Callable[[str], None]
    #: Which item of the input lists this run is for.
    turn: int = 0
    old_flags: bool = False

    @property
    def class_type(self) -> str:
        return str(self.info["name"])

    def new_id(self, name: str) -> str:
        """For a node of an expansion, as the real server's GraphBuilder makes it."""
        return f"{self.node_id}.{self.turn}.0.{name}"


#: The inputs of one run by name: literals, or values from above.
Inputs = dict[str, Any]
Runner = Callable[[Call, Inputs], Awaitable[Result]]


@dataclass(frozen=True)
class Node:
    """A runner with what its Python class would declare besides."""

    run: Runner
    #: An ``async def`` in the real server: other nodes run while it waits.
    parallel: bool = False
    #: No two runs are the same, so no result is kept for the next prompt (``IS_CHANGED``).
    changes: bool = False
    #: Names of the lazy inputs it wants after all, given one run's inputs so far (``check_lazy_status``).
    needs: Callable[[Inputs], Sequence[str]] | None = None

    async def __call__(self, call: Call, inputs: Inputs) -> Result:
        return await self.run(call, inputs)


class Interrupted(Exception):
    """The running prompt was told to stop."""


class NodeFailure(Exception):
    """A node failed; ``kind`` is the Python exception's name as the real server would report it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
