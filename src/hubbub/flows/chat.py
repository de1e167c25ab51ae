"""Web chat: what a visitor says becomes a post and a case, and both sides know how the other one stands."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.care import selectors as care
from hubbub.care.services import cases
from hubbub.channels import selectors as channels
from hubbub.channels.adapters.chat import visits
from hubbub.channels.adapters.chat.parse import Said, line
from hubbub.channels.adapters.chat.visits import Line, Place, Unread, Visit
from hubbub.channels.core.contract import Attached
from hubbub.flows.alerts import Post
from hubbub.flows.beside import ingest_beside
from hubbub.flows.decide import decide
from hubbub.infra import changes, mail
from hubbub.infra.mail import Letter, Mail, MailRefused, NoMailServer
from hubbub.infra.places import Places
from hubbub.kernel import speech
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import StreamId, WorkspaceId

log = logging.getLogger(__name__)

AT_WORK = timedelta(seconds=60)
"""Whose page of Hubbub was open so lately is at work."""
LEFT_OVER = timedelta(seconds=5)
MAILED_AFTER = timedelta(minutes=3)
"""So long an answer waits to be seen in the browser before it is mailed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a chat stands, as its visitor may know."""

    open: bool  # somebody is at work
    before: int | None  # how many wait before them for a first answer; None: they do not wait
    typing: str  # the first name of who writes to them
    read: int  # up to which line somebody has read


def say(
    place: Place,
    visit: Visit,
    key: str,
    *,
    text: str = "",
    file: Attached | None = None,
    email: str = "",
    places: Places,
    now: datetime,
) -> Line:
    """Take what a visitor says, once however often it comes, and decide about it.

    Once it is stored, it is heard in any case: if not now, by the worker.
    """
    told, said = visits.say(visit, key, text=text, file=file, email=email, root=places.files, now=now)
    if said is not None:
        try:
            _hear(place.stream, place.workspace, said, places, now)
        except Exception:
            log.exception("What was said in chat %s could not be heard; the worker tries again", visit.code)
    if email and email != visit.email:
        talk = care.talk(visit.workspace, "chat", visit.root, now)
        if talk is not None:
            with accounts.speaking_there(visit.workspace):
                words = speech.say("They left an address for the answer: {email}.", email=email.strip())
            cases.happened(talk.case, words, now=now)
    return told


def _hear(stream: StreamId, workspace: WorkspaceId, said: Said, places: Places, now: datetime) -> None:
    ingest_beside(stream, [line(said)], places, now=now)
    visits.heard(said)
    decide(workspace, now)


def hear_left_over(places: Places, *, now: datetime) -> int:
    """Hear what was stored by a process that was killed before it was heard; return how much it was."""
    left = visits.pending(now - LEFT_OVER)
    for stream, workspace, said in left:
        _hear(stream, workspace, said, places, now)
    return len(left)


def is_open(workspace: WorkspaceId, now: datetime) -> bool:
    """Say whether somebody is at work who could answer."""
    return accounts.at_work(workspace, now - AT_WORK)


def standing(visit: Visit, now: datetime) -> Standing:
    """Return how a chat stands."""
    open_now = is_open(visit.workspace, now)
    talk = care.talk(visit.workspace, "chat", visit.root, now) if visit.lines else None
    if talk is None:
        return Standing(open_now, None, "", 0)
    read_at = now if talk.looking else talk.read_at
    name = talk.typing[0].split(" ")[0] if talk.typing else ""
    return Standing(open_now, talk.before, name, visits.read_until(visit, read_at))


def note(
    visit: Visit,
    *,
    typing: bool | None = None,
    seen: int = 0,
    page: str | None = None,
    now: datetime,
) -> None:
    """Note what a visitor's page tells of them; who has their case open sees it."""
    if visits.note(visit, typing=typing, seen=seen, page=page, now=now):
        _tell(visit, now)


