"""The demo's workspace: made once, found again at the next start."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts import services as account_services
from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import Membership
from hubbub.care.services import answering
from hubbub.care.services import settings as care
from hubbub.channels import selectors as channels
from hubbub.channels import services as channel_services
from hubbub.channels.core.contract import Account
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.ids import PersonId
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.services import save_topic
from hubbub.listening.services.events import save_event
from hubbub.simulate.past import great_day, past
from hubbub.simulate.people import people_of
from hubbub.simulate.world import Kind, World

PAST_DAYS = 28
AT_ONCE = 500
HOLD_MINUTES = 2  # ten in the default playbook: in a demo one wants to see a hold end
STORM = {"storm_voices": 20, "storm_hours": 0.1}  # a demo lives faster: what is everyday there is a storm elsewhere
CANNED = (
    ("Ask for a little more", "Sorry about that, {name}. Which model is it, and what does it do? ^{me}"),
    ("Ask for a message", "Sorry, {name}. Could you send us a message with the serial number? ^{me}"),
    ("Reset", "Hello {name}, hold the reset for ten seconds until the light blinks. Does it come back? ^{me}"),
    ("Thank for praise", "Thank you, {name}, that made our day at {brand}. ^{me}"),
)


def furnish(world: World, network: str, *, now: datetime) -> str:
    """Make the demo's people, topics, channel and playbook, unless they are there; return a sign-in secret."""
    owner = Membership.objects.filter(role=Role.OWNER).order_by("pk").first()
    if owner is None:
        access = _make(world, network, now)
        assert access.person is not None
        return account_services.make_link(access.person, now)
    access = accounts.enter(PersonId(owner.person_id), owner.workspace.slug)
    _follow_the_port(access, network, now)
    return account_services.make_link(PersonId(owner.person_id), now)


@transaction.atomic
def _make(world: World, network: str, now: datetime) -> Access:
    brand = world.brand
    access = account_services.claim_unattended(
        name="Mia Dahl", email="mia@example.org", workspace=f"{brand.name} Care", timezone="Europe/London", now=now
    )
    for name, email, role in (
        ("Alice Lind", "alice@example.org", Role.AGENT),
        ("Bob Kerr", "bob@example.org", Role.AGENT),
        ("Priya Nair", "priya@example.org", Role.LEAD),
    ):
        account_services.invite(access, email=email, name=name, role=role, now=now)
    _topics(access, brand, now)
    _events(access, world, now)
    care.first_playbook(access, now=now)
    care.change_playbook(
        access,
        numbers={"hold_minutes": HOLD_MINUTES, **STORM},
        service_level={},
        note="Shorter holds, so that one sees them end; storms as strong as a lively demo needs",
        now=now,
    )
    for title, text in CANNED:
        answering.save_canned(access, title=title, text=text, now=now)
    channel_services.connect(
        access,
        kind="demo",
        name=f"Demo network, @{brand.handle}",
        config={"server": network, "handle": brand.handle, "network": world.name},
        secret={"password": brand.password},
        account=Account(id=brand.handle, handle=brand.handle, name=brand.name),
        now=now,
    )
    return access


def keeper() -> Access:
    """Return the pass of the demo's owner."""
    owner = Membership.objects.filter(role=Role.OWNER).order_by("pk").first()
    assert owner is not None, "furnish first"
    return accounts.enter(PersonId(owner.person_id), owner.workspace.slug)


def remember(world: World, network: str, places: Places, *, now: datetime) -> int:
    """Hear what was said before the network began, and plan who works, once; return how many posts were heard."""
    from hubbub.cli.demo_staff import plan_staff
    from hubbub.flows.archive import archive_due
    from hubbub.flows.backfill import hear_past
    from hubbub.listening.selectors import history as told
    from hubbub.listening.services import history

    access = keeper()
    if world.staffed:
        plan_staff(access, now=now)
    stream = next((each.stream for each in channels.connections(access) if each.kind == "demo"), None)
    if stream is None or told.remembers(access, now - timedelta(days=1)):
        return 0
    lines = [msgspec.json.encode(event) for event in past(world, people_of(world), network, now, PAST_DAYS)]
    batches = (RawBatch(lines[k : k + AT_ONCE], None, now) for k in range(0, len(lines), AT_ONCE))
    heard = hear_past(stream, batches, places, now=now)
    archive_due(places, now=now, rows=1)
    history.roll_up_hours(now=now)
    return heard


def _topics(access: Access, brand: Any, now: datetime) -> None:
    names = [brand.name, brand.tag, f"@{brand.handle}"]
    products = [word for product in brand.products for word in (product, f"{product}s")]
    both = f"({' OR '.join(dict.fromkeys((brand.name, brand.tag)))}) AND ({' OR '.join(products)})"
    for name, klass, text in (
        (brand.name, TopicClass.BRAND, " OR ".join(dict.fromkeys(names))),
        (f"{brand.name} {brand.products[0]}s", TopicClass.PRODUCT, both),
        (brand.rival, TopicClass.COMPETITOR, f"{brand.rival} OR @{brand.rival}"),
    ):
        save_topic(access, name=name, klass=klass, text=text, now=now)


def _events(access: Access, world: World, now: datetime) -> None:
    """Follow what the world is about to gather for, and the day on which its product failed."""
    watched = [world.brand.handle, world.brand.rival]
    watched += [person.handle for person in world.person if person.role == "journalist"]
    for burst in world.burst:
        if not burst.title:
            continue
        begins = now + timedelta(minutes=burst.starts_min / world.speed)
        since, until = begins, begins + timedelta(minutes=burst.lasts_min / world.speed)
        if burst.kind is Kind.FAULT:
            since, until = great_day(now)
        save_event(
            access,
            name=burst.title,
            text=burst.query,
            since=since,
            until=until,
            accounts=" ".join(watched),
            now=now,
        )


def _follow_the_port(access: Access, network: str, now: datetime) -> None:
    """The demo network may answer at another port than last time."""
    for each in channels.connections(access):
        if each.kind == "demo" and each.config.get("server") != network:
            channel_services.change_connection(
                access,
                each.id,
                name=each.name,
                enabled=each.enabled,
                config={**each.config, "server": network},
                secret={},
                account=None,
                now=now,
            )
