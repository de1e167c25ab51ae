"""A real mail server on this machine: Dovecot and Postfix on high ports, with people who write through them."""

import imaplib
import os
import pwd
import shutil
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default
from email.utils import make_msgid
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DOMAIN = "acme.example"
PASSWORD = "a long enough one"
PEOPLE = ("care", "jo", "dana")
WITHIN_S = 20.0


def missing() -> str:
    """Return in words what this machine lacks for a post office; empty if it lacks nothing."""
    if os.geteuid() != 0:
        return "Dovecot and Postfix are started by root only"
    lacking = [name for name in ("dovecot", "postfix", "postconf") if not shutil.which(name, path=_PATH)]
    return f"{' and '.join(lacking)} not installed" if lacking else ""


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class PostOffice:
    """Use it as a context manager. Everybody in PEOPLE has a mailbox at DOMAIN."""

    def __init__(self) -> None:
        self.imap, self.imaps, self.smtp, self._lmtp, self._auth = _free_ports(5)
        self.home = Path(tempfile.mkdtemp(prefix="hubbub-post-"))

    def __enter__(self) -> "PostOffice":
        self.home.chmod(0o755)
        try:
            self._write()
            _run("dovecot", "-c", str(self.home / "dovecot.conf"))
            _run("postfix", "-c", str(self.home / "postfix"), "start")
            for port in (self.imap, self.smtp, self._lmtp):
                _until(partial(_answers, port), f"port {port}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        _run("postfix", "-c", str(self.home / "postfix"), "stop", check=False)
        _run("doveadm", "-c", str(self.home / "dovecot.conf"), "stop", check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def config(self, who: str = "care", **changes: Any) -> dict[str, Any]:
        """The settings by which somebody's mailbox is connected."""
        return {
            "address": f"{who}@{DOMAIN}",
            "name": "Acme Care",
            "imap_host": "127.0.0.1",
            "imap_port": str(self.imap),
            "smtp_host": "127.0.0.1",
            "smtp_port": str(self.smtp),
            **changes,
        }

    # What people do.

    def write(self, who: str, to: str, text: str, subject: str = "", **more: Any) -> str:
        """Send a mail as somebody's program does; return its message id."""
        return self.post(who, to, letter(who, to, text, subject, **more))

    def post(self, who: str, to: str, mail: Message) -> str:
        """Send a mail that is written."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=10) as client:
            client.starttls(context=_any_certificate())
            client.login(f"{who}@{DOMAIN}", PASSWORD)
            client.send_message(mail, f"{who}@{DOMAIN}", [f"{to}@{DOMAIN}"])
        return str(mail["Message-ID"]).strip("<>")

    def put(self, who: str, data: bytes, folder: str = "INBOX") -> None:
        """Lay a mail into a mailbox, as it is."""
        with self._reading(who) as box:
            box.append(folder, "", imaplib.Time2Internaldate(time.time()), data)

    def mails(self, who: str, folder: str = "INBOX") -> list[Any]:
        """Read all mails in a folder, without marking them."""
        with self._reading(who) as box:
            if box.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            found = box.search(None, "ALL")[1][0].split()
            data = [box.fetch(each, "(BODY.PEEK[])")[1][0][1] for each in found]
        return [BytesParser(policy=default).parsebytes(each.replace(b"\r\n", b"\n")) for each in data]

    def unread(self, who: str) -> int:
        """Count the mails nobody has read."""
        with self._reading(who) as box:
            box.select("INBOX", readonly=True)
            return len(box.search(None, "UNSEEN")[1][0].split())

    def empty(self, who: str, folder: str = "INBOX") -> None:
        """Throw everything in a folder away."""
        with self._reading(who) as box:
            if box.select(folder)[1] == [b"0"]:
                return
            box.store("1:*", "+FLAGS", "\\Deleted")
            box.expunge()

    def begin_anew(self, who: str) -> None:
        """Give the mails in somebody's mailbox other numbers, as after a move to another server."""
        mails = [each.as_bytes() for each in self.mails(who)]
        self.kick(who)
        shutil.rmtree(self.home / "mail" / f"{who}@{DOMAIN}")
        time.sleep(1.1)  # the new validity is the time in seconds
        for each in mails:
            self.put(who, each)

    def kick(self, who: str) -> None:
        """End every connection of somebody."""
        _run("doveadm", "-c", str(self.home / "dovecot.conf"), "kick", f"{who}@{DOMAIN}", check=False)

    @contextmanager
    def _reading(self, who: str) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=10) as box:
            box.login(f"{who}@{DOMAIN}", PASSWORD)
            yield box

    # Its files.

    def _write(self) -> None:
        _certificate(self.home / "cert.pem", self.home / "key.pem")
        users = "".join(f"{who}@{DOMAIN}:{{PLAIN}}{PASSWORD}::::::\n" for who in PEOPLE)
        (self.home / "users").write_text(users)
        (self.home / "mail").mkdir()
        shutil.chown(self.home / "mail", "nobody")
        (self.home / "dovecot.conf").write_text(_DOVECOT.format(**self._facts()))
        postfix = self.home / "postfix"
        for name in ("", "spool", "data"):
            (postfix / name).mkdir(exist_ok=True)
        shutil.chown(postfix / "data", "postfix")
        (postfix / "main.cf").write_text(_MAIN.format(**self._facts()))
        (postfix / "master.cf").write_text(_MASTER.format(**self._facts()))

    def _facts(self) -> dict[str, Any]:
        nobody = pwd.getpwnam("nobody")
        return {
            "home": self.home,
            "imap": self.imap,
            "imaps": self.imaps,
            "smtp": self.smtp,
            "lmtp": self._lmtp,
            "auth": self._auth,
            "domain": DOMAIN,
            "uid": nobody.pw_uid,
            "gid": nobody.pw_gid,
            "recipients": " ".join(f"{who}@{DOMAIN}" for who in PEOPLE),
        }


def letter(who: str, to: str, text: str, subject: str = "", *, answers: Message | None = None) -> EmailMessage:
    """Write a mail as somebody's program does."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"{who.title()} <{who}@{DOMAIN}>", f"{to}@{DOMAIN}"
    mail["Subject"] = subject or (f"Re: {answers['Subject']}" if answers else "A question")
    mail["Message-ID"] = make_msgid(domain=DOMAIN)
    mail["Date"] = datetime.now(UTC)
    if answers is not None:
        mail["In-Reply-To"] = answers["Message-ID"]
        mail["References"] = f"{answers['References'] or ''} {answers['Message-ID']}".strip()
    mail.set_content(text)
    return mail


def _run(*command: str, check: bool = True) -> None:
    with tempfile.TemporaryFile() as said:  # a pipe would stay open as long as what is started
        environment = {**os.environ, "PATH": _PATH}
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment, check=False)
        said.seek(0)
        assert not check or done.returncode == 0, f"{' '.join(command)}: {said.read().decode(errors='replace')}"


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _until(true: Any, what: str) -> None:
    end = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < end, f"{what} did not come within {WITHIN_S} s"
        time.sleep(0.05)


def _any_certificate() -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def _certificate(cert: Path, key: Path) -> None:
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(made.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(made, hashes.SHA256())
    )
    cert.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


_DOVECOT = """
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
auth_mechanisms = plain login
auth_failure_delay = 0
default_vsz_limit = 0
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
"""
_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/postfix/spool
data_directory = {home}/postfix/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.{domain}
mydestination =
mynetworks =
relayhost =
default_transport = error:no outside mail
virtual_mailbox_domains = {domain}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_sasl_auth_enable = yes
smtpd_tls_cert_file = {home}/cert.pem
smtpd_tls_key_file = {home}/key.pem
smtpd_tls_security_level = may
smtpd_recipient_restrictions = permit_sasl_authenticated,reject
virtual_mailbox_maps =
alias_maps =
alias_database =
message_size_limit = 1000000
bounce_queue_lifetime = 10s
maillog_file = {home}/postfix.log
maillog_file_prefixes = /tmp, /var/tmp
"""
_MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
