"""Macros: everybody's, and one's own."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.care import selectors as care
from hubbub.care.core.case import Priority
from hubbub.care.core.deeds import MOST_DEEDS, AnyDeed, read_deeds
from hubbub.care.selectors.macros import MacroLine
from hubbub.care.services import macros
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import save, text

ACTIONS = {
    "insert": (mark("Put words into the answer"), mark("the words")),
    "note": (mark("Leave a note"), mark("the words")),
    "tag": (mark("Put a tag on it"), mark("the tag")),
    "untag": (mark("Take a tag off it"), mark("the tag")),
    "priority": (mark("Set the priority"), mark("urgent, high, normal or low")),
    "take": (mark("Take it"), ""),
    "assign": (mark("Give it to a colleague"), mark("their name")),
    "team": (mark("Give it to a team"), mark("its name")),
    "wrap_up": (mark("Give a wrap-up code"), mark("the code")),
    "snooze": (mark("Snooze it"), mark("for how many hours")),
    "park": (mark("Park it"), mark("what it waits for")),
    "resolve": (mark("Resolve it"), ""),
    "close": (mark("Close it"), ""),
}
"""What a macro may do: in words, and what it needs to know."""

PRIORITIES = {
    Priority.URGENT: mark("urgent"),
    Priority.HIGH: mark("high"),
    Priority.NORMAL: mark("normal"),
    Priority.LOW: mark("low"),
}


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All macros that one may run."""
    shown = {"section": "settings", "macros": care.macros(request.access), "actions": ACTIONS}
    return render(request, "settings/macros.html", shown)


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, macro: int | None = None) -> HttpResponse:
    """Make or change one."""
    request.access.require(Permission.WORK)
    value = next((each for each in care.macros(request.access) if each.id == macro), None)
    if macro is not None and value is None:
        raise NotFound(what="macro", which=macro)
    if value is not None and not value.own:
        request.access.require(Permission.CANNED)
    context: dict[str, Any] = {
        "section": "settings",
        "macro": value,
        "actions": ACTIONS,
        "rows": _rows(request, value),
    }
    if request.method != "POST" or text(request, "do") == "more":  # one more row: nothing is kept yet
        return render(request, "settings/macro.html", {**context, "given": request.POST})
    return save(
        request,
        "settings/macro.html",
        context,
        lambda: macros.save_macro(
            request.access,
            macro=macro,
            name=text(request, "name"),
            deeds=_deeds(request),
            own=text(request, "own") == "yes" or not request.access.may(Permission.CANNED),
            now=now(),
        ),
        then="macros",
        said="Saved.",
    )


def _rows(request: Request, value: MacroLine | None) -> list[tuple[int, str, str]]:
    """The lines of the form: number, action, what it needs. One more than are used, or than there were."""
    if request.method == "POST":
        told = _given(request)
    else:
        told = [(str(each["do"]), _needs(request.access, each)) for each in (value.deeds if value else ())]
    while told and told[-1] == ("", "") and text(request, "do") != "more":
        told.pop()
    return [(row, *each) for row, each in enumerate([*told, ("", "")][:MOST_DEEDS])]


def _given(request: Request) -> list[tuple[str, str]]:
    """The lines that were sent: action, what it needs."""
    return [
        (text(request, f"do_{row}"), text(request, f"with_{row}"))
        for row in range(MOST_DEEDS)
        if f"do_{row}" in request.POST
    ]


def _needs(access: Access, deed: Any) -> str:
    """What an action needs, in the words of the form."""
    match deed["do"]:
        case "priority":
            return say(PRIORITIES[Priority(deed["to"])])
        case "assign":
            return dict(care.colleagues(access)).get(deed["to"], "")
        case "team":
            return {each.id: each.name for each in accounts.teams(access)}.get(deed["to"], "")
        case "wrap_up":
            return {pk: name for group in care.wrap_ups(access) for pk, name in group.codes}.get(deed["code"], "")
        case "snooze":
            return f"{deed['hours']:g}" if deed.get("hours") else ""
    return str(deed.get("text") or deed.get("name") or deed.get("why") or "")


def _deeds(request: Request) -> tuple[AnyDeed, ...]:
    return read_deeds([_deed(request.access, do, needs.strip()) for do, needs in _given(request) if do])


def _deed(access: Access, do: str, needs: str) -> dict[str, Any]:
    match do:
        case "insert" | "note":
            return {"do": do, "text": needs}
        case "tag" | "untag":
            return {"do": do, "name": needs}
        case "priority":
            known = {name: each.value for each, words in PRIORITIES.items() for name in (words, say(words))}
            return {"do": do, "to": _named(known, needs, mark("There is no priority {name}."))}
        case "assign":
            colleagues = {name: pk for pk, name in care.colleagues(access)}
            return {"do": do, "to": _named(colleagues, needs, mark("There is no colleague {name}."))}
        case "team":
            teams = {each.name: each.id for each in accounts.teams(access)}
            return {"do": do, "to": _named(teams, needs, mark("There is no team {name}."))}
        case "wrap_up":
            codes = {name: pk for group in care.wrap_ups(access) for pk, name in group.codes}
            return {"do": do, "code": _named(codes, needs, mark("There is no wrap-up code {name}."))}
        case "snooze":
            return {"do": do, "hours": needs}
        case "park":
            return {"do": do, "why": needs}
    return {"do": do}


def _named(known: dict[str, Any], name: str, missing: str) -> Any:
    found = {each.casefold(): value for each, value in known.items()}.get(name.casefold())
    if found is None:
        raise InvalidInput(reason=say(missing, name=name or say("without a name")))
    return found


@require_POST
@in_workspace
def remove(request: Request, macro: int) -> HttpResponse:
    """Remove one."""
    macros.remove_macro(request.access, macro, now=now())
    return redirect("macros", slug=request.access.slug)
