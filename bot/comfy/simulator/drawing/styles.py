"""The hand a picture is made with: style words, and what a model's or LoRA's name promises."""

import hashlib
from collections.abc import Callable

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from bot.comfy.simulator.drawing.noise import noise
from bot.comfy.simulator.drawing.wish import Wish, listed


def lend_style(picture: Image.Image, words: str, tint: str, negative: str = "") -> Image.Image:
    """Style words of the prompt; else those in the names of LoRAs and model. Each model casts its own colours."""
    asked = _asked(words, negative)
    named = _asked(tint.replace("safetensors", " ").replace("ckpt", " "), "")
    for style in asked or named:
        picture = style(picture)
    return _cast(picture, tint) if tint else picture


def _asked(text: str, negative: str) -> list["Style"]:
    said = Wish.of(_spaced(text), negative).said
    found = [style for known, style in _STYLES if said & known]
    if {"black", "white"} <= said and " and " in text.lower() and monochrome not in found:
        found.append(monochrome)
    return found[:2]


def _spaced(text: str) -> str:
    """``realcartoonXL_v5`` holds words too."""
    lowered = text.lower()
    return f"{lowered} " + " ".join(
        word
        for word in ("anime", "toon", "pixel", "watercolor", "sketch", "manga")
        if word in lowered and len(lowered) > len(word)
    )


