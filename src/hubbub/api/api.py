"""The operations. Every error is declared, so that a client can be made from the description."""

import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Literal

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.params.functions import Path, Query
from ninja.security import HttpBearer

import hubbub
from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.accounts.core.errors import BadToken
from hubbub.api import schemas
from hubbub.api.customers import router as customers
from hubbub.api.knowledge import router as knowledge
from hubbub.api.shared import READ_ERRORS, WRITE_ERRORS, access_of, now, utc
from hubbub.care import selectors as care
from hubbub.care.core import views
from hubbub.care.core.answering import Written
from hubbub.care.core.calls.numbers import number_of
from hubbub.care.core.calls.record import Call, Direction, Outcome
from hubbub.care.core.deeds import read_deeds
from hubbub.care.core.filters import Filter, read
from hubbub.care.core.incidents import IncidentLine, Members
from hubbub.care.selectors import incidents as incident_reads
from hubbub.care.selectors import notices, team
from hubbub.care.selectors.learning import learning
from hubbub.care.services import calls as call_backs
from hubbub.care.services import cases, incidents, labels, leads, macros, routing, sorting, work
from hubbub.care.services import undo as undoing
from hubbub.care.services.cases.many import Done
from hubbub.flows.calls import take
from hubbub.flows.hand_in import hand_in
from hubbub.infra.outbox import is_by_hand
from hubbub.infra.places import places
from hubbub.kernel.errors import HubbubError, NotFound
from hubbub.kernel.ids import PersonId

log = logging.getLogger(__name__)


class Token(HttpBearer):
    """A token of one person in one workspace; made under Settings, API tokens."""

    def authenticate(self, request: HttpRequest, token: str) -> Access:
        """Return the pass the token stands for."""
        return accounts.enter_by_token(token.replace("\x00", ""), now())


api = NinjaAPI(
    title="Hubbub",
    version="1",
    description="List and read cases, answer, assign, resolve, post messages and calls in. "
    f"Hubbub {hubbub.__version__}. Send `Authorization: Bearer hb_…`.",
    auth=Token(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)

api.add_router("/customers", customers)
api.add_router("/articles", knowledge)


# Errors -------------------------------------------------------------------
def _problem(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message}, status=status)


@api.exception_handler(HubbubError)
def _ours(request: HttpRequest, error: HubbubError) -> HttpResponse:
    return _problem(request, error.status, error.code, str(error))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _ours(request, BadToken())


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    said = "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors[:5])
    return _problem(request, 422, "invalid", said or "The request can't be read.")


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _problem(request, error.status_code, "bad_request", str(error))


@api.exception_handler(OSError)
@api.exception_handler(OperationalError)
def _away(request: HttpRequest, error: Exception) -> HttpResponse:
    """The disk is full or the database away: what was sent was not taken, and may be sent again under the same id."""
    log.error("The API could not answer", exc_info=error)
    told = _problem(request, 503, "unavailable", "Hubbub can't store or read anything just now. Send it again soon.")
    told["Retry-After"] = "10"
    return told


Asked: Any = Query(...)
Number: Any = Path(..., ge=1, le=2**53)
IncidentId: Any = Path(..., ge=1, le=2**53)


# Reading ------------------------------------------------------------------
@api.get("/me", response={200: schemas.Me, **READ_ERRORS}, tags=["you"])
def me(request: HttpRequest) -> Any:
    """Whom this token stands for, and where."""
    access = access_of(request)
    return {
        "name": access.name,
        "role": access.role.value if access.role else "",
        "workspace": access.workspace_name,
        "slug": access.slug,
    }


