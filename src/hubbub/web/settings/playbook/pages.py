"""The playbook as sentences, one's draft of it, and its versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.core.playbook.changes import changes
from hubbub.care.core.playbook.files import of_text, to_json, to_toml
from hubbub.care.core.playbook.sentences import deed_words, event_words, then_words, when_words
from hubbub.care.services import playbooks
from hubbub.care.services.dry_run import SPANS
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, text


@dataclass(frozen=True, slots=True)
class Line:
    """A rule or trigger as the page shows it."""

    id: str
    name: str
    say: str
    when: tuple[str, ...]
    then: str
    off: bool
    automatic: bool
    changed: bool
    below: tuple["Line", ...] = ()


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The rules in words: one's draft where there is one, else the version in use."""
    request.access.require(Permission.READ)
    version, used = care.data_of(request.access)
    draft = care.playbook_draft(request.access)
    data = draft.data if draft else used
    rules = _rules(data, used)
    context = {
        "section": "settings",
        "version": version,
        "versions": care.playbook_versions(request.access),
        "draft": draft,
        "rules": [each for rule, each in rules if not rule.get("also")],
        "also": [each for rule, each in rules if rule.get("also")],
        "triggers": _triggers(data, used),
        "missing": _missing(request, data),
        "spans": {days: say(words) for days, words in SPANS.items()},
    }
    return render(request, "settings/playbook/index.html", context)


def _rules(data: Mapping[str, Any], used: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Line]]:
    """The rules that decide or add, each with those that decide its holds and watches again."""
    was = {rule["id"]: rule for rule in used["rules"]}
    lines = {rule["id"]: _line(rule, data, was) for rule in data["rules"]}
    return [
        (rule, _line(rule, data, was, tuple(lines[each["id"]] for each in data["rules"] if each.get("again") == key)))
        for rule in data["rules"]
        if not rule.get("again")
        for key in [rule["id"]]
    ]


def _line(
    rule: Mapping[str, Any], data: Mapping[str, Any], was: Mapping[str, Any], below: tuple[Line, ...] = ()
) -> Line:
    numbers = data["numbers"]
    return Line(
        id=rule["id"],
        name=rule["name"],
        say=rule["say"],
        when=when_words(rule.get("when", []), numbers),
        then=then_words(rule, numbers),
        off=bool(rule.get("off")),
        automatic=bool(rule.get("automatic")),
        changed=was.get(rule["id"]) != rule,
        below=below,
    )


def _triggers(data: Mapping[str, Any], used: Mapping[str, Any]) -> list[Line]:
    was, numbers = {each["id"]: each for each in used.get("triggers", [])}, data["numbers"]
    return [
        Line(
            id=each["id"],
            name=each["name"],
            say="",
            when=(say("When {event}", event=event_words(each, numbers)), *when_words(each.get("when", []), numbers)),
            then=deed_words(each, numbers),
            off=bool(each.get("off")),
            automatic=bool(each.get("template")),
            changed=was.get(each["id"]) != each,
        )
        for each in data.get("triggers", [])
    ]


def _missing(request: Request, data: Mapping[str, Any]) -> list[str]:
    """Canned replies that rules name and nobody wrote."""
    known = {each.title for each in care.canned(request.access)}
    named = {
        each.get("template", "")
        for table in ("rules", "triggers")
        for each in data.get(table, [])
        if not each.get("off")
    }
    return sorted(named - known - {""})


@require_POST
@in_workspace
def save(request: Request) -> HttpResponse:
    """Make one's draft the version in use."""
    try:
        version = playbooks.save(
            request.access, note=text(request, "note"), over=number(request, "over") or 0, now=now()
        )
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("playbook", slug=request.access.slug)
    messages.success(request, say("Version {version} is in use. What was decided keeps the old one.", version=version))
    return redirect("playbook", slug=request.access.slug)


@require_POST
@in_workspace
def discard(request: Request) -> HttpResponse:
    """Throw one's draft away."""
    playbooks.discard(request.access, now=now())
    messages.success(request, say("Your draft is gone."))
    return redirect("playbook", slug=request.access.slug)


@require_POST
@in_workspace
def together(request: Request) -> HttpResponse:
    """Bring what a colleague changed into one's draft."""
    torn = playbooks.put_together(request.access, now=now())
    said = [say("Both are in your draft now.")]
    if torn:
        said.append(say("You both changed {names}: yours stands in the draft.", names=", ".join(torn)))
    messages.success(request, " ".join(said))
    return redirect("playbook", slug=request.access.slug)


@require_safe
@in_workspace
def versions(request: Request) -> HttpResponse:
    """All versions, and what differs between two."""
    lines = care.playbook_versions(request.access)
    one, two = _chosen(request, "from"), _chosen(request, "to")
    newest = lines[0].version
    two = newest if two is None else two
    one = max(1, two - 1) if one is None else one
    context = {
        "section": "settings",
        "versions": lines,
        "newest": newest,
        "one": one,
        "two": two,
        "changes": changes(care.data_of(request.access, one)[1], care.data_of(request.access, two)[1]),
        "spans": {days: say(words) for days, words in SPANS.items()},
    }
    return render(request, "settings/playbook/versions.html", context)


def _chosen(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


@require_POST
@in_workspace
def back(request: Request, version: int) -> HttpResponse:
    """Use an old version again, as a new one."""
    try:
        made = playbooks.go_back(request.access, version, now=now())
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, say("Version {made} is in use: it says what version {version} said.", made=made, version=version)
        )
    return redirect("playbook-versions", slug=request.access.slug)


@require_safe
@in_workspace
def file(request: Request, kind: str) -> HttpResponse:
    """The version in use, or another, as a file."""
    version, data = care.data_of(request.access, _chosen(request, "version"))
    told, mime = (to_json(data), "application/json") if kind == "json" else (to_toml(data), "application/toml")
    answer = HttpResponse(told, content_type=f"{mime}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="playbook-{version}.{kind}"'
    return answer


@require_POST
@in_workspace
def take_in(request: Request) -> HttpResponse:
    """Read a file into one's draft."""
    request.access.require(Permission.PLAYBOOK)
    given = request.FILES.get("file")
    try:
        raw = given.read(1_000_001) if given else text(request, "text").encode()
        if not raw.strip():
            raise InvalidInput(reason="Choose a file.")
        try:
            said = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidInput(reason="The file is no text in UTF-8.") from None
        playbooks.take_in(request.access, of_text(said), now=now())
    except InvalidInput as error:
        messages.error(request, str(error))
    else:
        messages.success(request, say("The file is in your draft. Look it through, try it, then save."))
    return redirect("playbook", slug=request.access.slug)
