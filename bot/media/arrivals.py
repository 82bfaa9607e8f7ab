"""Pictures from people before a server gets them: no bombs, upright, and without what their camera wrote down."""

from __future__ import annotations

import logging
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from bot.errors import AttachmentRefused
from bot.media.sniff import Category, sniff
from bot.media.strip import strip_metadata
from bot.text import _

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

#: of all frames together, read from the header before anything is decoded
PIXELS = 64 * 10**6
#: of the Exif tags, the one that says which way is up (Exif 2.32, section 4.6.4)
ORIENTATION, UPRIGHT = 0x0112, 1
JPEG_QUALITY = 95


def cleaned(data: bytes) -> bytes:
    """The picture upright and without metadata; what is no picture comes back stripped of its tags.

    Raises AttachmentRefused for a picture with too many pixels, and for one that cannot be opened. Takes up to some
    seconds, so call it in a thread.
    """
    if sniff(data).category is not Category.PICTURE:
        return strip_metadata(data)
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data)) as picture:
                _refuse_large(picture)
                if picture.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT:
                    return strip_metadata(data)
                return _turned(picture)
    except AttachmentRefused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        log.info("a picture of %d bytes could not be opened: %r", len(data), error)
        problem = _("That picture cannot be opened. Save it as PNG, JPEG or WebP and attach it again.")
        raise AttachmentRefused(problem) from error


def _refuse_large(picture: Image) -> None:
    if picture.width * picture.height > PIXELS:
        raise _too_large()
    if picture.width * picture.height * getattr(picture, "n_frames", 1) > PIXELS:
        raise _too_large()


def _too_large() -> AttachmentRefused:
    problem = _("That picture has more than {limit} million pixels. Attach a smaller one.")
    return AttachmentRefused(problem.format(limit=PIXELS // 10**6))


def _turned(picture: Image) -> bytes:
    """As its camera meant it; a photograph stays a JPEG, anything else becomes a PNG."""
    from PIL import ImageOps

    kind, profile = picture.format, picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    out = BytesIO()
    if kind in {"JPEG", "MPO"}:
        upright.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, exif=b"", icc_profile=profile)
    else:
        upright.save(out, "PNG", exif=b"", icc_profile=profile)
    return strip_metadata(out.getvalue())
