"""Rules and triggers changed one by one, each in a form; and what the menu beside a rule does."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts.core.access import Permission
from hubbub.accounts.selectors import teams
from hubbub.care import selectors as care
from hubbub.care.core.playbook.sentences import CASE_FACT_WORDS, FACT_WORDS
from hubbub.care.selectors.people_lists import list_names
from hubbub.care.services import playbooks
from hubbub.channels import selectors as channels
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.listening.selectors import topics
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.playbook import forms

MOST_BOXES = 24
NEW: Mapping[str, Mapping[str, Any]] = {
    "rules": {"decide": "answer", "due": "service level", "when": [{"fact": "kind", "is": "complaint"}]},
    "triggers": {"event": "no answer", "after": {"days": 3}, "off": True},
}
FACTS = {"rules": FACT_WORDS, "triggers": CASE_FACT_WORDS}
SHOW = {"rules": forms.rule_form, "triggers": forms.trigger_form}
READ = {"rules": forms.rule_of, "triggers": forms.trigger_of}


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, table: str, key: str = "") -> HttpResponse:
    """Change one, or make a new one, in one's draft. The form asks for more rows the same way."""
    request.access.require(Permission.PLAYBOOK)
    draft = care.playbook_draft(request.access)
    data = draft.data if draft else care.data_of(request.access)[1]
    rule = next((each for each in data.get(table, []) if each["id"] == key), None) if key else NEW[table]
    if rule is None:
        raise NotFound(what="rule", which=key)
    own = _own(request)
    if request.method != "POST":
        also = {"again": request.GET["again"]} if request.GET.get("again") and not key else {}
        return _page(request, table, key, SHOW[table]({**rule, **also}, own), data)
    form = forms.posted(request.POST, FACTS[table], own)
    if request.POST.get("do"):  # more or fewer rows: nothing is kept yet
        return _page(request, table, key, form, data)
    made = READ[table](form, data["numbers"])
    if form.fine:
        try:
            before = form.fields.get("before", "") if table == "rules" else ""
            playbooks.put(request.access, table, made, instead_of=key, before=before, now=now())
        except InvalidInput as error:
            form.errors[str(error.facts.get("field", "all"))] = str(error)
        else:
            messages.success(
                request, say("{rule} is in your draft. Nothing is decided by it until you save.", rule=made["id"])
            )
            return redirect(f"{reverse('playbook', kwargs={'slug': request.access.slug})}#rule-{made['id']}")
    return _page(request, table, key, form, data, status=422)


def _own(request: Request) -> dict[str, Any]:
    """Values that are this workspace's own, where they are few enough to tick."""
    names, lists = [each.name for each in topics(request.access)], list_names(request.access)
    return {
        "topic": names if len(names) <= MOST_BOXES else (),
        "lists": lists if len(lists) <= MOST_BOXES else (),
        "channel": tuple(
            sorted({"letter", "phone"} | {each.connector for each in channels.connections(request.access)})
        ),
    }


def _page(
    request: Request, table: str, key: str, form: forms.Form, data: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, words in FACTS[table].items():
        groups.setdefault(say(words.group), []).append((name, say(words.label)))
    context = {
        "section": "settings",
        "table": table,
        "key": key,
        "form": form,
        "fact_groups": groups,
        "numbers": sorted(data["numbers"]),
        "canned": [each.title for each in care.canned(request.access)],
        "teams": [team.name for team in teams(request.access)] if table == "triggers" else (),
        **forms.menus(data["rules"]),
    }
    if table == "rules":
        context["places"] = [place for place in context["parents"] if place[0] != key]
    return render(request, f"settings/playbook/{table[:-1]}.html", context, status=status)


def _up(request: Request, table: str, key: str) -> None:
    playbooks.move(request.access, table, key, up=True, now=now())


def _down(request: Request, table: str, key: str) -> None:
    playbooks.move(request.access, table, key, up=False, now=now())


def _on(request: Request, table: str, key: str) -> None:
    playbooks.switch(request.access, table, key, on=True, now=now())


def _off(request: Request, table: str, key: str) -> None:
    playbooks.switch(request.access, table, key, on=False, now=now())


def _copy(request: Request, table: str, key: str) -> None:
    made = playbooks.copy(request.access, table, key, now=now())
    messages.success(request, say("{made} is a copy of {rule}, switched off.", made=made, rule=key))


def _remove(request: Request, table: str, key: str) -> None:
    playbooks.remove(request.access, table, key, now=now())
    messages.success(request, say("{rule} is out of your draft.", rule=key))


DEEDS: Mapping[str, Callable[[Request, str, str], None]] = {
    "up": _up,
    "down": _down,
    "on": _on,
    "off": _off,
    "copy": _copy,
    "remove": _remove,
}


@require_POST
@in_workspace
def deed(request: Request, table: str, key: str, deed: str) -> HttpResponse:
    """Move, switch, copy or remove one, in one's draft."""
    if deed not in DEEDS or table not in playbooks.TABLES:
        raise Http404
    try:
        DEEDS[deed](request, table, key)
    except (Conflict, InvalidInput) as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('playbook', kwargs={'slug': request.access.slug})}#rule-{key}")
