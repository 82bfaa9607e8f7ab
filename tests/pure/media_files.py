"""Files with SECRET wherever their format takes metadata: pictures made by Pillow, clips and sounds made by ffmpeg."""

from __future__ import annotations

import json
import struct
from io import BytesIO
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = b"SECRET-fox"
GRAPH = json.dumps({"6": {"inputs": {"text": SECRET.decode()}, "class_type": "CLIPTextEncode"}})
FILES = Path(__file__).parents[1] / "data" / "media"
CLIPS = sorted(path.name for path in FILES.iterdir() if path.suffix != ".sh")
UNMOVED = [name for name in CLIPS if name.endswith((".mp4", ".mov", ".m4a", ".webm", ".mkv"))]

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>' + SECRET + b"</a></x:xmpmeta>"
PROFILE = b"\0\0\2\x0clcms\2\x10\0\0mntrRGB XYZ " + bytes(500)


def picture(mode: str = "RGB", size: tuple[int, int] = (40, 24), shade: int = 0) -> Image.Image:
    gradient = Image.linear_gradient("L").resize(size).point(lambda value: (value + shade) % 256)
    return gradient.convert("RGB").convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """Exif as ComfyUI writes it into WebP: the graph under Model, the workflow under Make."""
    block = Image.Exif()
    block[0x0110] = f"prompt:{GRAPH}"
    block[0x010F] = f"workflow:{GRAPH}"
    if orientation != 1:
        block[0x0112] = orientation
    return block


def png_texts() -> PngInfo:
    """Text chunks of each kind, and ComfyUI's own `comf` behind the pixels, as its APNGs have it."""
    info = PngInfo()
    info.add_text("prompt", GRAPH)
    info.add_text("workflow", GRAPH, zip=True)
    info.add_itxt("parameters", GRAPH)
    info.add(b"tIME", struct.pack(">H5B", 2025, 1, 2, 3, 4, 5))
    info.add(b"comf", b"workflow\0" + GRAPH.encode(), after_idat=True)
    return info


def moving(kind: str, **options: object) -> bytes:
    others = [picture(shade=shade) for shade in (60, 120)]
    return saved(picture(), kind, save_all=True, append_images=others, duration=[50, 70, 90], loop=0, **options)


PICTURES = {
    "png": saved(picture(), "PNG", pnginfo=png_texts(), exif=exif(), icc_profile=PROFILE, dpi=(72, 72)),
    "png with alpha": saved(picture("RGBA"), "PNG", pnginfo=png_texts()),
    "png with a palette": saved(picture("P"), "PNG", pnginfo=png_texts(), transparency=3),
    "png turned": saved(picture(), "PNG", exif=exif(6)),
    "png with a tail": saved(picture(), "PNG") + SECRET,
    "apng": moving("PNG", pnginfo=png_texts()),
    "jpeg": saved(picture(), "JPEG", exif=exif(), comment=SECRET, xmp=XMP, icc_profile=PROFILE),
    "jpeg progressive": saved(picture(), "JPEG", exif=exif(), comment=SECRET, progressive=True) + SECRET,
    "jpeg turned": saved(picture(), "JPEG", exif=exif(6), xmp=XMP),
    "jpeg cmyk": saved(picture("CMYK"), "JPEG", exif=exif(), comment=SECRET),
    "webp": saved(picture(), "WEBP", exif=exif(), xmp=XMP),
    "webp lossless": saved(picture("RGBA"), "WEBP", lossless=True, exif=exif(), icc_profile=PROFILE),
    "webp turned": saved(picture(), "WEBP", exif=exif(8), xmp=XMP) + SECRET,
    "webp animated": moving("WEBP", exif=exif(), xmp=XMP),
    "gif": saved(picture("P"), "GIF", comment=SECRET) + SECRET,
    "gif animated": moving("GIF", comment=SECRET),
    "avif": saved(picture(), "AVIF", exif=exif(), xmp=XMP),
    "avif turned": saved(picture(), "AVIF", exif=exif(6), xmp=XMP),
    "avif animated": moving("AVIF", exif=exif(), xmp=XMP),
}

ALL = {**PICTURES, **{name: (FILES / name).read_bytes() for name in CLIPS}}
