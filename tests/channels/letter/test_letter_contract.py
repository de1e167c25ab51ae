"""Letters keep what every connector promises."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.channels.contract import ChannelContract

from hubbub.channels.adapters.letter.channel import Letter, Letters, type_of
from hubbub.channels.core.contract import NotPossible, Outgoing
from hubbub.channels.registry import open_channel
from hubbub.infra import files
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.details import File, details_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SCAN = File(ref="ab" * 32, name="page.pdf", type="application/pdf", size=1_000)


def letter(text: str = "My bill\n\nIt is wrong.", **more: Any) -> Letter:
    return Letter("1", "writer", "Ann Lee", NOON - timedelta(days=1), text, "Ann Lee\n1 High St\nYork", **more)


class TestLetters(ChannelContract):
    kind = "letter"
    samples = tuple(Letters.lines([letter(), letter("A word", files=(SCAN,), parent="demo://acme/ann/1")]))

    def line_of(self, text: str) -> bytes:
        return Letters.lines([letter(text.encode("utf-8", "replace").decode())])[0]


def test_a_letter_is_private_with_its_address_and_its_scans() -> None:
    batch = Letters.parse(RawBatch(Letters.lines([letter(files=(SCAN,))]), None, NOON))
    (post,) = batch.posts.to_pylist()
    assert (post["private"], post["ref"], post["media"]) == (True, "Ann Lee\n1 High St\nYork", 1)
    assert details_of(post["details"]).files == (SCAN,)


def test_more_scans_than_any_letter_has_are_turned_away() -> None:
    batch = Letters.parse(RawBatch(Letters.lines([letter(files=(SCAN,) * 11)]), None, NOON))
    assert (len(batch), batch.rejects[0].reason) == (0, "This letter has 11 scans; at most 10 are taken.")


def test_a_scan_is_what_its_content_says() -> None:
    assert type_of(PNG) == "image/png"
    assert type_of(b"\xff\xd8\xff\xe0jfif") == "image/jpeg"
    assert type_of(b"%PDF-1.7") == "application/pdf"
    assert type_of(b"<html>") is None
    assert type_of(b"") is None


async def test_a_scan_is_fetched_by_its_key(tmp_path: Path, settings: Any) -> None:
    settings.FILES = tmp_path
    channel = open_channel("letter", {}, {})
    found = await channel.attachment(files.put(tmp_path, PNG))
    assert found is not None
    assert (found.type, found.data) == ("image/png", PNG)
    assert await channel.attachment("ab" * 32) is None
    assert await channel.attachment("../../etc/passwd") is None


async def test_a_program_never_sends_a_letter() -> None:
    with pytest.raises(NotPossible, match="print it, and say when it was posted"):
        await open_channel("letter", {}, {}).send(Outgoing("k", "Dear Ann", NOON, to="writer", private=True))
