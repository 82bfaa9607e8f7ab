"""The one Exif field which changes how a picture looks: its orientation (Exif 2.32, section 4.6.4)."""

from __future__ import annotations

import struct

ORIENTATION = 0x0112
UPRIGHT = 1


def orientation(tiff: bytes) -> int:
    """The orientation, 1 to 8, from a TIFF header and its first directory; 1 when there is none to be found."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        return _read(tiff, order)
    except struct.error:
        return UPRIGHT


def only_orientation(tiff: bytes) -> bytes:
    """An Exif block (from its TIFF header on) that says only how to turn the picture; empty when it is upright."""
    turned = orientation(tiff)
    if turned == UPRIGHT:
        return b""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, turned, 0, 0)


def _read(tiff: bytes, order: str) -> int:
    (directory,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, directory)
    for index in range(count):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * index)
        if tag == ORIENTATION:
            return value if kind == 3 and 1 <= value <= 8 else UPRIGHT
    return UPRIGHT
