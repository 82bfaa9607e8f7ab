"""GLB: a cube, whatever was asked for."""

import json
from collections.abc import Mapping
from itertools import product
from struct import pack

_FACES = (
    *((0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1)),
    *((2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3)),
)


def glb(metadata: Mapping[str, str]) -> bytes:
    """Binary glTF 2.0 of one mesh; ``metadata`` as extras of the asset."""
    points = b"".join(pack("<3f", *corner) for corner in product((-0.5, 0.5), repeat=3))
    indices = b"".join(pack("<3H", *face) for face in _FACES)
    document = {
        "asset": {"version": "2.0", "generator": "simulator", "extras": dict(metadata)},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 8,
                "type": "VEC3",
                "min": [-0.5, -0.5, -0.5],
                "max": [0.5, 0.5, 0.5],
            },
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(points), "target": 34962},
            {"buffer": 0, "byteOffset": len(points), "byteLength": len(indices), "target": 34963},
        ],
        "buffers": [{"byteLength": len(points) + len(indices)}],
    }
    text = json.dumps(document).encode()
    chunks = _chunk(b"JSON", text + b" " * (-len(text) % 4)) + _chunk(b"BIN\x00", points + indices)
    return b"glTF" + pack("<2I", 2, 12 + len(chunks)) + chunks


def _chunk(kind: bytes, body: bytes) -> bytes:
    return pack("<I", len(body)) + kind + body
