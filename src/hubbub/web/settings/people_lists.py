"""A workspace's own lists of accounts: press, employees, and what else the playbook asks for."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care.core.people_lists import MEANS, member_of, read_members
from hubbub.care.selectors import people_lists as selectors
from hubbub.care.services import people_lists
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import done, text
from hubbub.web.templatetags.hubbub import CHANNELS, channel_name

INDEX, PAGE = "settings/lists.html", "settings/list.html"
MOST_BYTES = 2_000_000
SHORT = {"": mark("For the playbook"), "listed": mark("Press or VIP"), "employee": mark("Employees")}


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All lists."""
    return render(request, INDEX, _index(request))


def _index(request: Request) -> dict[str, Any]:
    lines = [(each, say(SHORT[each.means])) for each in selectors.people_lists(request.access)]
    return {"section": "settings", "lines": lines, "means": _means()}


def _means() -> list[tuple[str, str]]:
    return [(key, say(words)) for key, words in MEANS.items()]


@require_POST
@in_workspace
def new(request: Request) -> HttpResponse:
    """Make a list."""
    work, again = partial(_save, request, None), partial(_index, request)
    return done(request, work, say("The list is made. Put somebody on it."), INDEX, again, then="lists")


def _save(request: Request, which: int | None) -> int:
    told = {name: text(request, name) for name in ("name", "note", "means")}
    return people_lists.save_list(request.access, which, **told, now=now())


@require_http_methods(["GET", "POST"])
@in_workspace
def page(request: Request, people_list: int) -> HttpResponse:
    """One list with who is on it; a form changes it."""
    if request.method != "POST":
        return render(request, PAGE, _page(request, people_list))
    return _done(request, people_list, partial(_save, request, people_list), say("Saved."))


def _page(request: Request, which: int) -> dict[str, Any]:
    search, before = request.GET.get("q", "").replace("\x00", "")[:100], request.GET.get("before", "")
    begin = int(before) if before.isdecimal() and len(before) < 19 else None
    lines, following = selectors.members(request.access, which, search=search, before=begin)
    return {
        "section": "settings",
        "list": selectors.people_list(request.access, which),
        "lines": lines,
        "next": following,
        "q": search,
        "later": begin is not None,
        "means": _means(),
        "channels": [(kind, channel_name(kind)) for kind in CHANNELS],
    }


def _done(request: Request, which: int, work: Callable[[], object], said: str) -> HttpResponse:
    return done(request, work, said, PAGE, partial(_page, request, which), then="list", people_list=which)


@require_POST
@in_workspace
def put_on(request: Request, people_list: int) -> HttpResponse:
    """Put an account on a list."""

    def work() -> None:
        channel, handle, reason = (text(request, name) for name in ("channel", "handle", "reason"))
        member = member_of(channel, handle, reason, tuple(CHANNELS))
        people_lists.put_on(request.access, people_list, [member], now=now())

    return _done(request, people_list, work, say("On the list."))


@require_POST
@in_workspace
def read_file(request: Request, people_list: int) -> HttpResponse:
    """Put all accounts of a CSV file on a list."""
    request.access.require(Permission.PLAYBOOK)

    def work() -> None:
        given = request.FILES.get("file")
        if not isinstance(given, UploadedFile):
            raise InvalidInput(reason="Choose a file first.")
        if (given.size or 0) > MOST_BYTES:
            raise InvalidInput(reason=say("The file has more than {mb} MB. Split it.", mb=MOST_BYTES // 1_000_000))
        try:
            words = given.read().decode("utf-8-sig").replace("\x00", "")
        except UnicodeDecodeError:
            raise InvalidInput(reason="The file is no text in UTF-8. Save it as CSV UTF-8.") from None
        members = read_members(words, text(request, "channel"), tuple(CHANNELS))
        people_lists.put_on(request.access, people_list, members, now=now())

    return _done(request, people_list, work, say("The file is read: all its accounts are on the list."))


@require_POST
@in_workspace
def take_off(request: Request, people_list: int, member: int) -> HttpResponse:
    """Take an account off a list."""
    work = partial(people_lists.take_off, request.access, people_list, member, now=now())
    return _done(request, people_list, work, say("Taken off the list."))


@require_POST
@in_workspace
def remove(request: Request, people_list: int) -> HttpResponse:
    """Remove a list."""
    work = partial(people_lists.remove_list, request.access, people_list, now=now())
    again = partial(_page, request, people_list)
    return done(request, work, say("The list is gone."), PAGE, again, then="lists")
