"""The server's output, input and temp folders, and the names it gives to new files."""

import os
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.comfy.simulator.wire import Payload

KINDS = ("output", "input", "temp")


@dataclass(frozen=True)
class Saved:
    """A file about to be written, and how the output entry names it."""

    path: Path
    entry: Payload


class Folders:
    """Below ``root``, or in a temporary place; ``input`` holds an ``example.png`` at first, as the real one does."""

    def __init__(self, root: Path | None) -> None:
        self._own = root is None
        self.root = Path(tempfile.mkdtemp(prefix="simulator-")) if root is None else root
        for kind in KINDS:
            (self.root / kind).mkdir(parents=True, exist_ok=True)
        if not self.uploads():
            Image.linear_gradient("L").convert("RGB").save(self["input"] / "example.png")

    def __getitem__(self, kind: str) -> Path:
        return self.root / kind

    def get(self, kind: str) -> Path | None:
        return self.root / kind if kind in KINDS else None

    def wipe_temp(self) -> None:
        """Done at every start of the real server."""
        shutil.rmtree(self["temp"], ignore_errors=True)
        self["temp"].mkdir(parents=True, exist_ok=True)

    def remove(self) -> None:
        """Delete everything, if the folders are the simulator's own."""
        if self._own:
            shutil.rmtree(self.root, ignore_errors=True)

    def uploads(self) -> list[str]:
        """The input folder's top level, as loaders list it."""
        return sorted(entry.name for entry in os.scandir(self["input"]) if entry.is_file())

    def locate(self, name: str, default: str = "input") -> Path:
        """The file a graph means by ``sub/name.png`` or ``name.png [output]``."""
        name, kind = split_annotation(name)
        return self[kind or default] / name

    def new(self, prefix: str, ending: str, *, kind: str = "output", size: tuple[int, int] = (0, 0)) -> Saved:
        """The next free name for a prefix that may hold a subfolder and ``%tokens%``; ``ending`` such as ``_.png``."""
        prefix = expand(prefix, size)
        folder, name = os.path.split(os.path.normpath(prefix))
        target = (self[kind] / folder).resolve()
        if not target.is_relative_to(self[kind].resolve()):
            raise PermissionError("**** ERROR: Saving image outside the output folder is not allowed.")
        target.mkdir(parents=True, exist_ok=True)
        filename = f"{name}_{_next_number(target, name):05}{ending}"
        return Saved(target / filename, {"filename": filename, "subfolder": folder, "type": kind})


def split_annotation(name: str) -> tuple[str, str | None]:
    """``a.png [temp]`` -> ``("a.png", "temp")``."""
    for kind in KINDS:
        if name.endswith(f"[{kind}]"):
            return name[: -len(kind) - 3], kind
    return name, None


def expand(prefix: str, size: tuple[int, int]) -> str:
    """Fill in ``%width%``, ``%year%`` and so on."""
    now = time.localtime()
    tokens = {"year": now.tm_year, "month": f"{now.tm_mon:02}", "day": f"{now.tm_mday:02}", "hour": f"{now.tm_hour:02}"}
    tokens |= {"minute": f"{now.tm_min:02}", "second": f"{now.tm_sec:02}", "width": size[0], "height": size[1]}
    for token, value in tokens.items():
        prefix = prefix.replace(f"%{token}%", str(value))
    return prefix


def _next_number(folder: Path, name: str) -> int:
    pattern = re.compile(re.escape(name) + r"_(\d+)")
    found = [pattern.match(entry.name) for entry in os.scandir(folder)]
    return max((int(match[1]) for match in found if match), default=0) + 1
