"""What people do about customers: each deed is one address that takes a form."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hubbub.care.core.customers.table import day_of
from hubbub.care.services import customers
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import say
from hubbub.web.customers.pages import shown
from hubbub.web.request import Request, in_workspace, now
from hubbub.web.settings.forms import done, number, text

CHANGED = ("name", "reference", "address", "note", "heard_of", "heard_of_note")


def _done(request: Request, customer: int, work: Callable[[], object], said: str) -> HttpResponse:
    """Do the work and show the customer; where it can't be done, with the words kept and the reason."""
    again = partial(shown, request, customer)
    return done(request, work, said, "customers/customer.html", again, then="customer", customer=customer)


@require_POST
@in_workspace
def of_account(request: Request, account: int) -> HttpResponse:
    """Open the customer that an account is of; one is made where there is none."""
    found = customers.customer_of_account(request.access, account, now=now())
    return redirect("customer", slug=request.access.slug, customer=found)


@require_POST
@in_workspace
def change(request: Request, customer: int) -> HttpResponse:
    """Change what is known of a customer."""
    told = {name: text(request, name) for name in CHANGED}
    return _done(
        request, customer, lambda: customers.change(request.access, customer, now=now(), **told), say("Saved.")
    )


@require_POST
@in_workspace
def own(request: Request, customer: int) -> HttpResponse:
    """Note a product that a customer owns."""

    def work() -> None:
        customers.own(
            request.access,
            customer,
            product=text(request, "product"),
            serial=text(request, "serial"),
            since=day_of(text(request, "since")),
            warranty_until=day_of(text(request, "warranty_until")),
            now=now(),
        )

    return _done(request, customer, work, say("Noted."))


@require_POST
@in_workspace
def own_no_more(request: Request, customer: int, owned: int) -> HttpResponse:
    """Take a product from a customer."""
    work = lambda: customers.own_no_more(request.access, customer, owned, now=now())  # noqa: E731
    return _done(request, customer, work, say("Taken from the list."))


@require_POST
@in_workspace
def consent(request: Request, customer: int) -> HttpResponse:
    """Note what a customer allowed or forbade."""

    def work() -> None:
        day = day_of(text(request, "day"))
        customers.note_consent(
            request.access,
            customer,
            way=text(request, "way"),
            given=text(request, "given") == "yes",
            at=_moment(day) if day else None,
            source=text(request, "source"),
            words=text(request, "words"),
            now=now(),
        )

    return _done(request, customer, work, say("Noted."))


def _moment(day: date) -> datetime:
    return (
        min(datetime.combine(day, time(12), UTC), now()) if day <= now().date() else datetime.combine(day, time(), UTC)
    )


@require_POST
@in_workspace
def merge(request: Request, customer: int) -> HttpResponse:
    """Make this customer and another one."""

    def work() -> None:
        other = number(request, "other")
        if other is None:
            raise InvalidInput(reason="Give the number of the other customer; it stands in the address of their page.")
        customers.merge(request.access, customer, other, now=now())

    return _done(request, customer, work, say("They are one now. It can be undone below."))


@require_POST
@in_workspace
def unmerge(request: Request, customer: int, merge: int) -> HttpResponse:
    """Part two customers again."""
    work = lambda: customers.unmerge(request.access, merge, now=now())  # noqa: E731
    return _done(request, customer, work, say("They are two again."))


@require_POST
@in_workspace
def answer_match(request: Request, match: int) -> HttpResponse:
    """Say whether two accounts are one person's."""
    one_person = text(request, "answer") == "one"
    try:
        if one_person:
            customers.confirm(request.access, match, now=now())
        else:
            customers.refuse(request.access, match, now=now())
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        messages.warning(request, str(error))
    back = number(request, "back")
    if back is not None:
        return redirect("customer", slug=request.access.slug, customer=back)
    return redirect("customers", slug=request.access.slug)
