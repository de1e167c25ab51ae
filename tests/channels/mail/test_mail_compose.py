"""Our mails: in the thread of what they answer, readable everywhere, and with nothing smuggled into them."""

import json
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.channels.adapters.mail.compose import compose
from hubbub.channels.adapters.mail.settings import Settings
from hubbub.channels.core.contract import Attached, NotPossible, Outgoing

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HEADERS = {
    "content-type", "content-transfer-encoding", "mime-version", "message-id", "date", "from", "to", "subject",
    "in-reply-to", "references", "user-agent", "x-hubbub",
}  # fmt: skip


def settings(**changes: Any) -> Settings:
    config = {"address": "care@acme.example", "imap_host": "mx", "smtp_host": "mx", "name": "Acme Care", **changes}
    return Settings.of(config, {"password": "secret"})


def sent(text: str = "On its way.", *, ref: dict[str, Any] | None = None, **changes: Any) -> Any:
    """Compose a mail, and read it as its receiver does."""
    known = {"id": "first@x.example", "subject": "A question", "references": ["zero@x.example"], **(ref or {})}
    fields: dict[str, Any] = {"parent_ref": json.dumps(known), "to": "jo@x.example", "private": True, **changes}
    given = settings(**({"name": fields.pop("name")} if "name" in fields else {}))
    letter = compose(Outgoing("k1", text, NOON, **fields), given)
    read = BytesParser(policy=default).parsebytes(letter.data.replace(b"\r\n", b"\n"))
    assert {name.lower() for name in read} <= HEADERS
    assert max(map(len, letter.data.split(b"\r\n"))) < 998
    assert b"\n" not in letter.data.replace(b"\r\n", b"")
    return read


def test_an_answer_stands_in_its_thread() -> None:
    mail = sent("Grüße, it is\n.\non its way 📦\n")
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "jo@x.example", "Acme Care <care@acme.example>", "Re: A question",
    )  # fmt: skip
    assert (mail["Message-ID"], mail["In-Reply-To"]) == ("<k1@acme.example>", "<first@x.example>")
    assert mail["References"] == "<zero@x.example> <first@x.example>"
    assert mail["X-Hubbub"] == "care@acme.example"
    assert mail.get_content() == "Grüße, it is\n.\non its way 📦\n"


@pytest.mark.parametrize("subject", ["Re: A question", "AW: Frage", "SV: x", "RE[2]: y"])
def test_a_subject_that_is_an_answers_already_stays(subject: str) -> None:
    assert sent(ref={"subject": subject})["Subject"] == subject


def test_who_wants_the_answer_elsewhere_gets_it_there() -> None:
    assert sent(ref={"reply_to": "desk@x.example"})["To"] == "desk@x.example"


def test_what_can_not_be_read_of_the_mail_is_made_up_from_its_uri() -> None:
    mail = sent(parent_ref="not JSON", parent="mail:first@x.example")
    assert (mail["In-Reply-To"], mail["Subject"]) == ("<first@x.example>", "Re: your message")


def test_files_go_along_with_what_they_show_in_words() -> None:
    files = (
        Attached("Bild grün.png", "image/png", b"\x89PNG\r\n.\r\n", "a green picture, ä"),
        Attached("../../x\r\nBcc: all@x.example.exe", "multipart/mixed; boundary=x", b"MZ"),
        Attached("", "text/html", b"<p>"),
    )
    words, one, two, three = sent(files=files).iter_parts()
    assert words.get_content() == "On its way.\n"
    assert (one.get_filename(), one["Content-Description"], one.get_content()) == (
        "Bild grün.png", "a green picture, ä", b"\x89PNG\r\n.\r\n",
    )  # fmt: skip
    assert (two.get_content_type(), two.get_content()) == ("application/octet-stream", b"MZ")
    assert "\n" not in two.get_filename()
    assert (three.get_filename(), three.get_content_type()) == ("file", "text/html")


def test_long_ids_stay_whole() -> None:
    ids = [f"{'x' * 150}.{number}@mail.example" for number in range(20)]
    mail = sent(ref={"references": ids, "id": "y" * 300 + "@mail.example"})
    assert str(mail["References"]).split() == [f"<{each}>" for each in (*ids, "y" * 300 + "@mail.example")]


@pytest.mark.parametrize("evil", ["x\r\nBcc: all@x.example", "x\nX: y\n\nbody", "\r\n\r\nbody", "\u2028Bcc: a@b", "\0"])
def test_nothing_can_be_smuggled_into_the_headers(evil: str) -> None:
    mail = sent("Hello", ref={"subject": evil, "references": [evil], "id": evil}, name=evil)
    assert mail.get_content() == "Hello\n"
    assert mail["To"] == "jo@x.example"


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_they_wrote_an_answer_can_be_read(text: str, subject: str, id_: str, name: str) -> None:
    mail = sent(text, ref={"subject": subject, "id": id_}, name=name)
    assert mail["To"] == "jo@x.example"
    assert mail["Message-ID"] == "<k1@acme.example>"


@pytest.mark.parametrize("changes", [{"to": None}, {"to": "nobody"}, {"to": "jö@x.example"}])
def test_where_nobody_can_be_answered_it_says_so(changes: dict[str, Any]) -> None:
    with pytest.raises(NotPossible):
        sent(**changes)


def test_a_domain_in_other_letters_is_written_as_mail_servers_know_it() -> None:
    assert (
        compose(Outgoing("k1", "x", NOON, to="jo@grün.example", private=True), settings()).to
        == "jo@xn--grn-ioa.example"
    )
