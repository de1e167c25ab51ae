"""How cases are worked on: when they close, wrap-up codes, fields, tags, stages of leads."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.care import selectors as care
from hubbub.care.core.fields import Kind
from hubbub.care.services import leads, sorting
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text

KINDS = {
    Kind.TEXT: mark("Text"),
    Kind.NUMBER: mark("Number"),
    Kind.CHOICE: mark("One of a list"),
    Kind.DATE: mark("Date"),
    Kind.YESNO: mark("Yes or no"),
}
ASKED = {
    "off": mark("Never"),
    "asked": mark("Yes, but one may resolve without"),
    "required": mark("Yes, none is resolved without"),
}
ENDS = {"won": "won", "lost": "lost"}


def _page(request: Request) -> dict[str, Any]:
    access = request.access
    groups = care.wrap_ups(access)
    return {
        "section": "settings",
        "rules": care.case_rules(access),
        "fields": care.fields(access),
        "tags": care.tags(access, counted=True),
        "kinds": KINDS,
        "asked": ASKED,
        "wrap_up_lines": "\n".join(
            line for group in groups for line in (group.name, *(f"  {name}" for _, name in group.codes))
        ),
        "stage_lines": "\n".join(
            f"{each.name}{f' = {each.end}' if each.end else ''}" for each in care.lead_board(access)
        ),
    }


@require_http_methods(["GET", "POST"])
@in_workspace
def page(request: Request) -> HttpResponse:
    """All of it; the form says when cases close."""
    if request.method != "POST":
        return render(request, "settings/cases.html", _page(request))
    return _save(request, lambda: sorting.save_closing(request.access, days=number(request, "days") or 0, now=now()))


@require_POST
@in_workspace
def field(request: Request) -> HttpResponse:
    """Make a field, or change one."""
    return _save(
        request,
        lambda: sorting.save_field(
            request.access,
            field=number(request, "field"),
            name=text(request, "name"),
            kind=text(request, "kind"),
            choices=text(request, "choices").splitlines(),
            required=text(request, "required") == "yes",
            now=now(),
        ),
    )


@require_POST
@in_workspace
def field_removed(request: Request, field: int) -> HttpResponse:
    """Remove a field with its answers."""
    sorting.remove_field(request.access, field, now=now())
    return redirect("case-rules", slug=request.access.slug)


@require_POST
@in_workspace
def tag(request: Request, tag: int) -> HttpResponse:
    """Rename a tag, give it a colour, merge it into another by its name, or remove it."""
    if text(request, "remove"):
        sorting.remove_tag(request.access, tag, now=now())
        return redirect("case-rules", slug=request.access.slug)
    return _save(
        request,
        lambda: sorting.change_tag(
            request.access, tag, name=text(request, "name"), colour=number(request, "colour") or 0, now=now()
        ),
    )


@require_POST
@in_workspace
def wrap_ups(request: Request) -> HttpResponse:
    """Set the codes: a group a line, its codes below it, set in."""
    return _save(
        request,
        lambda: sorting.save_wrap_ups(
            request.access, asked=text(request, "asked"), tree=_tree(text(request, "codes")), now=now()
        ),
    )


def _tree(lines: str) -> dict[str, list[str]]:
    tree: dict[str, list[str]] = {}
    for line in lines.splitlines():
        name = " ".join(line.split())
        if not name:
            continue
        if not line[0].isspace():
            tree.setdefault(name, [])
        elif tree:
            tree[list(tree)[-1]].append(name)
        else:
            raise InvalidInput(reason="Begin with a group; its codes stand below it, set in by a space.")
    return tree


@require_POST
@in_workspace
def stages(request: Request) -> HttpResponse:
    """Set the stages of leads: one a line, with how it ends a lead behind a sign of equality."""
    given = []
    for line in text(request, "stages").splitlines():
        name, _, end = line.partition("=")
        if name.strip():
            given.append((name, ENDS.get(end.strip().lower(), "")))
    return _save(
        request, lambda: leads.save_stages(request.access, given, currency=text(request, "currency"), now=now())
    )


def _save(request: Request, work: Any) -> HttpResponse:
    return save(request, "settings/cases.html", _page(request), work, then="case-rules", said="Saved.")
