"""What a mail becomes: who, when, what, in which thread, with which files, and whether a machine wrote it."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.channels.mail.letters import CARE, DAY, bounce, mail, mixed, parts

from hubbub.channels.adapters.mail.line import line_of
from hubbub.channels.adapters.mail.parse import parse
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.details import Details, details_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def post(line: bytes) -> dict[str, Any]:
    """The post that a line gives."""
    batch = parse(RawBatch([line], None, NOON))
    assert batch.rejects == ()
    (only,) = batch.posts.to_pylist()
    return dict(only)


def details(line: bytes) -> Details:
    return details_of(post(line)["details"])


def test_a_mail_says_who_wrote_what_and_when() -> None:
    said = post(mail("Where is my parcel?", by="Jo Berg <Jo@Example.org>"))
    assert (said["uri"], said["author"], said["handle"], said["name"]) == (
        "mail:first@example.org", "jo@example.org", "jo@example.org", "Jo Berg",
    )  # fmt: skip
    assert said["created_at"] == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert said["text"] == "A question\n\nWhere is my parcel?"
    assert said["private"]
    assert (said["parent"], said["root"]) == (None, None)


def test_an_answer_stands_in_its_thread_without_the_subject_and_what_is_repeated() -> None:
    line = mail(
        "Thanks!\n\nOn 21 Nov 2026 at 10:00, Care <care@acme.example> wrote:\n> It is on its way.",
        In_Reply_To="<ours@acme.example>",
        References="<first@example.org>\r\n <ours@acme.example>",
        key="next@example.org",
    )
    said = post(line)
    assert (said["parent"], said["root"]) == ("mail:ours@acme.example", "mail:first@example.org")
    assert said["text"] == "Thanks!"
    assert "on its way" in details(line).quoted
    assert json.loads(said["ref"])["references"] == ["first@example.org", "ours@acme.example"]


def test_without_an_in_reply_to_the_last_reference_is_answered() -> None:
    assert post(mail(References="<a@x.example> <b@x.example>"))["parent"] == "mail:b@x.example"


def test_a_mail_handed_on_without_a_word_says_what_it_hands_on() -> None:
    said = post(mail("---------- Forwarded message ---------\nFrom: Al <al@x.example>\nSubject: Hum\n\nIt hums."))
    assert "It hums." in said["text"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?= aus =?iso-8859-1?B?S/ZsbjI=?=", "Grüße aus Köln2"),
        ("=?utf-8?b?8J+Y?= =?utf-8?b?gA==?=", "😀"),
        ("=?gb2312?b?xOO6ww==?=", "你好"),
        ("=?nosuch?q?caf=C3=A9?=", "café"),
        ("=?utf-8?b?====?= odd", "odd"),
        ("Grüße ohne Kodierung", "Grüße ohne Kodierung"),
        ("folded\r\n on two lines", "folded on two lines"),
    ],
)
def test_subjects_are_read_however_they_are_encoded(given: str, shown: str) -> None:
    assert details(mail(subject=given)).subject == shown


@pytest.mark.parametrize(
    ("given", "address", "name"),
    [
        ('"Dahl, Mia" <mia@x.example>', "mia@x.example", "Dahl, Mia"),
        ("=?utf-8?q?J=C3=B8rn?= <j@x.example>", "j@x.example", "Jørn"),
        ("bob@x.example (Bob)", "bob@x.example", "Bob"),
        ("mia@x.example", "mia@x.example", "mia@x.example"),
        ('"care@acme.example" <thief@x.example>', "thief@x.example", "care@acme.example"),
        ("nobody at all", None, None),
        ('"' * 999, None, None),
    ],
)
def test_senders_are_read_however_they_write_themselves(given: str, address: str | None, name: str | None) -> None:
    said = post(mail(by=given))
    assert (said["author"], said["name"]) == (address, name)


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", "Größe".encode("cp1252"), "Größe"),
        ("us-ascii", "Größe".encode(), "Größe"),
        ("utf-8", "Größe €".encode("cp1252"), "Größe €"),
        ("nonsense", "Größe".encode(), "Größe"),
        ("punycode", b"a" * 50_000, "a" * 50_000),
        ("shift_jis", "大きさ".encode("shift_jis"), "大きさ"),
        ("koi8-r", "размер".encode("koi8-r"), "размер"),
    ],
)
def test_words_are_read_in_whatever_charset_they_come(charset: str, data: bytes, text: str) -> None:
    assert post(mail(data, content=f"text/plain; charset={charset}"))["text"] == f"A question\n\n{text}"


def test_a_mail_of_html_alone_is_read_as_people_see_it() -> None:
    markup = "<style>p {color: red}</style><p>It <b>hums</b> &amp; whistles</p><script>alert(1)</script>"
    assert post(mail(markup, content="text/html"))["text"] == "A question\n\nIt hums & whistles"


def test_a_page_that_is_too_long_to_be_looked_at_is_read_all_the_same() -> None:
    markup = "<style>p {color: red}</style>" + "<p>hum</p>" * 40_000
    assert post(mail(markup, content="text/html"))["text"].count("hum") == 40_000
    assert "color" not in post(mail(markup, content="text/html"))["text"]


def test_a_mail_without_an_id_has_one_by_what_it_says() -> None:
    one, two = (post(mail(text, key=""))["uri"] for text in ("one", "two"))
    assert one != two
    assert one == post(mail("one", key="", heard=""))["uri"]


def test_a_date_ahead_or_of_no_sense_is_that_of_arrival() -> None:
    for date in ("Tue, 24 Nov 2099 12:00:00 +0000", "Smarch 33", "", "1 " * 500):
        assert post(mail(date=date))["created_at"] == NOON


def test_lines_that_flow_are_put_together() -> None:
    text = "It hums \nall night \nlong.\n\n> Which \n> model?\nThis one."
    assert "It hums all night long." in post(mail(text, content="text/plain; format=flowed"))["text"]


# Files -----------------------------------------------------------------------
PICTURE = """Content-Type: image/png; name==?utf-8?q?Gr=C3=BCn.png?=
Content-Description: a green =?utf-8?q?k=C3=BChl?=
Content-Transfer-Encoding: base64"""
BILL = """Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=utf-8''Rech%C3%BC; filename*1="nung.pdf\""""