def watercolour(picture: Image.Image) -> Image.Image:
    """Soft washes that run out towards the paper's edge."""
    wash = _shrunk(picture, 3, lambda small: small.filter(ImageFilter.MedianFilter(5)))
    wash = ImageEnhance.Color(Image.blend(wash, Image.new("RGB", wash.size, (255, 252, 244)), 0.22)).enhance(1.2)
    edges = ImageChops.invert(picture.convert("L").filter(ImageFilter.FIND_EDGES)).point(lambda v: 205 + v * 50 // 255)
    wash = ImageChops.multiply(wash, Image.merge("RGB", [edges] * 3))
    grain = noise(picture.size, 48, 2).point(lambda v: 226 + v * 29 // 255)
    wash = ImageChops.multiply(wash, Image.merge("RGB", [grain] * 3))
    return Image.composite(wash, Image.new("RGB", wash.size, (252, 249, 241)), _torn_edge(picture.size))


def oil(picture: Image.Image) -> Image.Image:
    """Thick strokes: patches of one colour, lit from above."""
    painted = _shrunk(picture, 4, lambda small: small.filter(ImageFilter.ModeFilter(5)), Image.Resampling.BICUBIC)
    stroke = noise(picture.size, 110, 5).point(lambda v: 128 + (v - 128) * 2 // 5)
    relief = ImageChops.offset(stroke, 2, 2)
    lit = ImageChops.subtract(stroke, relief, scale=1, offset=128)
    return ImageEnhance.Color(ImageChops.soft_light(painted, Image.merge("RGB", [lit] * 3))).enhance(1.35)


def anime(picture: Image.Image) -> Image.Image:
    """Flat bright colours and ink lines."""
    flat = ImageOps.posterize(ImageEnhance.Color(picture).enhance(1.35), 5)
    flat = ImageEnhance.Brightness(flat).enhance(1.1)
    return ImageChops.multiply(flat, Image.merge("RGB", [_ink(picture)] * 3))


def sketched(picture: Image.Image) -> Image.Image:
    """Pencil: the grey divided by its blurred inverse."""
    grey = ImageOps.grayscale(picture)
    soft = ImageChops.invert(grey).filter(ImageFilter.GaussianBlur(max(1, max(picture.size) / 120)))
    lines = Image.blend(ImageChops.add(grey, soft, scale=1.0), grey, 0.22)
    lines = ImageChops.multiply(ImageOps.autocontrast(lines, cutoff=1), _ink(picture))
    paper = noise(picture.size, 160, 3).point(lambda v: 222 + v * 33 // 255)
    return ImageOps.colorize(ImageChops.multiply(lines, paper), (44, 42, 48), (252, 250, 244))


def monochrome(picture: Image.Image) -> Image.Image:
    return ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=1).convert("RGB")


def sepia(picture: Image.Image) -> Image.Image:
    return _vignette(ImageOps.colorize(ImageOps.grayscale(picture), (40, 24, 14), (252, 236, 204)))


def pixels(picture: Image.Image) -> Image.Image:
    wide, high = (max(1, side * 96 // max(picture.size)) for side in picture.size)
    small = picture.resize((wide, high), Image.Resampling.BOX).quantize(28, dither=Image.Dither.NONE)
    return small.convert("RGB").resize(picture.size, Image.Resampling.NEAREST)


def poly(picture: Image.Image) -> Image.Image:
    """Triangles, each of one colour."""
    from bot.comfy.simulator.drawing.facets import facet

    return facet(picture, cells=64)


def glass(picture: Image.Image) -> Image.Image:
    """Stained glass: facets between lines of lead."""
    from bot.comfy.simulator.drawing.facets import facet

    return facet(ImageEnhance.Color(picture).enhance(1.6), cells=40, lead=True)


def pastel(picture: Image.Image) -> Image.Image:
    return Image.blend(ImageEnhance.Color(picture).enhance(0.8), Image.new("RGB", picture.size, (255, 240, 246)), 0.42)


def dots(picture: Image.Image) -> Image.Image:
    """Impressionist dabs: the picture scattered by noise."""
    return _shrunk(oil(picture), 2, lambda small: small.filter(ImageFilter.MaxFilter(3)), Image.Resampling.BICUBIC)


def photo(picture: Image.Image) -> Image.Image:
    """A little grain and a dark edge."""
    grain = noise(picture.size, max(picture.size) // 2, 7).point(lambda v: 112 + v // 8)
    return _vignette(ImageChops.soft_light(picture, Image.merge("RGB", [grain] * 3)))


def _ink(picture: Image.Image) -> Image.Image:
    """Dark lines where shapes meet, of a width that goes with the size."""
    side = max(1, max(picture.size) // 640)
    grey = picture.convert("L").reduce(side) if side > 1 else picture.convert("L")
    edges = grey.filter(ImageFilter.Kernel((3, 3), (-1, -1, -1, -1, 8, -1, -1, -1, -1), 1, 0)).filter(
        ImageFilter.MaxFilter(3)
    )
    lines = ImageChops.invert(edges.point(lambda v: min(215, max(0, v - 14) * 7)))
    return lines.resize(picture.size, Image.Resampling.BILINEAR)


def _vignette(picture: Image.Image) -> Image.Image:
    dark = ImageChops.invert(Image.radial_gradient("L")).point(lambda v: min(255, 130 + v * 3 // 2))
    return ImageChops.multiply(picture, Image.merge("RGB", [dark.resize(picture.size, Image.Resampling.BILINEAR)] * 3))


def _torn_edge(size: tuple[int, int]) -> Image.Image:
    frame = Image.new("L", (64, 64))
    frame.paste(255, (4, 4, 60, 60))
    soft = frame.filter(ImageFilter.GaussianBlur(2.5)).resize(size, Image.Resampling.BICUBIC)
    rough = ImageChops.subtract(
        ImageChops.add(soft, noise(size, 40, 4).point(lambda v: v // 2)), Image.new("L", size, 90)
    )
    return rough.point(lambda v: min(255, v * 3))


def _shrunk(
    picture: Image.Image,
    by: int,
    change: Callable[[Image.Image], Image.Image],
    kernel: Image.Resampling = Image.Resampling.BILINEAR,
) -> Image.Image:
    """Filters are quick on small pictures; never below 64 pixels."""
    by = max(1, min(by * max(picture.size) // 1024 + 1, min(picture.size) // 64))
    return change(picture.reduce(by)).resize(picture.size, kernel)


def _cast(picture: Image.Image, tint: str) -> Image.Image:
    """A model's own colours: a hue of its own, more or less colour and contrast."""
    digest = hashlib.sha256(tint.encode()).digest()
    picture = Image.blend(picture, Image.new("RGB", picture.size, (digest[0], digest[1], digest[2])), 0.07)
    picture = ImageEnhance.Color(picture).enhance(0.8 + digest[3] / 255 * 0.5)
    return ImageEnhance.Contrast(picture).enhance(0.92 + digest[4] / 255 * 0.2)


Style = Callable[[Image.Image], Image.Image]
_STYLES: tuple[tuple[frozenset[str], Style], ...] = tuple(
    (listed(words), style)
    for words, style in (
        ("watercolour watercolor aquarelle gouache", watercolour),
        ("oil acrylic", oil),
        ("impressionist impressionism monet pointillism", dots),
        ("anime manga cartoon comic cel ghibli toon", anime),
        ("sketch pencil charcoal drawing lineart ink engraving", sketched),
        ("pixel pixelart bit", pixels),
        ("lowpoly poly polygon polygonal origami", poly),
        ("stained mosaic", glass),
        ("pastel pastels", pastel),
        ("monochrome grayscale greyscale noir", monochrome),
        ("sepia vintage antique daguerreotype", sepia),
        ("photo photograph photorealistic photography cinematic realistic", photo),
    )
)
