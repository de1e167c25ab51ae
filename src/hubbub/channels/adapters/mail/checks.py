"""What the receiving server found out of the sender, and what tells that no person wrote a mail. Pure.

Whom to believe: a sender may put any header into a mail, but a server writes its own above what it got.
So an Authentication-Results header counts that stands above the first `Received` with a `from` (other
than by LMTP, inside), which is the last crossing into our server, or one below it that bears our
server's name. The second kind can be forged where the server does not take such headers out of what
comes in, as RFC 8601 wants it to.
"""

import re
from typing import Final

from hubbub.channels.adapters.mail.headers import HEARD, MARK, address_of, ids_of, people_of
from hubbub.channels.adapters.mail.mime import Part, read

CHECKED: Final = ("dkim", "spf", "dmarc")
_RESULTS = frozenset(
    ("pass", "fail", "softfail", "hardfail", "neutral", "none", "temperror", "permerror", "policy", "bestguesspass")
)
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*([a-z]{2,10})\s*=\s*([a-z]{2,20})", re.IGNORECASE)
_BY = re.compile(r"\bby\s+([^\s;()]{1,255})")
_HANDED_OVER = re.compile(r"\bwith\s+(?:utf8)?lmtp\b", re.IGNORECASE)
_FROM = re.compile(r"\s*from\s", re.IGNORECASE)
_DIAGNOSTIC = re.compile(
    r"^diagnostic-code:[ \t]*(?:[\w-]+;)?[ \t]*((?:.+(?:\n[ \t]+)?)+)", re.IGNORECASE | re.MULTILINE
)
_ACTION = re.compile(r"^action:[ \t]*(\w+)", re.IGNORECASE | re.MULTILINE)
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers")
_REPORT = 64_000


def checks_of(mail: Part) -> dict[str, str]:
    """Return what the receiving server found, such as {"dkim": "pass"}; nothing where it did not say."""
    found: dict[str, str] = {}
    ours = ""
    for name, value in mail.fields:
        if name == "received" and not ours and _FROM.match(value) and not _HANDED_OVER.search(value):
            by = _BY.search(value)
            if by is None:
                break
            ours = _site(by[1])
        elif name == "authentication-results":
            plain = _COMMENT.sub(" ", value)
            server, _, said = plain.partition(";")
            if ours and _site(server.split()[0] if server.split() else "") != ours:
                continue
            for each in said.split(";")[:50]:
                result = _RESULT.match(each)
                if result is None:
                    continue
                method, verdict = result[1].lower(), result[2].lower()
                if method in CHECKED and verdict in _RESULTS and (method not in found or verdict == "pass"):
                    found[method] = verdict
    return found


def _site(host: str) -> str:
    """Return the part of a host's name that somebody registered: two labels, or three under such as co.uk.

    >>> _site("mx1.mail.acme.example"), _site("mx.acme.co.uk"), _site("[192.0.2.1]")
    ('acme.example', 'acme.co.uk', '192.0.2.1')
    """
    host = host.strip(".[]").lower()
    labels = host.split(".")
    if len(labels) < 3 or labels[-1].isdigit():
        return host
    return ".".join(labels[-3 if len(labels[-1]) == 2 and len(labels[-2]) <= 3 else -2 :])


def machine_of(mail: Part) -> str:
    """Return why no person wrote a mail: "loop", "bounce", "auto-reply", "bulk"; empty where one did."""
    mailbox = heard_in(mail)
    if (mark := address_of(mail.first(MARK))) and mailbox in ("", mark):
        return "loop"
    sender = next((each.address for each in people_of(mail.first("from"))), "")
    if is_report(mail) or (
        sender.startswith(("mailer-daemon@", "postmaster@")) and mail.first("return-path").strip() == "<>"
    ):
        return "bounce"
    if _automatic(mail, sender):
        return "auto-reply"
    return "bulk" if _bulk(mail, mailbox) else ""


def is_report(mail: Part) -> bool:
    """Say whether a mail is a mail server's report on another mail."""
    return mail.type == "multipart/report" and mail.parameters.get("report-type", "").lower() == "delivery-status"


def _automatic(mail: Part, sender: str) -> bool:
    told = mail.first("auto-submitted").partition(";")[0].strip().lower()
    if told == "auto-generated":
        # A form on a page writes so on a person's behalf, and then it names the person to answer.
        answer = next((each.address for each in people_of(mail.first("reply-to"))), "")
        return answer in ("", sender)
    return (
        (told not in ("", "no"))
        or bool(mail.first("x-autoreply") or mail.first("x-autorespond"))
        or mail.first("precedence").strip().lower() == "auto_reply"
        or mail.type == "multipart/report"  # a receipt, or a complaint on spam
    )


def _bulk(mail: Part, mailbox: str) -> bool:
    """Say whether it went to many. Who answers speaks to us; and so does who writes to a group that is our address."""
    if mail.first("in-reply-to"):
        return False
    if mail.first("precedence").strip().lower() in ("bulk", "junk"):
        return True
    domain = mailbox.rpartition("@")[2]
    name = mail.first("list-id").rpartition("<")[2].strip(" >").lower()
    if name and domain and (name == domain or name.endswith(f".{domain}")):
        return False
    return bool(name or mail.first("list-unsubscribe"))


def heard_in(mail: Part) -> str:
    """Return the address of the mailbox a mail was heard in; empty where it was not told."""
    return address_of(mail.fields[0][1]) if mail.fields and mail.fields[0][0] == HEARD else ""


def bounced_of(mail: Part) -> tuple[str, str]:
    """Return the id of the message that a report says could not be delivered, and why in the server's words.

    A report that it is late, or arrived, tells of none.
    """
    status, id_, words, returned = "", "", "", 3
    for part in mail.walk():
        if part.type in ("message/delivery-status", "message/global-delivery-status") and len(status) < _REPORT:
            status += part.text()[:_REPORT] + "\n"
        elif not id_ and part.type in _RETURNED and (returned := returned - 1) >= 0:
            id_ = next(iter(ids_of(read(part.content()[:_REPORT]).first("message-id"))), "")
    actions = {each.lower() for each in _ACTION.findall(status)}
    if actions and "failed" not in actions:
        return "", ""
    if said := _DIAGNOSTIC.search(status):
        words = " ".join(said[1].split())
    return id_, words