def test_files_are_named_but_not_signatures_and_not_words() -> None:
    line = mixed(
        ("Content-Type: text/plain", "See below."),
        (PICTURE, "iVBORw0KGgo="),
        (BILL, "x" * 10),
        ("Content-Type: text/calendar; method=REQUEST", "BEGIN:VCALENDAR"),
        ('Content-Type: text/plain; name="../../notes.txt"', "some notes"),
        ("Content-Type: message/rfc822", "Subject: An older one\n\nHello"),
        ("Content-Type: application/pkcs7-signature; name=smime.p7s", "MIIB"),
        ("Content-Type: text/plain", "Bye."),
    )  # fmt: skip
    said = details(line)
    assert [(each.name, each.type, each.size) for each in said.files] == [
        ("Grün.png", "image/png", 8),
        ("Rechünung.pdf", "application/pdf", 10),
        ("", "text/calendar", 15),
        ("notes.txt", "text/plain", 10),
        ("An older one", "message/rfc822", 30),
    ]
    assert said.files[0].alt == "a green kühl"
    assert json.loads(said.files[0].ref) == {"part": "2", "id": "first@example.org", "uid": 7, "validity": 3}
    assert post(line)["text"] == "A question\n\nSee below.\n\nBye."
    assert post(line)["media"] == 1


def test_of_an_alternative_the_plain_words_count_and_an_inline_picture_is_a_file() -> None:
    related = parts(
        ("Content-Type: text/html", "<p>It <img src='cid:1'> hums</p>"),
        ("Content-Type: image/gif\nContent-ID: <1>", "GIF89a"),
        boundary="=_two",
    )
    line = mixed(
        ("Content-Type: text/plain", "It hums"),
        ('Content-Type: multipart/related; boundary="=_two"', related),
        kind="alternative",
    )
    assert post(line)["text"] == "A question\n\nIt hums"
    assert [each.type for each in details(line).files] == ["image/gif"]


