"""What a file from outside holds, told by its bytes, and what of it may be shown in a page.

A picture is made anew from its pixels, so that nothing else it carries (scripts, places, a second format) gets
through. Everything else is only ever handed out to be kept, never to be opened in our place.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from hubbub.kernel.errors import HubbubError

MAX_PIXELS: Final = 50_000_000
LARGEST_SIDE: Final = 2_400
_PICTURES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_BEGINNINGS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)


class NotAPicture(HubbubError):
    """It claims to be a picture, and is none that can be read."""

    status = 400
    message = "This is no picture that can be read. PNG, JPEG, GIF and WebP are."


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew."""

    type: str
    data: bytes


def type_of(data: bytes) -> str:
    """Return what a file is by its first bytes, whatever its name says."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=list(_PICTURES)) as opened:
                return _PICTURES[opened.format or ""]
    except (UnidentifiedImageError, OSError, ValueError, KeyError, SyntaxError, Image.DecompressionBombError):
        pass
    if data[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for start, kind in _BEGINNINGS if data.startswith(start)), _text_or_not(data))


def _text_or_not(data: bytes) -> str:
    try:
        data[:4_000].decode()
    except UnicodeDecodeError as error:
        if error.start < min(len(data), 4_000) - 4:
            return "application/octet-stream"
    return "application/octet-stream" if b"\0" in data[:4_000] else "text/plain"


def picture(data: bytes, largest: int = LARGEST_SIDE) -> Picture:
    """Make a picture anew from its pixels, upright, at most so many pixels wide and high; a moving one stands still.

    Raises
    ------
    NotAPicture
        If it can't be read, or holds more pixels than any honest one.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=list(_PICTURES)) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise NotAPicture
                form = opened.format
                opened.draft("RGB", (largest, largest))
                upright = ImageOps.exif_transpose(opened)
                clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
                pixels = upright.convert("RGBA" if clear else "RGB")
        pixels.thumbnail((largest, largest))
        made = Image.new(pixels.mode, pixels.size)  # a comment or profile stays with the image it came with
        made.paste(pixels)
        out = io.BytesIO()
        if form == "JPEG" and not clear:
            made.save(out, "JPEG", quality=88)
            return Picture("image/jpeg", out.getvalue())
        made.save(out, "PNG")
        return Picture("image/png", out.getvalue())
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture from error
