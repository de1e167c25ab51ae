"""Mails that Hubbub itself writes: alerts and reports, over the server the settings name."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from hubbub.infra.environment import MailServer
from hubbub.infra.http import AGENT, Unreachable
from hubbub.kernel.errors import HubbubError

TIMEOUT_S = 20.0


class NoMailServer(HubbubError):
    """There is no way to send a mail."""

    status = 409
    message = "No mail server is set. Whoever runs Hubbub names one as HUBBUB_MAIL_SERVER, and HUBBUB_MAIL_FROM."


class MailRefused(HubbubError):
    """The server does not take it, and would not later."""

    status = 502
    message = "{host} refuses the mail: {reason}"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, as text and as a page."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter to somebody."""

    to: str
    letter: Letter
    key: str  # the same when it is sent again, so that a reader's program shows it once
    at: datetime
    reply_to: str = ""  # where an answer goes, of what a person wrote


def message(mail: Mail, sender: str) -> EmailMessage:
    """Return a mail as it goes over the wire; foreign words can't begin a header of their own."""
    name, address = parseaddr(sender)
    made = EmailMessage()
    made["From"] = Address(name, addr_spec=address)
    made["To"] = mail.to
    made["Subject"] = " ".join("".join(each if each.isprintable() else " " for each in mail.letter.subject).split())
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = f"<{mail.key}@{address.rpartition('@')[2]}>"
    if mail.reply_to:
        made["Reply-To"] = mail.reply_to
    else:
        made["Auto-Submitted"] = "auto-generated"
    made["User-Agent"] = AGENT
    made.set_content(mail.letter.text)
    made.add_alternative(mail.letter.html, subtype="html")
    return made


def send(server: MailServer | None, sender: str, mail: Mail) -> None:
    """Hand a mail to the server.

    Raises
    ------
    NoMailServer
        If none is set.
    MailRefused
        If the server does not take it and would not later.
    Unreachable
        If it may later.
    """
    if server is None or not sender:
        raise NoMailServer
    try:
        made = message(mail, sender)
        with _opened(server) as smtp:
            smtp.send_message(made)  # to one: whom the server does not take is an error
    except smtplib.SMTPResponseException as error:
        raise _refused(server, error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPRecipientsRefused as error:
        (who, said), *_ = error.recipients.items()
        raise _refused(server, *said, who=f"{who}: ") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(host=server.host, reason=str(error) or type(error).__name__) from error
    except (MessageError, ValueError) as error:
        raise MailRefused(host=server.host, reason=str(error)) from error


def _opened(server: MailServer) -> smtplib.SMTP:
    """Connect and sign in; a password goes over an encrypted line only, but on this machine."""
    trusted = ssl.create_default_context()
    if server.encrypted:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=trusted)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=trusted)
        elif server.user and server.host not in ("localhost", "127.0.0.1", "::1"):
            smtp.close()
            raise MailRefused(host=server.host, reason="it offers no encryption, so the password is not sent")
    if server.user:
        smtp.login(server.user, server.password)
    return smtp


def _refused(server: MailServer, code: int, said: bytes | str, who: str = "") -> HubbubError:
    """Return what a server's no means: for good from 500 on, else for now."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return (MailRefused if code >= 500 else Unreachable)(host=server.host, reason=f"{who}{code} {words}")