def end(visit: Visit, *, now: datetime) -> None:
    """A visitor ends their chat."""
    visits.end(visit, now=now)
    talk = care.talk(visit.workspace, "chat", visit.root, now)
    if talk is not None:
        with accounts.speaking_there(visit.workspace):
            words = speech.say("{who} ended the chat.", who=visit.called)
        cases.happened(talk.case, words, now=now)


def gone(visit: Visit, now: datetime) -> None:
    """A page of a visitor was closed some time ago: if none is open any more, who has their case open sees it."""
    latest = visits.visit_of(visit.workspace, visit.code, now)
    if latest is not None and not latest.here:
        _tell(visit, now)


def quiet_down(now: datetime) -> None:
    """Tell who has a case open that its visitor stopped typing without saying so."""
    for visit in visits.fell_silent(now):
        _tell(visit, now)


def _tell(visit: Visit, now: datetime) -> None:
    talk = care.talk(visit.workspace, "chat", visit.root, now)
    if talk is not None:
        changes.record(visit.workspace, "presence", talk.case, now=now)


def visitor(access: Access, number: int, now: datetime) -> Visit | None:
    """Return the visitor of a case, None where it is about nobody who chats."""
    account = care.case_row(access, number).account
    if account is None or account.channel != "chat":
        return None
    return visits.visit_of(access.workspace, account.native, now)


# By mail ------------------------------------------------------------------------
def mail_unseen(post: Post, *, now: datetime) -> int:
    """Mail the answers that visitors who left an address have not seen; return how many mails went.

    Killed between sending and noting, the same mail goes again, under the same Message-ID.
    """
    done = 0
    for unread in visits.unread(now - MAILED_AFTER, now):
        with accounts.speaking_there(unread.visit.workspace):
            done += _mail_one(post, unread, now)
    return done


def _mail_one(post: Post, unread: Unread, now: datetime) -> bool:
    words = ""
    try:
        mail.send(post.server, post.sender, _mail(post, unread, now))
    except (NoMailServer, MailRefused) as error:
        words = str(error)
    except HubbubError as error:
        if not unread.given_up:
            log.info("An answer could not be mailed; trying again: %s", error)
            return False
        words = str(error)
    visits.mailed(unread.ids, now=now)
    _say_so(unread, words, now)
    return not words


def _mail(post: Post, unread: Unread, now: datetime) -> Mail:
    said = [
        each.text if each.file is None else speech.say("[{file}: it stands in the chat]", file=each.file.name)
        for each in unread.lines
    ]
    why = speech.say(
        "You wrote to {site} in the chat on their website, and left before this answer came. "
        "This address is not used for anything else.",
        site=unread.site,
    )
    text = "\n\n".join([*said, f"– {unread.site}", why]) + "\n"
    paragraphs = "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in (*said, f"– {unread.site}"))
    letter = Letter(
        speech.say("Your chat with {site}", site=unread.site), text, f"{paragraphs}<p><small>{escape(why)}</small></p>"
    )
    key = f"chat-{unread.visit.code}-{unread.lines[0].number}"
    return Mail(unread.visit.email, letter, key, now, reply_to=_reply_to(unread.visit.workspace) or post.sender)


def _reply_to(workspace: WorkspaceId) -> str:
    """Return the address of the workspace's own mailbox, where it has one: answers to an answer come in there."""
    found = channels.connections(accounts.enter_as_hubbub(workspace))
    mailboxes = (each.account or each.handle for each in found if each.kind == "mail" and each.enabled)
    return next((each for each in mailboxes if "@" in each), "")


def _say_so(unread: Unread, words: str, now: datetime) -> None:
    talk = care.talk(unread.visit.workspace, "chat", unread.visit.root, now)
    if talk is not None:
        told = (
            speech.say("It could not be mailed to {email}: {why}", email=unread.visit.email, why=words)
            if words
            else speech.say("They had left before they saw the answer: mailed to {email}.", email=unread.visit.email)
        )
        cases.happened(talk.case, told, now=now)
