"""Pictures made small enough for Discord: WebP at falling quality, then at falling size (WebP: RFC 9649)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from math import sqrt
from typing import TYPE_CHECKING

from bot.media.sniff import WEBP, Category, safe_name, sniff

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

#: More than that, over all frames of an animation, is not decoded: 8192 x 8192.
MAX_PIXELS = 1 << 26

QUALITIES = (95, 90, 80, 70)
LOWEST = QUALITIES[-1]

#: A file so many times too large is scaled at once: no quality wins that back.
HOPELESS = 4

#: How long libwebp may look for a small file (0 to 6), and from how many pixels on it may not.
CAREFUL, QUICK = 4, 2
MANY_PIXELS = 1 << 22

#: WebP's own bound on a side, and ours from below.
LONGEST_SIDE, SHORTEST_SIDE = 16383, 16

#: Pillow's names of the formats whose frames are an animation, not pages or views from two sides.
MOVING = frozenset(("GIF", "PNG", "WEBP", "AVIF"))


class Note(StrEnum):
    #: It was small enough and is as it was.
    KEPT = "kept"
    #: Same size in pixels, other bytes.
    REENCODED = "reencoded"
    #: Fewer pixels.
    SCALED = "scaled"


@dataclass(frozen=True)
class Fitted:
    """A file within the limit: its bytes, its name with an extension that fits them, and what was done."""

    data: bytes
    name: str
    extension: str
    note: Note


def fit(data: bytes, limit: int, *, name: str) -> Fitted | None:
    """The picture in at most `limit` bytes; None for what is no picture, is damaged, too large to open or to shrink.

    Takes up to some seconds, so call it in a thread. Alpha, animation, colour profile and orientation are kept.
    """
    kind = sniff(data)
    if len(data) <= limit:
        return Fitted(data, safe_name(name, extension=kind.extension), kind.extension, Note.KEPT)
    if kind.category is not Category.PICTURE:
        return None
    film = _opened(data)
    if film is None:
        return None
    for encoded, note in _smaller(film, limit):
        if len(encoded) <= limit:
            return Fitted(encoded, safe_name(name, extension=WEBP.extension), WEBP.extension, note)
    return None


def _opened(data: bytes) -> _Film | None:
    from PIL import Image

    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.width * picture.height * getattr(picture, "n_frames", 1) <= MAX_PIXELS:
                return _Film.of(picture)
    except Exception as error:  # noqa: BLE001  Pillow's decoders raise whatever they like on a damaged file or a bomb
        log.info("a picture of %d bytes could not be opened: %r", len(data), error)
    return None


def _smaller(film: _Film, limit: int) -> Iterator[tuple[bytes, Note]]:
    """Ever smaller files: down the qualities at full size, then scaled by what is missing still."""
    scale = min(1.0, LONGEST_SIDE / max(film.size))
    note = Note.SCALED if scale < 1 else Note.REENCODED
    film = film.scaled(scale)
    size = HOPELESS * limit
    for quality in QUALITIES:
        if encoded := film.encoded(quality):
            size = len(encoded)
            yield encoded, note
        if size > HOPELESS * limit:
            break
    scale = 1.0
    while True:
        scale *= min(0.9, 0.95 * sqrt(limit / size))
        if min(film.size) * scale < SHORTEST_SIDE:
            return
        if encoded := film.scaled(scale).encoded(LOWEST):
            size = len(encoded)
            yield encoded, Note.SCALED


@dataclass(frozen=True)
class _Film:
    """The frames of a picture, one for a still one, as RGB or RGBA; `durations` in milliseconds."""

    frames: list[Image]
    durations: list[int]
    loop: int
    profile: bytes

    @classmethod
    def of(cls, picture: Image) -> _Film:
        from PIL import ImageOps, ImageSequence

        profile = picture.info.get("icc_profile") or b""
        loop = int(picture.info.get("loop", 1 if picture.format == "GIF" else 0))
        if picture.format not in MOVING or getattr(picture, "n_frames", 1) == 1:
            return cls([_plain(ImageOps.exif_transpose(picture))], [0], loop, _rgb_only(profile))
        frames: list[Image] = []
        durations: list[int] = []
        for frame in ImageSequence.Iterator(picture):
            frames.append(frame.convert("RGBA"))
            durations.append(int(frame.info.get("duration", 100)))
        apart = 1 if picture.info.get("default_image") else 0
        return cls(frames[apart:], durations[apart:], loop, _rgb_only(profile))

    @property
    def size(self) -> tuple[int, int]:
        return self.frames[0].size

    def scaled(self, scale: float) -> _Film:
        """Every frame that much smaller; itself at a scale of 1."""
        if scale >= 1:
            return self
        from PIL.Image import Resampling

        width, height = (max(1, round(side * scale)) for side in self.size)
        frames = [frame.resize((width, height), Resampling.LANCZOS) for frame in self.frames]
        return _Film(frames, self.durations, self.loop, self.profile)

    def encoded(self, quality: int) -> bytes | None:
        """The WebP file; None when its first partition would be longer than WebP can say, as with very large noise."""
        out = BytesIO()
        first, *others = self.frames
        pixels = len(self.frames) * first.width * first.height
        moving = {"append_images": others, "duration": self.durations, "loop": self.loop} if others else {}
        try:
            first.save(
                out,
                "WEBP",
                save_all=bool(others),
                quality=quality,
                method=CAREFUL if pixels <= MANY_PIXELS else QUICK,
                icc_profile=self.profile,
                **moving,
            )
        except ValueError:
            return None
        return out.getvalue()


def _plain(picture: Image) -> Image:
    """The picture as RGB, or RGBA where it is transparent; 16-bit greys are scaled to 8."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _rgb_only(profile: bytes) -> bytes:
    """The colour profile if it speaks of RGB (ICC.1 section 7.2.6): those of grey and CMYK no longer fit."""
    return profile if profile[16:20] == b"RGB " else b""
