"""Model folders and what is in them: ``/models``, ``/embeddings``, ``/view_metadata``, ``/experiment/models``."""

import os
import zlib
from pathlib import Path

from aiohttp import web

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.faults import Faults
from bot.comfy.simulator.routing import Route
from bot.comfy.simulator.wire import Payload

_ENDINGS = [".bin", ".ckpt", ".pkl", ".pt", ".pt2", ".pth", ".safetensors", ".sft"]
_OTHER_ENDINGS: dict[str, list[str]] = {"diffusers": ["folder"], "datasets": [], "classifiers": [""]}
#: Folders of the server that hold no models, and those with several places (recorded on 0.33).
_PLACES = {
    "custom_nodes": ("custom_nodes",),
    "datasets": ("datasets",),
    "checkpoints": ("models/checkpoints", "output/checkpoints"),
    "loras": ("models/loras", "output/loras"),
    "vae": ("models/vae", "output/vae"),
    "text_encoders": ("models/text_encoders", "models/clip", "output/clip"),
    "diffusion_models": ("models/unet", "models/diffusion_models", "output/diffusion_models"),
    "controlnet": ("models/controlnet", "models/t2i_adapter"),
}
_MADE_AT = 1_760_000_000.0


class Models:
    """The files exist by name only; sizes are made up from the names."""

    def __init__(self, catalogue: Catalogue, faults: Faults, root: Path) -> None:
        self._catalogue = catalogue
        self._faults = faults
        self._root = root

    def routes(self) -> list[Route]:
        return [
            ("GET", "/embeddings", self._embeddings),
            ("GET", "/models", self._folders),
            ("GET", "/models/{folder}", self._names),
            ("GET", "/view_metadata/{folder}", self._metadata),
            ("GET", "/experiment/models", self._described_folders),
            ("GET", "/experiment/models/{folder}", self._described),
            ("GET", "/experiment/models/preview/{folder}/{index}/{filename:.*}", self._preview),
        ]

    def places(self) -> dict[str, list[str]]:
        """Each folder's paths."""
        return {
            folder: [str(self._root / place) for place in _PLACES.get(folder, (f"models/{folder}",))]
            for folder in self._catalogue.folders
        }

    async def _embeddings(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([name.rpartition(".")[0] or name for name in self._catalogue.folders["embeddings"]])

    async def _folders(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(list(self._catalogue.folders))

    async def _names(self, request: web.Request) -> web.StreamResponse:
        names = self._present(request)
        return web.Response(status=404) if names is None else web.json_response(names)

    async def _metadata(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("filename", "")
        if name not in (self._present(request) or ()) or not name.endswith(".safetensors"):
            return web.Response(status=404)
        return web.json_response({"format": "pt"})

    async def _described_folders(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(
            [
                {"name": folder, "folders": places, "extensions": _OTHER_ENDINGS.get(folder, _ENDINGS)}
                for folder, places in self.places().items()
                if folder not in ("configs", "custom_nodes")
            ]
        )

    async def _described(self, request: web.Request) -> web.StreamResponse:
        names = self._present(request)
        return web.Response(status=404) if names is None else web.json_response([_describe(name) for name in names])

    async def _preview(self, request: web.Request) -> web.StreamResponse:
        """No model here has a picture beside it, so all that is left are the ways of refusing."""
        places = self.places().get(request.match_info["folder"])
        if places is None:
            return web.Response(status=404)
        name, index = request.match_info["filename"], request.match_info["index"]
        if not name or not index.lstrip("-").isdigit():
            return web.Response(status=400)
        if not 0 <= int(index) < len(places):
            return web.Response(status=404)
        return web.Response(status=404 if _is_inside(Path(places[int(index)]), name) else 403)

    def _present(self, request: web.Request) -> list[str] | None:
        names = self._catalogue.folders.get(request.match_info["folder"])
        return None if names is None else [name for name in names if name != self._faults.missing_model]


def size_of(name: str) -> int:
    """Bytes, between 100 MB and 4.4 GB."""
    return 100_000_000 + zlib.crc32(name.encode())


def _is_inside(folder: Path, name: str) -> bool:
    return Path(os.path.normpath(folder / name)).is_relative_to(folder)


def _describe(name: str) -> Payload:
    times = {"modified": _MADE_AT, "created": _MADE_AT}
    return {"name": name, "pathIndex": 0, **times, "size": size_of(name)}
