"""The telephone keeps what every connector promises."""

from datetime import UTC, datetime, timedelta

from tests.channels.contract import ChannelContract

from hubbub.channels.adapters.phone.channel import Phone, Ring, uri_of
from hubbub.infra.http import Http
from hubbub.kernel.batch import RawBatch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def lines(*rings: Ring, source: str = "pbx") -> list[bytes]:
    return Phone({"source": source}, {}, Http("phone", allow_private=False)).lines(rings)


class TestPhone(ChannelContract):
    kind = "phone"
    config = {"source": "pbx"}
    samples = tuple(
        lines(
            Ring("1", NOON - timedelta(hours=1), "+493012345", "Missed call from +493012345 to Sales."),
            Ring("a/b%", NOON, "4021", "Left a voice message: 4021.\n\nMy widget is broken.", "Ann Lee"),
        )
    )
    unusable = (({"source": " "}, {}), ({"source": "s" * 61}, {}))
    page = "telephone.md"

    def line_of(self, text: str) -> bytes:
        return lines(Ring("9", NOON, "+493012345", text.encode("utf-8", "replace").decode()))[0]


def test_a_call_is_private_and_by_its_number() -> None:
    (post,) = Phone.parse(
        RawBatch(lines(Ring("1", NOON, "+4930", "Missed call.", "Ann")), None, NOON)
    ).posts.to_pylist()
    assert (post["uri"], post["author"], post["name"], post["private"]) == ("phone:pbx/1", "+4930", "Ann", True)


def test_a_caller_without_a_name_is_called_by_the_number() -> None:
    (post,) = Phone.parse(RawBatch(lines(Ring("1", NOON, "+4930", "Missed call.")), None, NOON)).posts.to_pylist()
    assert post["name"] == "+4930"


def test_sources_with_slashes_do_not_mix_with_ids() -> None:
    assert uri_of("a/b", "c") != uri_of("a", "b/c")