def test_what_travels_is_small_and_says_how_large_a_file_was() -> None:
    content = "\n".join(["QUJD" * 19] * 20_000)
    whole = mixed(
        ("Content-Type: text/plain", "See the film."),
        ("Content-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64", content),
        ("Content-Type: image/png; name=small.png\nContent-Transfer-Encoding: base64", "iVBORw0KGgo="),
        heard="",
    )
    line = line_of(whole, mailbox=CARE, uid=9, validity=4)
    assert len(line) < 2_000 < len(whole)
    assert [(each.name, each.size) for each in details(line).files] == [("film.mp4", 1_140_000), ("small.png", 8)]
    assert (post(line)["text"], post(line)["uri"]) == (post(whole)["text"], post(whole)["uri"])
    assert json.loads(details(line).files[0].ref)["uid"] == 9


def test_a_mail_that_is_small_travels_as_it_is() -> None:
    whole = mail("Hello\n.\nFrom here", heard="")
    assert line_of(whole, mailbox=CARE, uid=9, validity=4).endswith(whole)


# Who else, and whom to believe ------------------------------------------------
def test_who_else_got_it_is_told_without_ourselves() -> None:
    line = mail(to=f"Care <{CARE}>, al@x.example", Cc="Bo <bo@x.example>", Reply_To="desk@x.example")
    assert details(line).copies == ("al@x.example", "bo@x.example")
    ref = json.loads(post(line)["ref"])
    assert (ref["reply_to"], ref["cc"]) == ("desk@x.example", ["bo@x.example"])


FOUND = (
    "Authentication-Results: mx.acme.example; dkim=pass header.d=x.example; "
    "spf=fail (why; not=pass) smtp.mailfrom=x.example; dmarc=none"
)
CROSSED = "Received: from a.x.example by mx9.acme.example with ESMTP"


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([FOUND, CROSSED], True),
        ([CROSSED, FOUND], True),
        (["Received: from mx by store with LMTP id 1", CROSSED, FOUND], True),
        (["Received: by 2001:db8::1 with SMTP", CROSSED, FOUND], True),
        (["Received: from a by mx.other.example", FOUND], False),
        (["Received: from acme.example", FOUND], False),
    ],
)
def test_only_what_the_receiving_server_found_is_believed(headers: list[str], found: bool) -> None:
    checks = details("\r\n".join([*headers, ""]).encode() + mail(heard="")).checks
    assert checks == ({"dkim": "pass", "spf": "fail", "dmarc": "none"} if found else {})


def test_what_a_form_sends_in_our_name_is_from_whom_it_names_to_answer() -> None:
    said = post(mail("Where is my parcel?", by="Acme <care@acme.example>", Reply_To="Jo Berg <Jo@example.org>"))
    assert (said["author"], said["handle"], said["name"]) == ("jo@example.org", "jo@example.org", "Jo Berg")
    assert not json.loads(said["ref"]).get("reply_to")
    ours = post(mail("Note to self", by="Acme <care@acme.example>", Reply_To="care@acme.example"))
    assert ours["author"] == "care@acme.example"


def test_a_mail_in_our_name_that_was_found_out_to_be_forged_is_not_ours() -> None:
    for found, author in (("spf=fail; dkim=none", None), ("spf=pass; dkim=pass; dmarc=fail", None), ("spf=pass", CARE)):
        headers = f"Authentication-Results: mx.acme.example; {found}\r\nReceived: from a by mx.acme.example; {DAY}\r\n"
        heard = f"X-Hubbub-Heard: {CARE}; uid=7; validity=3\r\n"
        said = post((heard + headers).encode() + mail("Pay this", by=f"Boss <{CARE}>", heard=""))
        assert (said["author"], said["name"]) == (author, "Boss"), found


