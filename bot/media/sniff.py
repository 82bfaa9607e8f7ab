"""What a file is by its first bytes, and names for files that Discord keeps as they are (IANA media types)."""

from __future__ import annotations

import re
import struct
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from bot.media import flac, heif, matroska, mp3, ogg
from bot.media.edit import Malformed

LONGEST_NAME = 100


class Category(StrEnum):
    #: Discord draws it in the message.
    PICTURE = "picture"
    #: Discord plays it, with a frame.
    VIDEO = "video"
    #: Discord plays it, with a bar.
    AUDIO = "audio"
    #: It decodes as UTF-8 and has no control characters.
    TEXT = "text"
    #: Anything else, offered for download.
    OTHER = "other"


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, its usual extension with the dot, and what Discord does with it."""

    content_type: str
    extension: str
    category: Category


PNG = Kind("image/png", ".png", Category.PICTURE)
JPEG = Kind("image/jpeg", ".jpg", Category.PICTURE)
WEBP = Kind("image/webp", ".webp", Category.PICTURE)
GIF = Kind("image/gif", ".gif", Category.PICTURE)
AVIF = Kind("image/avif", ".avif", Category.PICTURE)
HEIC = Kind("image/heic", ".heic", Category.PICTURE)
BMP = Kind("image/bmp", ".bmp", Category.PICTURE)
TIFF = Kind("image/tiff", ".tiff", Category.PICTURE)
JXL = Kind("image/jxl", ".jxl", Category.PICTURE)
MP4 = Kind("video/mp4", ".mp4", Category.VIDEO)
MOV = Kind("video/quicktime", ".mov", Category.VIDEO)
WEBM = Kind("video/webm", ".webm", Category.VIDEO)
MKV = Kind("video/x-matroska", ".mkv", Category.VIDEO)
AVI = Kind("video/x-msvideo", ".avi", Category.VIDEO)
OGV = Kind("video/ogg", ".ogv", Category.VIDEO)
M4A = Kind("audio/mp4", ".m4a", Category.AUDIO)
OGG = Kind("audio/ogg", ".ogg", Category.AUDIO)
OPUS = Kind("audio/ogg", ".opus", Category.AUDIO)
FLAC = Kind("audio/flac", ".flac", Category.AUDIO)
MP3 = Kind("audio/mpeg", ".mp3", Category.AUDIO)
AAC = Kind("audio/aac", ".aac", Category.AUDIO)
WAV = Kind("audio/wav", ".wav", Category.AUDIO)
PDF = Kind("application/pdf", ".pdf", Category.OTHER)
ZIP = Kind("application/zip", ".zip", Category.OTHER)
GLB = Kind("model/gltf-binary", ".glb", Category.OTHER)
TEXT = Kind("text/plain", ".txt", Category.TEXT)
SVG = Kind("image/svg+xml", ".svg", Category.TEXT)
OTHER = Kind("application/octet-stream", ".bin", Category.OTHER)

STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"fLaC", FLAC),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"\xff\x0a", JXL),
    (b"\0\0\0\x0cJXL \r\n\x87\n", JXL),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"glTF", GLB),
)

RIFF_FORMS = {b"WEBP": WEBP, b"WAVE": WAV, b"AVI ": AVI}

#: Control characters which no text has: all but tab, line feed, form feed, carriage return and escape.
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(data: bytes) -> Kind:
    """The kind of file, by magic bytes and never by name; `OTHER` when nothing is known of it."""
    for start, kind in STARTS:
        if data.startswith(start):
            return kind
    if data.startswith(b"RIFF") and data[8:12] in RIFF_FORMS:
        return RIFF_FORMS[data[8:12]]
    if data.startswith(b"BM") and data[6:10] == bytes(4):
        return BMP
    return _container(data) or _tagged(data) or _text(data) or OTHER


def safe_name(name: str, *, extension: str | None = None) -> str:
    """A file name of ASCII letters, digits, `_`, `-` and `.` only, with the extension given instead of its own."""
    path = PurePosixPath(_ascii(PurePosixPath(name.replace("\\", "/")).name).rstrip("._-"))
    ending = re.sub("[^A-Za-z0-9]", "", path.suffix if extension is None else extension)[:16]
    suffix = f".{ending}" if ending else ""
    stem = path.stem.strip("._-")
    return (stem[: LONGEST_NAME - len(suffix)].rstrip("._-") or "file") + suffix


def _ascii(text: str) -> str:
    letters = (sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", "".join(letters))


def _container(data: bytes) -> Kind | None:
    """Formats which say in their header what they carry."""
    if data.startswith(ogg.SIGNATURE):
        head = data[:512]
        return OGV if b"\x80theora" in head else OPUS if b"OpusHead" in head else OGG
    if data.startswith(matroska.SIGNATURE):
        return WEBM if b"webm" in data[:64] else MKV
    if data[4:8] == b"ftyp":
        return _by_brand(data[8:12], heif.brands(data))
    return MOV if data[4:8] in (b"moov", b"mdat", b"wide") and len(data) >= 16 else None


def _by_brand(major: bytes, brands: frozenset[bytes]) -> Kind:
    if major == b"qt  ":
        return MOV
    if major in (b"M4A ", b"M4B "):
        return M4A
    if brands & {b"avif", b"avis"}:
        return AVIF
    return HEIC if brands & {b"mif1", b"msf1", b"heic", b"heix"} else MP4


def _tagged(data: bytes) -> Kind | None:
    """Audio which begins with a tag or, without one, with a frame."""
    try:
        start = mp3.audio_start(data)
    except (Malformed, struct.error, IndexError):
        return MP3
    if data.startswith(flac.SIGNATURE, start):
        return FLAC
    if _is_adts(data[start : start + 4]):
        return AAC
    return MP3 if start or _is_frame(data[:4]) else None


def _is_frame(header: bytes) -> bool:
    """Whether that is an MPEG frame of layer II or III with a legal version, bit rate and sample rate."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return False
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    return version != 1 and layer in (1, 2) and 0 < header[2] >> 4 < 15 and header[2] >> 2 & 3 != 3


def _is_adts(header: bytes) -> bool:
    """Whether that is an AAC frame in ADTS: the sync word, layer 0 and a legal sample rate (ISO/IEC 13818-7)."""
    return len(header) == 4 and header[0] == 0xFF and header[1] & 0xF6 == 0xF0 and header[2] >> 2 & 15 < 13


def _text(data: bytes) -> Kind | None:
    if not data or CONTROL.search(data):
        return None
    try:
        start = data.decode("utf-8-sig")[:1024].lower()
    except UnicodeDecodeError:
        return None
    return SVG if "<svg" in start and start.lstrip().startswith("<") else TEXT
