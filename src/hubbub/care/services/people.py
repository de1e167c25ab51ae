"""What is known of the people who write: customer, colleague, press; and which accounts are one person."""

from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.selectors import calling_code
from hubbub.accounts.services import audit
from hubbub.care.core.calls.numbers import number_of
from hubbub.care.models import CaseRow, SecondAccount, SocialAccount
from hubbub.care.services import clocks
from hubbub.care.services.customers.matches import one_person
from hubbub.care.services.customers.profile import ensure
from hubbub.care.services.customers.rows import one_at_a_time, tell
from hubbub.care.services.triage import look_again
from hubbub.channels.core.values import handle_words
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip

MARKS = ("known", "employee", "listed")


def _account(access: Access, account: int) -> SocialAccount:
    access.require(Permission.WORK)
    row = (
        SocialAccount.objects.select_for_update(of=("self",)).filter(workspace_id=access.workspace, pk=account).first()
    )
    if row is None:
        raise NotFound(what="account", which=account)
    return row


def _called(row: SocialAccount) -> str:
    return handle_words(row.channel, row.handle)


@transaction.atomic
def mark(access: Access, account: int, *, what: str, on: bool, now: datetime) -> None:
    """Note that an account is a known customer's, works for us, or is on the list of people to answer at once."""
    if what not in MARKS:
        raise InvalidInput(reason=say("An account is marked {marks}.", marks=", ".join(MARKS)))
    row = _account(access, account)
    before = getattr(row, what)
    setattr(row, what, on)
    row.save(update_fields=[what])
    if what == "known" and on:
        ensure(access, row, now)
    audit(access, f"marked {what}", _called(row), now=now, before=before, after=on)
    clocks.of_account(row.pk, now)
    _tell(access, row, now)


@transaction.atomic
def link(access: Access, account: int, other: int, *, now: datetime) -> None:
    """Note that two accounts are one person's: one voice from now on."""
    one_at_a_time(access)
    one, two = _account(access, account), _account(access, other)
    if one.pk == two.pk:
        raise Conflict(reason="That is the same account.")
    one_person(access, one, two, now)
    audit(access, "accounts linked", _called(one), now=now, after=_called(two))
    _tell(access, one, now)


@transaction.atomic
def one_person_of(access: Access, pair: int, *, now: datetime) -> None:
    """Note that two accounts that are likely one person's are."""
    row = _pair(access, pair)
    link(access, row.of_id, row.account_id, now=now)
    row.delete()


def _pair(access: Access, pair: int) -> SecondAccount:
    access.require(Permission.WORK)
    row = SecondAccount.objects.filter(workspace_id=access.workspace, pk=pair).select_related("account", "of").first()
    if row is None:
        raise NotFound(what="pair of accounts", which=pair)
    return row


@transaction.atomic
def two_people(access: Access, pair: int, *, now: datetime) -> None:
    """Note that two accounts that were taken for one person's are two people's: two voices from now on."""
    one_at_a_time(access)
    row = _pair(access, pair)
    row.two_people = True
    row.save(update_fields=["two_people"])
    audit(access, "two people", _called(row.account), now=now, after=_called(row.of))
    look_again(access.workspace, [row.account_id, row.of_id], now=now)
    _tell(access, row.account, now)


@transaction.atomic
def unlink(access: Access, account: int, *, now: datetime) -> None:
    """Note that an account stands alone after all."""
    one_at_a_time(access)
    row = _account(access, account)
    if row.customer_id is None:
        raise Conflict(reason="This account is linked to no other.")
    before, row.customer = row.customer, None
    row.save(update_fields=["customer"])
    if before is not None:
        tell(before, now)
    audit(access, "account unlinked", _called(row), now=now)
    _tell(access, row, now)


@transaction.atomic
def note_number(access: Access, account: int, *, number: str, now: datetime) -> None:
    """Note a telephone number of a person: who calls from it is theirs.

    Raises
    ------
    InvalidInput
        If it is no telephone number.
    Conflict
        If it is noted for somebody else.
    """
    one_at_a_time(access)
    one = _account(access, account)
    native = number_of(number, calling_code(access))
    if not native:
        raise InvalidInput(
            reason=say("‘{number}’ is no telephone number; it looks like +49 30 1234567.", number=clip(number, 40))
        )
    two = _join(access, one, "phone", native, native, now)
    audit(access, "number noted", one.name or _called(one), now=now, after=native)
    _tell(access, one, now)
    _tell(access, two, now)


@transaction.atomic
def note_writer(access: Access, native: str, name: str, *, joins: int | None, now: datetime) -> None:
    """Note who wrote a letter that is being added, and whose account (of this workspace) they are, where known."""
    one_at_a_time(access)
    if joins is not None:
        _join(access, _account(access, joins), "letter", native, name, now)
    audit(access, "letter added", name, now=now)


def _join(access: Access, one: SocialAccount, channel: str, native: str, name: str, now: datetime) -> SocialAccount:
    """Make an account that somebody here told of, and note that it is the same person's as another."""
    if (one.channel, one.native) == (channel, native):
        return one
    two, _ = SocialAccount.objects.get_or_create(
        workspace_id=access.workspace,
        channel=channel,
        native=native,
        defaults={"name": one.name if channel == "phone" else name, "seen_at": now},
    )
    if two.customer is not None and two.customer != one.customer:
        raise Conflict(
            reason=say(
                "{name} is noted for {other} already.", name=name, other=two.customer.name or say("somebody else")
            )
        )
    one_person(access, one, two, now)
    return two


def _tell(access: Access, row: SocialAccount, now: datetime) -> None:
    cases = CaseRow.objects.filter(workspace_id=access.workspace, account=row).order_by("-id")[:20]
    changes.record_many([(access.workspace, "case", case.pk) for case in cases], now=now)
