"""What a file holds is told by its bytes; a picture that is shown carries nothing but its pixels."""

import io

import pytest
from PIL import Image

from hubbub.infra.content import LARGEST_SIDE, NotAPicture, picture, type_of


def made(form: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (30, 20), **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, form, **how)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "mode", "kind"),
    [
        ("PNG", "RGBA", "png"),
        ("PNG", "I;16", "png"),
        ("GIF", "P", "gif"),
        ("WEBP", "RGB", "webp"),
        ("JPEG", "CMYK", "jpeg"),
    ],
)
def test_a_picture_is_known_by_its_bytes_and_made_anew(form: str, mode: str, kind: str) -> None:
    data = made(form, mode)
    assert type_of(data) == f"image/{kind}"
    again = picture(data)
    assert again.type in ("image/png", "image/jpeg")
    assert Image.open(io.BytesIO(again.data)).size == (30, 20)


def test_what_hides_in_a_picture_does_not_get_through() -> None:
    hidden = b"<script>alert(1)</script>"
    data = made("JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00" + hidden, comment=hidden) + hidden
    assert hidden in data
    assert hidden not in picture(data).data


def test_a_picture_stands_upright_and_is_no_larger_than_is_looked_at() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert Image.open(io.BytesIO(picture(made("JPEG", exif=exif)).data)).size == (20, 30)
    large = picture(made(size=(5_000, 100)))
    assert Image.open(io.BytesIO(large.data)).size == (LARGEST_SIDE, 48)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n\x1a\n", made()[:60], b"GIF89a" + b"\xff" * 40, b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotAPicture, match="no picture"):
        picture(data)


def test_a_picture_of_more_pixels_than_any_honest_one_is_refused() -> None:
    with pytest.raises(NotAPicture):
        picture(made(mode="1", size=(30_000, 30_000)))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"PK\x03\x04....", "application/zip"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        ("Grüße".encode(), "text/plain"),
        (("ü" * 3_999).encode()[:4_000], "text/plain"),
        (b"<svg/>", "text/plain"),
        (b"\xff\xfe\x00", "application/octet-stream"),
        (b"a\0b", "application/octet-stream"),
    ],
)
def test_other_files_are_known_by_their_first_bytes(data: bytes, kind: str) -> None:
    assert type_of(data) == kind