# Machines --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "machine"),
    [
        ({}, ""),
        ({"Auto_Submitted": "no"}, ""),
        ({"Auto_Submitted": "auto-replied (vacation)"}, "auto-reply"),
        ({"Auto_Submitted": "auto-generated"}, "auto-reply"),
        ({"Auto_Submitted": "auto-generated", "Reply_To": "al@x.example"}, ""),
        ({"X_Autoreply": "yes"}, "auto-reply"),
        ({"Precedence": "auto_reply"}, "auto-reply"),
        ({"content": "multipart/report; report-type=disposition-notification; boundary=x"}, "auto-reply"),
        ({"Precedence": "bulk"}, "bulk"),
        ({"List_Unsubscribe": "<mailto:no@x.example>"}, "bulk"),
        ({"List_Id": "News <news.x.example>"}, "bulk"),
        ({"List_Id": "Care <care.acme.example>", "List_Unsubscribe": "<mailto:no@x.example>"}, ""),
        ({"List_Id": "News <news.x.example>", "In_Reply_To": "<a@b.example>"}, ""),
        ({"by": "MAILER-DAEMON@x.example", "Return_Path": "<>"}, "bounce"),
        ({"by": "MAILER-DAEMON@x.example"}, ""),
        ({"X_Hubbub": CARE}, "loop"),
        ({"X_Hubbub": "desk@globex.example"}, ""),
    ],
)
def test_machines_are_known_by_what_they_say_of_themselves(headers: dict[str, str], machine: str) -> None:
    assert details(mail(**headers)).machine == machine


def test_a_bounce_names_the_mail_that_came_back_and_says_why_first() -> None:
    line = bounce("ours@acme.example", words="smtp; 550 5.1.1\n <jo@example.org>: no such person")
    assert (details(line).machine, details(line).bounced) == ("bounce", "mail:ours@acme.example")
    assert post(line)["text"].startswith("550 5.1.1 <jo@example.org>: no such person\n\nI'm sorry")
    assert details(line).files == ()


def test_a_report_that_a_mail_is_late_is_no_bounce_of_it() -> None:
    assert details(bounce("ours@acme.example", action="delayed")).bounced == ""


# What strangers can make -------------------------------------------------------
def _nested(depth: int) -> str:
    head = "".join(f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(depth))
    return f"{head}--b{depth}\n\nin the middle\n"


@pytest.mark.parametrize(
    "line",
    [
        mail(_nested(2_000), content='multipart/mixed; boundary="b0"'),
        mail("--b\n\nx\n" * 100_000, content="multipart/mixed; boundary=b"),
        mail("\n--bx" * 300_000, content="multipart/mixed; boundary=b"),
        mail("x", content="multipart/mixed; boundary=" + "b" * 5_000),
        mail("x", content='multipart/mixed; boundary=""'),
        mail("x", content="text/plain" + ";a*0*=x''y" * 1_500),
        b"From: a@x.example\r\n" + b"A: b\r\n" * 200_000,
        b"From: a@x.example\r\nA:" + b"\r\n b" * 400_000,
        b"From: " + b"(" * 20_000 + b"\r\n\r\n",
        b"From: a@x.example\r\nReferences: " + b"<a@b.example>" * 30_000 + b"\r\n\r\n",
        mail("<b>" * 100_000, content="text/html"),
        mail("<div class=gmail_quote>" * 9_000, content="text/html"),
        mail("<div " + "class=" * 40_000 + ">", content="text/html"),
        mail(b"=" * 1_000_000, Content_Transfer_Encoding="quoted-printable"),
        mail(b"QUJD" * 100_000 + b"A", Content_Transfer_Encoding="base64"),
    ],
    ids=range(15),
)
def test_what_is_made_to_take_long_does_not(line: bytes) -> None:
    began = time.process_time()
    parse(RawBatch([line], None, NOON))
    assert time.process_time() - began < 5  # where time grows with the square, this takes minutes


def test_at_most_fifty_files_are_named() -> None:
    assert len(details(mixed(*[("Content-Type: image/png", "x")] * 80)).files) == 50
