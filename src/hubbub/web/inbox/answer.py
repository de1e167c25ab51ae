"""The composer: answering, notes, drafts kept as one writes, canned replies as one searches."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST
from msgspec.structs import replace

from hubbub.care import selectors as care
from hubbub.care.core.answering import Mode, Written
from hubbub.care.core.canned import fill, unfilled
from hubbub.care.core.errors import (
    CannotSend,
    CaseClosed,
    CaseMoved,
    LookBeforeSending,
    NeedsApproval,
    NewerDraft,
    NotYourCase,
)
from hubbub.care.services import cases
from hubbub.care.services.cases.drafts import MOST_FILES
from hubbub.flows.files import Upload, described, take_in
from hubbub.infra.places import places
from hubbub.kernel.details import File
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.web.inbox.deeds import changed
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number as number_in
from hubbub.web.settings.forms import text
from hubbub.web.when import when

FOUND = 12
SAID = (
    CannotSend, CaseMoved, CaseClosed, LookBeforeSending, NeedsApproval, NotYourCase, Conflict, InvalidInput, NotFound,
)  # fmt: skip


@require_POST
@in_workspace
def reply(request: Request, number: int) -> HttpResponse:
    """Send a reply or keep a note; what can't be sent says why beside the words, which stay."""
    try:
        _answer(request, number)
    except SAID as error:
        ask = isinstance(error, LookBeforeSending)
        deed = text(request, "deed") if ask else ""
        shown = {"words": str(error), "ask": ask, "deed": deed}
        answer = render(request, "inbox/refusal.html", shown, status=error.status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#composer-said", "innerHTML"
        return answer
    return changed(request, number)


def _answer(request: Request, number: int) -> None:
    mode, words, deed = text(request, "mode"), request.POST.get("text", ""), text(request, "deed")
    if mode == Mode.NOTE:
        cases.note(request.access, number, text=words, now=now())
        return
    if mode not in set(Mode):
        raise InvalidInput(reason="Say who will see it: public, private or note.")
    present = now()
    written = Written(
        words,
        private=mode == Mode.PRIVATE,
        persona=number_in(request, "persona"),
        attached=(*_kept(request, number), *take_in(_uploads(request), places().files)),
        confirmed=text(request, "confirmed") == "yes",
        ticked=frozenset(request.POST.getlist("ticked")),
        aside=text(request, "ended") == "yes" and mode == Mode.PUBLIC and not deed,
        canned=tuple(int(each) for each in request.POST.getlist("canned") if each.isdecimal() and len(each) < 19),
    )
    cases.answer(
        request.access,
        number,
        written,
        seen_reply=number_in(request, "last_reply") or 0,
        send_at=when(request, present) if deed == "later" else None,
        hold=text(request, "hold") == "yes",
        ask=deed == "ask",
        undoable=True,
        also=text(request, "also_text").strip() if text(request, "also") == "yes" and mode == Mode.PRIVATE else "",
        now=present,
    )


def _kept(request: Request, number: int) -> tuple[File, ...]:
    """The files that stand in one's drafts and were not left out."""
    refs, alts = request.POST.getlist("kept"), request.POST.getlist("kept_alt")
    asked = dict(zip(refs, alts + [""] * (len(refs) - len(alts)), strict=False))
    found = (each for each in cases.files_of_drafts(request.access, number) if each.ref in asked)
    return tuple(replace(each, alt=described(asked[each.ref]) or each.alt) for each in found)


def _uploads(request: Request) -> list[Upload]:
    """The files of a form, each with what it shows in words."""
    given = request.FILES.getlist("files")
    if len(given) > MOST_FILES:
        raise InvalidInput(reason=say("At most {most} files leave with a reply.", most=MOST_FILES))
    said = request.POST.getlist("alt")
    alts = said + [""] * (len(given) - len(said))
    return [Upload(file.name or "", file.read(), alt) for file, alt in zip(given, alts, strict=False)]


@require_POST
@in_workspace
def draft(request: Request, number: int) -> HttpResponse:
    """Keep what one has written so far; tell what to think of before it is sent."""
    mode, words = text(request, "mode"), request.POST.get("text", "")
    try:
        version = cases.keep_draft(
            request.access, number, mode=mode, text=words, seen=number_in(request, "seen") or 0, now=now()
        )
    except NewerDraft:
        found = next(each for each in care.drafts_on(request.access, number) if each.mode == mode)
        return JsonResponse({"text": found.text, "version": found.version}, status=409)
    return JsonResponse({"version": version, **_looked_at(request, number, words, mode)})


def _looked_at(request: Request, number: int, words: str, mode: str) -> dict[str, Any]:
    """What the guard and the tone check list say of a draft."""
    if mode == Mode.NOTE:
        return {"cautions": [], "tone": []}
    found = care.looked_at(request.access, number, words, private=mode == Mode.PRIVATE)
    tone = [{"say": each.say, "good": each.good, "hint": each.hint} for each in found.tone]
    return {"cautions": [*found.cautions], "tone": tone}


@require_GET
@in_workspace
def canned(request: Request, number: int) -> HttpResponse:
    """Canned replies with these words, filled for this case."""
    shown = care.case(request.access, number, now(), moments=1)
    words = request.GET.get("q", "").replace("\x00", "")[:80]
    values = {
        **fields_of(request, number),
        "channel": shown.public_way.network or shown.private_way.network,
        "persona": request.GET.get("persona", "")[:60],
    }
    found = care.canned(request.access, words=words, lang=shown.line.lang, limit=FOUND)
    if not found and shown.line.lang:
        found = care.canned(request.access, words=words, limit=FOUND)
    if shown.template and not words:  # what the playbook proposes stands first
        proposed = [each for each in care.canned(request.access, words=shown.template) if each.title == shown.template]
        found = (*proposed, *(each for each in found if each not in proposed))
    listed = []
    for each in found:
        filled = fill(each.text, values)
        told = {"id": each.id, "title": each.title, "shortcut": each.shortcut, "folder": each.folder}
        told["proposed"] = each.title == shown.template
        listed.append({**told, "text": filled, "empty": unfilled(filled)})
    return JsonResponse({"found": listed})


def fields_of(request: Request, number: int) -> dict[str, str]:
    """What fields of canned words stand for in an answer to a case, whatever it is answered on."""
    return {
        **care.fields_of_case(request.access, number),
        "me": request.access.name.split(" ")[0],
    }


@require_POST
@in_workspace
def undo(request: Request, number: int, outbox: int) -> HttpResponse:
    """Take a reply back before it leaves."""
    cases.undo(request.access, number, outbox, now=now())
    return changed(request, number)


@require_POST
@in_workspace
def add_files(request: Request, number: int) -> HttpResponse:
    """Keep files beside what one writes, until it is sent."""
    given = take_in(_uploads(request), places().files)
    come, mode = request.POST.getlist("come"), text(request, "mode")
    kept = cases.keep_draft_files(request.access, number, mode=mode, files=given, come=come, now=now())
    return JsonResponse({"files": [{"ref": each.ref, "name": each.name, "alt": each.alt} for each in kept]})


@require_POST
@in_workspace
def drop_file(request: Request, number: int) -> HttpResponse:
    """Leave a file out of a draft."""
    cases.drop_draft_file(request.access, number, mode=text(request, "mode"), ref=text(request, "ref"), now=now())
    return changed(request, number)
