"""All assets of one server, in memory: files that were made, uploaded or found by a scan."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.comfy.simulator.assets.asset import Asset, examine, hash_of, measure, now
from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.content_types import type_of
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.frontend.models import size_of
from bot.comfy.simulator.wire import Payload

ROOTS = ("models", "input", "output")
#: Tags the server knows from the start (recorded on 0.33); those of no asset are listed with a count of 0.
_VOCABULARY = (
    *("checkpoints", "classifiers", "clip_vision", "configs", "controlnet", "decoder", "diffusers", "embeddings"),
    *("diffusion_models", "encoder", "gligen", "hypernetworks", "loras", "missing", "models", "photomaker", "rescan"),
    *("style_models", "text_encoders", "upscale_models", "vae", "vae_approx"),
)
#: Seconds between two scans after prompts (the real server scans when it collects garbage).
_PAUSE = 10.0


class Library:
    """``send(kind, data)`` queues an event for every client. It survives a restart, as the real database does."""

    def __init__(
        self, folders: Folders, catalogue: Catalogue, send: Callable[[str, Payload], None], *, enabled: bool
    ) -> None:
        self.enabled = enabled
        self._folders = folders
        self._catalogue = catalogue
        self._send = send
        self._assets: dict[str, Asset] = {}
        self._scanned_at = float("-inf")
        #: Of the last scan.
        self.progress: Payload | None = None

    def __iter__(self) -> Iterator[Asset]:
        return iter(self._assets.values())

    def get(self, asset_id: str | None) -> Asset | None:
        return self._assets.get(asset_id or "")

    def describe(self, asset: Asset) -> Payload:
        return asset.describe(self.get(asset.preview_id))

    def path_of(self, asset: Asset) -> Path | None:
        """Where the content is: the file itself, or one with the same content."""
        same = (other for other in self._assets.values() if other.hash == asset.hash and other.kind)
        found = asset if asset.kind else next(same, None)
        return self._folders.root / found.kind / found.place if found else None

    def by_hash(self, wanted: str) -> Asset | None:
        """The first with that content, files before mere references."""
        same = [asset for asset in self._assets.values() if asset.hash == wanted]
        return next((asset for asset in same if asset.kind), same[0] if same else None)

    def register(self, path: Path, tags: Iterable[str], *, job_id: str | None = None, hashed: bool = False) -> Asset:
        """A file that was just written. Known places keep their id."""
        kind, _, place = path.relative_to(self._folders.root).as_posix().partition("/")
        known = next((one for one in self._assets.values() if (one.kind, one.place) == (kind, place)), None)
        asset = known or Asset(path.name, kind, place, 0, {*tags, kind, "uploaded"}, type_of(path.name))
        asset.size, asset.metadata, asset.updated_at = path.stat().st_size, measure(path), now()
        asset.hash = hash_of(path.read_bytes()) if hashed else None
        asset.job_id = job_id or asset.job_id
        asset.user_metadata.setdefault("filename", asset.loader_path)
        return self.add(asset)

    def register_upload(self, path: Path, tag: str) -> Payload:
        """What ``/upload/image`` says of it."""
        asset = self.register(path, (tag,), hashed=True)
        facts = {"asset_hash": asset.hash, "size": asset.size, "mime_type": asset.mime_type}
        return {"id": asset.id, "name": asset.name, **facts, "tags": sorted(asset.tags)}

    def folder_for(self, root: str, tags: Iterable[str]) -> Path:
        """Where an upload with these tags goes."""
        category = next((tag.partition(":")[2] for tag in tags if tag.startswith("model_type:")), "")
        return self._folders.root / root / (category if root == "models" else "")

    def add(self, asset: Asset) -> Asset:
        self._assets[asset.id] = asset
        return asset

    def remove(self, asset_id: str) -> bool:
        """Only the entry; the file stays."""
        return self._assets.pop(asset_id, None) is not None

    def enrich(self, ui: Payload, prompt_id: str) -> Payload:
        """A node's output with the id of each file in it, if there are assets."""
        if not self.enabled:
            return ui
        return {key: [self._with_id(item, prompt_id) for item in items] for key, items in ui.items()}

    def tag_counts(self, assets: Iterable[Asset] | None = None) -> list[tuple[str, int]]:
        """Most used first; with none given those of all assets, unused ones too."""
        counts = Counter(tag for asset in (self._assets.values() if assets is None else assets) for tag in asset.tags)
        if assets is None:
            counts.update(dict.fromkeys(_VOCABULARY, 0))
        return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))

    def start(self) -> None:
        """Scan, as at the server's start and whenever somebody asks for all node classes."""
        if self.enabled:
            self.scan()

    def scan(self, roots: Iterable[str] = ROOTS) -> None:
        """Find new files, then read metadata, as told by ``assets.seed.*`` events."""
        wanted, began = list(roots), time.monotonic()
        found = [entry for root in wanted for entry in self._entries(root)]
        self._send("assets.seed.started", {"roots": wanted, "total": len(found), "phase": "fast"})
        known = {(asset.kind, asset.place) for asset in self._assets.values()}
        new = [asset for asset in found if (asset.kind, asset.place) not in known]
        for asset in new:
            self.add(asset)
        facts = {"created": len(new), "skipped": len(found) - len(new), "total": len(found)}
        self.progress = {"scanned": 0, "total": len(found), "created": len(new), "skipped": len(found) - len(new)}
        self._send("assets.seed.fast_complete", {"roots": wanted, **facts})
        self._read(wanted, {"phase": "full", "total": len(found), "created": len(new)}, facts["skipped"], began)

    def watch(self, moment: str, facts: Payload) -> None:
        """After a prompt, now and then, the metadata of what it made is read."""
        if self.enabled and moment == "finished" and time.monotonic() - self._scanned_at > _PAUSE:
            self._scanned_at = time.monotonic()
            self._read(["output"], {"phase": "enrich", "total": 0, "created": 0}, 0, self._scanned_at)

    def _read(self, roots: list[str], counts: Payload, skipped: int, began: float) -> None:
        self._send("assets.seed.started", {"roots": roots, "phase": "enrich"})
        new = [one for one in self._assets.values() if one.kind in roots and "filename" not in (one.metadata or {})]
        for asset in new:
            asset.metadata = examine(asset, self._folders.root / asset.kind / asset.place)
            asset.updated_at = now()
        self._send("assets.seed.enrich_complete", {"roots": roots, "enriched": len(new)})
        elapsed = round(time.monotonic() - began, 3)
        self._send("assets.seed.completed", {**counts, "enriched": len(new), "skipped": skipped, "elapsed": elapsed})

    def _entries(self, root: str) -> list[Asset]:
        """What is there: model files by name only."""
        if root == "models":
            folders = self._catalogue.folders.items()
            return [_model(folder, name) for folder, names in folders for name in names]
        top = self._folders[root]
        files = [path for path in sorted(top.rglob("*")) if path.is_file()]
        return [_found(root, path.relative_to(top).as_posix(), path) for path in files]

    def _with_id(self, item: Any, prompt_id: str) -> Any:
        if not isinstance(item, dict) or "filename" not in item or self._folders.get(item.get("type", "")) is None:
            return item
        path = self._folders[item["type"]] / item.get("subfolder", "") / item["filename"]
        return {**item, "id": self.register(path, (), job_id=prompt_id).id} if path.is_file() else item


def _model(folder: str, name: str) -> Asset:
    tags, metadata = {"models", f"model_type:{folder}"}, {"filename": name}
    return Asset(name, "models", f"{folder}/{name}", size_of(name), tags, type_of(name), user_metadata=metadata)


def _found(root: str, place: str, path: Path) -> Asset:
    asset = Asset(path.name, root, place, path.stat().st_size, {root}, type_of(place), metadata=measure(path))
    asset.user_metadata = {"filename": place}
    return asset
