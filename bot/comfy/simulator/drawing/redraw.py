"""A picture drawn over another one: what of it stays is up to the denoise strength, and to a mask."""

from PIL import Image, ImageChops, ImageFilter, ImageOps

from bot.comfy.simulator.drawing.canvas import Canvas
from bot.comfy.simulator.drawing.figure import Figure
from bot.comfy.simulator.drawing.scene import draw, find_subjects, sketch
from bot.comfy.simulator.drawing.styles import lend_style

#: From here on nothing of the original is left.
_ANEW = 0.97
#: From here on the prompt's subject appears.
_SUBJECT = 0.55
Box = tuple[int, int, int, int]


def redraw(
    original: Image.Image, words: str, seed: int, denoise: float, *, tint: str = "", negative: str = ""
) -> Image.Image:
    """``original`` painted over: its shapes stay, its colours go towards the prompt's the more, the stronger."""
    if denoise >= _ANEW:
        return draw(words, seed, original.size, tint=tint, negative=negative)
    if denoise <= 0:
        return original
    canvas = sketch(words, seed, original.size, negative=negative)
    canvas.show(_grade(_simplify(original, denoise), canvas, denoise))
    if denoise >= _SUBJECT:
        _add_subject(canvas, (0, 0, *original.size))
    painted = lend_style(canvas.picture, words, tint, negative)
    return Image.blend(original, painted, min(1.0, 0.35 + denoise))


def inpaint(
    original: Image.Image,
    mask: Image.Image,
    words: str,
    seed: int,
    denoise: float,
    *,
    tint: str = "",
    negative: str = "",
) -> Image.Image:
    """Only where ``mask`` is white: at full strength its surroundings grow in, with the prompt's subject on them."""
    mask = mask.resize(original.size, Image.Resampling.BILINEAR)
    box = mask.point(lambda value: 255 if value > 127 else 0).getbbox()
    if box is None:
        return original
    if denoise < _ANEW:
        painted = redraw(original, words, seed, denoise, tint=tint, negative=negative)
    else:
        canvas = sketch(words, seed, original.size, negative=negative)
        canvas.show(_grow_in(original, mask))
        if not _add_subject(canvas, box):
            fresh = draw(words, seed, original.size, negative=negative)
            canvas.show(Image.blend(canvas.picture, fresh, 0.75))
        painted = lend_style(canvas.picture, words, tint, negative)
    soft = mask.filter(ImageFilter.GaussianBlur(max(1.0, max(original.size) / 160)))
    return Image.composite(
        painted, original, ImageChops.lighter(soft, mask.point(lambda value: 255 if value > 250 else 0))
    )


def _simplify(original: Image.Image, denoise: float) -> Image.Image:
    """Flat patches, larger ones the stronger."""
    by = max(1, round(max(original.size) * denoise / 160))
    small = original.reduce(by) if min(original.size) > 16 * by else original
    small = small.filter(ImageFilter.MedianFilter(5)) if min(small.size) > 8 else small
    return small.resize(original.size, Image.Resampling.BICUBIC)


def _grade(picture: Image.Image, canvas: Canvas, denoise: float) -> Image.Image:
    palette = canvas.palette
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1)
    dark = palette.land[1] if max(palette.land[1]) < 128 else palette.sky[0]
    toned = ImageOps.colorize(grey, dark, palette.sky[2], mid=palette.sky[1])
    return Image.blend(picture, toned, 0.8 * denoise**1.5)


def _grow_in(original: Image.Image, mask: Image.Image) -> Image.Image:
    """The masked part from what is around it: blurred colours over blurred weight, coarse first."""
    side = 64
    small, outside = original.resize((side, side), Image.Resampling.BOX), ImageChops.invert(mask.resize((side, side)))
    filled = small
    for radius in (24, 10, 4):
        weight = outside.filter(ImageFilter.GaussianBlur(radius)).point(lambda value: max(1, value))
        black = Image.composite(small, Image.new("RGB", small.size), outside).filter(ImageFilter.GaussianBlur(radius))
        bands = [ImageChops.invert(_divide(band, weight)) for band in black.split()]
        spread = ImageChops.invert(Image.merge("RGB", bands))
        known = weight.point(lambda value: min(255, value * 6))
        filled = spread if radius == 24 else Image.composite(spread, filled, known)
    return filled.resize(original.size, Image.Resampling.BICUBIC)


def _divide(band: Image.Image, weight: Image.Image) -> Image.Image:
    pairs = zip(band.tobytes(), weight.tobytes(), strict=True)
    return Image.frombytes("L", band.size, bytes(min(255, value * 255 // over) for value, over in pairs))


def _add_subject(canvas: Canvas, box: Box) -> bool:
    """The prompt's first subject, standing in the box; whether there is one."""
    found = find_subjects(canvas.wish)
    if not found:
        return False
    left, top, right, bottom = box
    whole = (right - left, bottom - top) == canvas.picture.size
    size = min(right - left, bottom - top) / canvas.unit * (found[0].size if whole else 0.9)
    x, ground = (left + right) / 2 / canvas.width, (top + (bottom - top) * 0.95) / canvas.height
    x += canvas.dice.uniform(-0.15, 0.15) if whole else 0
    found[0].figure(Figure(canvas, x, ground, size, canvas.wish.color_of(found[0].words)))
    return True
