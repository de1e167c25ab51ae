"""The web chat keeps what every connector promises."""

from tests.channels.chat.visitors import CONFIG, NOON
from tests.channels.contract import ChannelContract

from hubbub.channels.adapters.chat.parse import Said, Sent, line


def said(number: int, text: str, file: Sent | None = None) -> bytes:
    return line(Said(3, "7f3a00c1d2e3", number, "Visitor 7F3A", text, NOON, file))


class TestChat(ChannelContract):
    kind = "chat"
    config = CONFIG
    page = "chat.md"
    samples = (
        said(1, "My parcel is late"),
        said(2, "So’s mine 📦"),
        said(3, "", Sent("0" * 64, "photo.png", "image/png", 1_200)),
        said(4, "", Sent("1" * 64, "bill.pdf", "application/pdf", 90_000)),
    )
    unusable = (
        ({**CONFIG, "site": "x" * 61}, {}),
        ({**CONFIG, "origins": "shop.example.org"}, {}),
        ({**CONFIG, "origins": "http://shop.example.org"}, {}),
        ({**CONFIG, "origins": "https://shop.example.org/cart"}, {}),
        ({**CONFIG, "origins": "https://user@shop.example.org"}, {}),
        ({**CONFIG, "origins": "https://*.example.org"}, {}),
        ({**CONFIG, "origins": "https://[::1"}, {}),
        ({**CONFIG, "origins": " ".join(f"https://{n}.example.org" for n in range(21))}, {}),
        ({**CONFIG, "greeting": "x" * 301}, {}),
        ({**CONFIG, "colour": "red; background: url(//x)"}, {}),
    )

    def line_of(self, text: str) -> bytes:
        return said(1, text.encode(errors="replace").decode())
