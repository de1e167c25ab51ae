"""Mails as people and machines write them, by hand."""

from collections.abc import Mapping

CARE = "care@acme.example"
DAY = "Sun, 22 Nov 2026 09:00:00 +0100"


def mail(
    text: str | bytes = "Where is my parcel?",
    *,
    by: str = "Jo Berg <jo@example.org>",
    subject: str = "A question",
    key: str = "first@example.org",
    to: str = CARE,
    date: str = DAY,
    content: str = "text/plain; charset=utf-8",
    heard: str = f"{CARE}; uid=7; validity=3",
    **headers: str,
) -> bytes:
    """Write a mail; `In_Reply_To="<a@b>"` and the like are further headers, and an empty one is left out."""
    named: Mapping[str, str] = {
        "X-Hubbub-Heard": heard,
        "From": by,
        "To": to,
        "Subject": subject,
        "Message-ID": f"<{key}>" if key else "",
        "Date": date,
        **{name.replace("_", "-"): value for name, value in headers.items()},
        "MIME-Version": "1.0",
        "Content-Type": content,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    body = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode("utf-8", "replace")
    return head.encode("utf-8", "replace") + b"\r\n" + body


def parts(*each: tuple[str, str], boundary: str = "=_edge") -> str:
    """Put parts, each its headers and its body, between boundaries."""
    made = "".join(f"--{boundary}\n{headers}\n\n{body}\n" for headers, body in each)
    return f"You see this if your program is old.\n{made}--{boundary}--\n"


def mixed(*each: tuple[str, str], kind: str = "mixed", **headers: str) -> bytes:
    """Write a mail of several parts."""
    return mail(parts(*each), content=f'multipart/{kind}; boundary="=_edge"', **headers)


def bounce(of: str, *, words: str = "smtp; 550 5.1.1 no such person", action: str = "failed", **headers: str) -> bytes:
    """Write the report of a mail server that a mail did not reach somebody."""
    status = "Reporting-MTA: dns; mx.acme.example\n\nFinal-Recipient: rfc822; jo@example.org"
    status += f"\nAction: {action}\nStatus: 5.1.1"
    return mixed(
        ("Content-Type: text/plain", "I'm sorry to have to tell you that your message could not be delivered."),
        ("Content-Type: message/delivery-status", f"{status}\nDiagnostic-Code: {words}"),
        ("Content-Type: message/rfc822", f"From: {CARE}\nMessage-ID: <{of}>\nSubject: Re: A question\n\nHello"),
        kind="report; report-type=delivery-status",
        **{
            "by": "Mail Delivery System <MAILER-DAEMON@mx.acme.example>",
            "subject": "Undelivered Mail Returned to Sender",
            "key": "report@mx.acme.example",
            "Return_Path": "<>",
            "Auto_Submitted": "auto-replied",
            **headers,
        },
    )