@api.get("/cases", response={200: schemas.CasePage, **READ_ERRORS}, tags=["cases"])
def list_cases(
    request: HttpRequest,
    view: Literal[
        "needs", "mine", "held", "watching", "waiting", "parked", "incident", "resolved", "closed", "imported", "all"
    ] = Query("needs"),
    asked: schemas.CaseFilter = Asked,
    q: str = Query("", max_length=200, pattern=r"^[^\x00]*$", description="Person, words or number."),
    cursor: str = Query("", max_length=200, pattern=r"^[A-Za-z0-9_-]*$"),
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Cases of a view: what is due first, or the newest first where nothing is due.

    A page may be empty and yet have a next one, where little fits of many.
    """
    page = care.cases(access_of(request), _filter(view, asked, q), now=now(), cursor=cursor, limit=limit)
    return {"cases": [_line(line) for line in page.lines], "next": page.next}


def _filter(view: str, asked: schemas.CaseFilter, words: str) -> Filter:
    told = asked.model_dump(by_alias=True)
    given = {name: value if isinstance(value, list) else [str(value or "")] for name, value in told.items()}
    return read(view, {**given, "q": [words]})


@api.get("/cases/{number}", response={200: schemas.Case, **READ_ERRORS}, tags=["cases"])
def read_case(request: HttpRequest, number: int = Number) -> Any:
    """A case with its timeline and reasons."""
    return _case(care.case(access_of(request), number, now()))


# Incidents -----------------------------------------------------------------
@api.get("/incidents", response={200: list[schemas.Incident], **READ_ERRORS}, tags=["incidents"])
def list_incidents(request: HttpRequest, open_only: bool = Query(False, alias="open")) -> Any:
    """Incidents: open ones first, the newest first."""
    return [_incident(each) for each in incident_reads.incidents(access_of(request), open_only=open_only)]


@api.get("/incidents/{incident}", response={200: schemas.IncidentWhole, **READ_ERRORS}, tags=["incidents"])
def read_incident(request: HttpRequest, incident: int = IncidentId) -> Any:
    """An incident with what is known of it."""
    found = incident_reads.incident(access_of(request), incident)
    return {
        **_incident(found.line),
        "note": found.note.text if found.note else "",
        "note_version": found.note.version if found.note else 0,
        "reasons": [f"{each['strong']}{each['text']}" for each in found.reasons],
        "members": [each.number for each in found.members],
        "waiting": found.waiting,
    }


@api.post("/incidents/{incident}/note", response={204: None, **WRITE_ERRORS}, tags=["incidents"])
def note_incident(request: HttpRequest, payload: schemas.IncidentNoteIn, incident: int = IncidentId) -> Any:
    """Write a new version of what is known; only colleagues see it."""
    incidents.note(access_of(request), incident, text=payload.text, seen=payload.seen, now=now())
    return Status(204, None)


@api.post("/incidents/{incident}/close", response={204: None, **WRITE_ERRORS}, tags=["incidents"])
def close_incident(request: HttpRequest, payload: schemas.IncidentCloseIn, incident: int = IncidentId) -> Any:
    """It is over: drafts the word to everybody, and deals with the cases nobody answered."""
    incidents.close(
        access_of(request),
        incident,
        members=Members(payload.members),
        feedback=payload.text,
        confirmed=payload.confirmed,
        now=now(),
    )
    return Status(204, None)


def _incident(line: IncidentLine) -> dict[str, Any]:
    names = schemas.Incident.model_fields.keys() - {"lead", "severities"}
    told = {name: getattr(line, name) for name in names}
    return {**told, "lead": line.lead_name, "severities": list(line.severities)}


# Working ------------------------------------------------------------------
@api.post("/cases/{number}/reply", response={202: schemas.ReplyOut, **WRITE_ERRORS}, tags=["cases"])
def reply(request: HttpRequest, payload: schemas.ReplyIn, number: int = Number) -> Any:
    """Queue a reply. It is delivered when the case says so; a letter, when somebody posted it.

    One that needs approval, or is to be sent later, waits.
    """
    access = access_of(request)
    written = Written(
        payload.text,
        private=payload.private,
        persona=payload.persona,
        confirmed=payload.confirmed,
        ticked=frozenset(payload.ticked),
    )
    done = cases.answer(access, number, written, key=payload.key, send_at=payload.send_at, now=now())
    if done.outbox is None:
        return Status(202, {"id": done.pending, "state": done.state})
    state = "by_hand" if is_by_hand(access.workspace, done.outbox) else "queued"
    return Status(202, {"id": done.outbox, "state": state})


@api.post("/cases/{number}/note", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def note(request: HttpRequest, payload: schemas.NoteIn, number: int = Number) -> Any:
    """Leave a note that only colleagues see."""
    cases.note(access_of(request), number, text=payload.text, now=now())
    return Status(204, None)


@api.post("/cases/{number}/correct", response={200: schemas.LabelOut, **WRITE_ERRORS}, tags=["cases"])
def correct(request: HttpRequest, payload: schemas.LabelIn, number: int = Number) -> Any:
    """Say what a post of a case is: it is read so at once, and the workspace's own model learns from it."""
    access = access_of(request)
    post = care.post_of(access, number, payload.uri) if payload.uri else None
    return {"id": labels.correct(access, number, what=payload.what, value=payload.value, post=post, now=now())}


@api.get("/understanding", response={200: schemas.Understanding, **READ_ERRORS}, tags=["understanding"])
def read_understanding(request: HttpRequest) -> Any:
    """Which model reads, what it has to learn from, and what came of the last tries."""
    found = learning(access_of(request))
    return {
        **{name: getattr(found, name) for name in ("version", "own", "since", "on", "takes_over", "labels", "next_at")},
        "tries": [
            {
                **{name: getattr(each, name) for name in ("version", "at", "labels", "better", "words", "in_use")},
                "figures": [asdict(figure) for figure in each.figures],
            }
            for each in found.models
        ],
    }


@api.post("/cases/{number}/assign", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def assign(request: HttpRequest, payload: schemas.AssignIn, number: int = Number) -> Any:
    """Give a case to a colleague, or back."""
    access = access_of(request)
    cases.assign(access, number, to=_colleague(access, payload.email), now=now())
    return Status(204, None)


def _colleague(access: Access, email: str | None) -> PersonId | None:
    if email is None:
        return None
    found = next((each.person for each in accounts.members(access) if each.email == email.strip().lower()), None)
    if found is None:
        raise NotFound(what="colleague", which=email)
    return found


@api.post("/cases/{number}/resolve", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def resolve(request: HttpRequest, number: int = Number) -> Any:
    """The matter is settled."""
    cases.resolve(access_of(request), number, now=now())
    return Status(204, None)


@api.post("/cases/{number}/reopen", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def reopen(request: HttpRequest, number: int = Number) -> Any:
    """The matter is not settled after all."""
    cases.reopen(access_of(request), number, now=now())
    return Status(204, None)


@api.post("/deeds", response={200: schemas.DoneOut, **WRITE_ERRORS}, tags=["cases"])
def do(request: HttpRequest, payload: schemas.DoIn) -> Any:
    """Do some things to up to 500 cases; what can't be done to one of them is told, and changes nothing of it."""
    return _done(cases.do(access_of(request), payload.numbers, read_deeds(payload.deeds), now=now()), payload.numbers)


def _done(done: Done, asked: list[int]) -> dict[str, Any]:
    """Tell what was done; of a single case, why not is the answer itself."""
    if len(asked) == 1 and done.errors:
        raise done.errors[0][1]
    refused = [{"number": number, "why": why} for number, why in done.refused]
    return {"done": list(done.done), "refused": refused, "undo": done.undo, "insert": done.insert}


@api.post("/undo", response={200: schemas.UndoneOut, **WRITE_ERRORS}, tags=["cases"])
def undo(request: HttpRequest, payload: schemas.UndoIn) -> Any:
    """Take back what was done, exactly; where something happened since that would be lost, it says so."""
    return {"undone": undoing.undo(access_of(request), payload.doing, now=now())}


@api.get("/tags", response={200: list[schemas.TagOut], **READ_ERRORS}, tags=["sorting"])
def list_tags(request: HttpRequest) -> Any:
    """The workspace's tags."""
    return [{"id": each.id, "name": each.name, "colour": each.colour} for each in care.tags(access_of(request))]


@api.get("/fields", response={200: list[schemas.FieldOut], **READ_ERRORS}, tags=["sorting"])
def list_fields(request: HttpRequest) -> Any:
    """The workspace's fields of cases."""
    return [
        {"id": each.id, "name": each.name, "kind": each.kind, "choices": each.choices, "required": each.required}
        for each in care.fields(access_of(request))
    ]


@api.get("/wrap-ups", response={200: list[schemas.WrapUpOut], **READ_ERRORS}, tags=["sorting"])
def list_wrap_ups(request: HttpRequest) -> Any:
    """The workspace's wrap-up codes."""
    groups = care.wrap_ups(access_of(request))
    return [{"id": pk, "group": group.name, "name": name} for group in groups for pk, name in group.codes]


@api.get("/macros", response={200: list[schemas.MacroOut], **READ_ERRORS}, tags=["macros"])
def list_macros(request: HttpRequest) -> Any:
    """The macros that you may run."""
    found = care.macros(access_of(request))
    return [{"id": each.id, "name": each.name, "own": each.own, "deeds": list(each.deeds)} for each in found]


@api.post("/macros/run", response={200: schemas.DoneOut, **WRITE_ERRORS}, tags=["macros"])
def run_macro(request: HttpRequest, payload: schemas.RunIn) -> Any:
    """Run a macro on cases."""
    done = macros.run_macro(access_of(request), payload.macro, payload.numbers, now=now())
    return _done(done, payload.numbers)


@api.post("/cases/{number}/fields", response={204: None, **WRITE_ERRORS}, tags=["sorting"])
def answer_fields(request: HttpRequest, payload: schemas.AnswersIn, number: int = Number) -> Any:
    """Note what is known of a case; all of it, or nothing."""
    access = access_of(request)
    ids = {each.name: each.id for each in care.fields(access)}
    if unknown := payload.answers.keys() - ids.keys():
        raise NotFound(what="field", which=min(unknown))
    answers = {ids[name]: value for name, value in payload.answers.items()}
    sorting.answer_fields(access, number, answers, now=now())
    return Status(204, None)


@api.post("/cases/{number}/link", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def link(request: HttpRequest, payload: schemas.LinkIn, number: int = Number) -> Any:
    """Say how a case stands to another; `none` ends that."""
    if payload.kind == "none":
        sorting.unlink(access_of(request), number, other=payload.other, now=now())
    else:
        sorting.link(access_of(request), number, other=payload.other, kind=payload.kind, now=now())
    return Status(204, None)


@api.post("/cases/{number}/merge", response={200: schemas.MergedOut, **WRITE_ERRORS}, tags=["cases"])
def merge(request: HttpRequest, payload: schemas.MergeIn, number: int = Number) -> Any:
    """Make a case a part of another: all that was said stands there, later words arrive there."""
    return {"undo": cases.merge(access_of(request), number, into=payload.into, now=now())}


@api.post("/cases/{number}/split", response={200: schemas.SplitOut, **WRITE_ERRORS}, tags=["cases"])
def split(request: HttpRequest, payload: schemas.SplitIn, number: int = Number) -> Any:
    """Make chosen posts of a case a case of their own."""
    made, doing = cases.split(access_of(request), number, payload.moments, now=now())
    return {"number": made, "undo": doing}


@api.get("/leads", response={200: list[schemas.LeadOut], **READ_ERRORS}, tags=["leads"])
def list_leads(request: HttpRequest, limit: int = Query(500, ge=1, le=5000)) -> Any:
    """The leads, what changed last first."""
    return [
        {
            "id": each.id, "title": each.title, "who": each.who, "stage": each.stage_name,
            "owner": each.owner_name or None, "value": each.value, "currency": each.currency,
            "expected_on": each.expected_on, "case": each.case, "made_at": each.made_at, "changed_at": each.changed_at,
        }
        for each in care.all_leads(access_of(request), limit)
    ]  # fmt: skip


@api.post("/cases/{number}/lead", response={200: schemas.LeadMade, **WRITE_ERRORS}, tags=["leads"])
def make_lead(request: HttpRequest, number: int = Number) -> Any:
    """Make a case a lead."""
    return {"lead": leads.make(access_of(request), number, now=now())}


@api.post("/leads/change", response={204: None, **WRITE_ERRORS}, tags=["leads"])
def change_lead(request: HttpRequest, payload: schemas.LeadIn) -> Any:
    """Change a lead."""
    access = access_of(request)
    given = payload.dict(exclude={"lead"}, exclude_unset=True)
    if given.get("stage") is not None:
        stages = {each.name: each.id for each in care.lead_board(access)}
        if given["stage"] not in stages:
            raise NotFound(what="stage", which=given["stage"])
        given["stage"] = stages[given["stage"]]
    if "owner" in given:
        given["owner"] = _colleague(access, given["owner"])
    kept = {name: value for name, value in given.items() if value is not None or name in NONE_IS_NONE}
    leads.change(access, payload.lead, now=now(), **kept)
    return Status(204, None)


NONE_IS_NONE = ("owner", "value", "expected_on")
"""Of a lead: what may be taken away again."""


@api.post("/cases/{number}/close", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def close(request: HttpRequest, number: int = Number) -> Any:
    """Nothing more comes of it."""
    cases.close(access_of(request), number, now=now())
    return Status(204, None)


@api.post("/cases/{number}/park", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def park(request: HttpRequest, payload: schemas.ParkIn, number: int = Number) -> Any:
    """Let it wait for something of your own; with a date, it needs somebody again by itself."""
    cases.park(access_of(request), number, why=payload.why, until=utc(payload.until), now=now())
    return Status(204, None)


@api.post("/cases/{number}/snooze", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def snooze(request: HttpRequest, payload: schemas.SnoozeIn, number: int = Number) -> Any:
    """Leave it out of sight until then, or until the customer writes."""
    until = utc(payload.until)
    assert until is not None
    cases.snooze(access_of(request), number, until=until, now=now())
    return Status(204, None)


@api.post("/cases/{number}/wake", response={204: None, **WRITE_ERRORS}, tags=["cases"])
def wake(request: HttpRequest, number: int = Number) -> Any:
    """Take up a parked or snoozed case before its time."""
    cases.wake(access_of(request), number, now=now())
    return Status(204, None)


@api.post("/posts", response={200: schemas.PostOut, **WRITE_ERRORS}, tags=["posts"])
def post_in(request: HttpRequest, payload: schemas.PostIn) -> Any:
    """Hand in a message from anywhere: it is triaged like any other. The same id again changes nothing."""
    message = payload.dict(exclude={"source"}, exclude_none=True)
    if payload.created_at is not None:
        message["created_at"] = payload.created_at.isoformat()
    done = hand_in(access_of(request), payload.source, message, places=places(), now=now())
    return {"stored": done.stored, "case": done.case}


@api.post("/calls", response={200: schemas.CallsOut, **WRITE_ERRORS}, tags=["calls"])
def calls_in(request: HttpRequest, payload: schemas.CallsIn) -> Any:
    """Tell of telephone calls, one or up to 1,000: all are kept, or none. The same again changes nothing.

    A call may be told of bit by bit: its start first, then under the same id the answer, then the end. Who called in
    vain and left a number gets a case with a call-back.
    """
    access = access_of(request)
    country = accounts.calling_code(access)
    calls = [_call(each, country) for each in payload.calls]
    done = take(access, payload.source, calls, places=places(), now=now())
    return {"new": done.new, "changed": done.changed, "same": done.same, "to_call": done.to_call}


def _call(given: schemas.CallIn, country: str) -> Call:
    return Call(
        source="",
        native=given.id,
        started_at=utc(given.start),
        answered_at=utc(given.answer),
        ended_at=utc(given.end),
        direction=Direction(given.direction) if given.direction else None,
        caller=number_of(given.caller, country),
        called=number_of(given.called, country),
        name=given.name,
        queue=given.queue,
        agent=given.agent,
        outcome=Outcome(given.outcome or ""),
        notes=given.notes,
        case=given.case,
    )


@api.post("/cases/{number}/call-back", response={204: None, **WRITE_ERRORS}, tags=["calls"])
def ask_for_call(request: HttpRequest, payload: schemas.CallBackIn, number: int = Number) -> Any:
    """Ask for a call to somebody; the case is due then."""
    at = utc(payload.at)
    assert at is not None
    call_backs.ask(access_of(request), number, to=payload.number, at=at, why=payload.why, now=now())
    return Status(204, None)


@api.post("/cases/{number}/called", response={204: None, **WRITE_ERRORS}, tags=["calls"])
def called(request: HttpRequest, payload: schemas.CalledIn, number: int = Number) -> Any:
    """Note how a call-back went: reached resolves the case, not reached makes it due again later."""
    call_backs.called(
        access_of(request),
        number,
        reached=payload.reached,
        settled=payload.settled,
        again_at=utc(payload.again_at),
        notes=payload.notes,
        now=now(),
    )
    return Status(204, None)


# People --------------------------------------------------------------------
@api.get("/notices", response={200: list[schemas.NoticeOut], **READ_ERRORS}, tags=["you"])
def list_notices(
    request: HttpRequest, unread: bool = Query(False), before: int | None = Query(None, ge=1, le=2**53)
) -> Any:
    """What you are told, newest first; `before` is the id of the last one already seen."""
    lines = notices.notices(access_of(request), unread=unread, before=before)
    return [
        {"id": each.id, "why": each.why.value, "text": each.text, "at": each.at, "read": each.read, "case": each.case}
        for each in lines
    ]


@api.get("/state", response={200: schemas.StateOut, **READ_ERRORS}, tags=["you"])
def read_state(request: HttpRequest) -> Any:
    """What you are at, since when; null: not at work."""
    at = team.my_state(access_of(request))
    return {"state": at.state.key if at.state else None, "since": at.since}


@api.post("/state", response={204: None, **WRITE_ERRORS}, tags=["you"])
def choose_state(request: HttpRequest, payload: schemas.StateIn) -> Any:
    """Say what you are at: available, break, training, meeting, away, wrap-up, or one that a manager added."""
    work.choose_state(access_of(request), payload.state, now=now())
    return Status(204, None)


@api.post("/next", response={200: schemas.NextOut, **WRITE_ERRORS}, tags=["cases"])
def next_case(request: HttpRequest) -> Any:
    """Take the best next case, or say why there is none."""
    found = routing.next_case(access_of(request), now=now())
    return {"case": found.number, "reason": found.words}


@api.get("/handling-times", response={200: list[schemas.HandlingOut], **READ_ERRORS}, tags=["team"])
def handling_times(request: HttpRequest, days: int = Query(7, ge=1, le=90)) -> Any:
    """How long contacts took in the last days, by channel: count, mean, median and 90 % quantile, in seconds."""
    at = now()
    times = team.handling_times(access_of(request), at - timedelta(days=days), at)
    return [
        {"channel": channel, "count": each.count, "mean_s": each.mean, "median_s": each.median, "p90_s": each.p90}
        for channel, each in times.by(times.channels).items()
    ]


# Shapes -------------------------------------------------------------------
def _line(line: views.CaseLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "status": line.status.value,
        "folder": line.folder.value,
        "who": line.who,
        "channel": line.channel,
        "title": line.title,
        "excerpt": line.excerpt,
        "kind": line.kind,
        "kind_probability": line.kind_p,
        "decision": line.decision,
        "rule": line.rule,
        "queue": line.queue,
        "private": line.private,
        "exposure": line.exposure,
        "voices": line.voices,
        "owner": line.owner_name or None,
        "due_at": line.due_at,
        "not_before": line.not_before,
        "priority": line.priority,
        "tags": [tag.name for tag in line.tags],
        "wake_at": line.wake_at,
        "parked_for": line.parked_for,
        "merged_into": line.merged_into,
        "last_inbound_at": line.last_inbound_at,
        "historical": line.historical,
    }


def _case(case: views.CaseView) -> dict[str, Any]:
    return {
        **_line(case.line),
        "opened_at": case.opened_at,
        "say": case.say,
        "playbook": case.playbook,
        "reasons": [{"strong": each["strong"], "text": each["text"]} for each in case.reasons],
        "fields": {each.field.name: each.value for each in case.answers if each.value},
        "links": [{"number": each.number, "words": each.words} for each in case.links],
        "timeline": list(_moments(case.moments)),
    }


def _moments(moments: Iterable[views.Moment]) -> Iterable[dict[str, Any]]:
    for each in moments:
        said, sending = each.said, each.sending
        yield {
            "id": each.id,
            "at": each.at,
            "kind": each.kind,
            "name": (said.name or said.handle) if said else each.name,
            "handle": said.handle if said else "",
            "text": said.text if said else each.call.words if each.call else each.text,
            "private": each.private,
            "uri": said.uri if said else (sending.uri if sending else ""),
            "state": sending.state if sending else "",
            "words": sending.words if sending else "",
        }


@api.get("/board", response={200: schemas.Board, **READ_ERRORS}, tags=["board"])
def board(request: HttpRequest) -> Any:
    """Return how the desk does just now."""
    shown = care.board(access_of(request), now())
    return {
        "at": shown.at,
        "late": shown.late,
        "due_in_15_minutes": shown.soon,
        "due_in_an_hour": shown.hour,
        "needs": shown.needs,
        "free": shown.free,
        "came": shown.came,
        "answered": shown.answered,
        "resolved": shown.resolved,
        "first_contact": shown.first_contact,
        "contacts": shown.contacts,
        "satisfaction": shown.score.mean,
        "ratings": shown.score.answers,
        "levels": [
            {
                "channel": each.channel,
                "met": each.met,
                "missed": each.missed,
                "share": each.share,
                "targets": list(each.targets),
            }
            for each in shown.levels
        ],
    }
