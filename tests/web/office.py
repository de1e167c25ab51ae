"""A workspace with something of everything in it, and Charlie, who owns another one."""

import io
import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from PIL import Image
from tests.channels.chat.visitors import make_chat, make_visit
from tests.make import PASSWORD, make_member, make_planned, make_town, make_workspace, roles
from tests.simulate.living import acme, quiet, running
from tests.workforce.desk.make import make_rostered
from tests.workforce.desk.plans import expect

from hubbub.accounts import services as accounts
from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import ApiToken, Installation, Person
from hubbub.care.core.answering import Written
from hubbub.care.core.calls.record import Call, Outcome
from hubbub.care.core.deeds import AddTag
from hubbub.care.core.filters import Filter
from hubbub.care.core.knowledge.article import Words
from hubbub.care.core.notices import Why
from hubbub.care.core.people_lists import Member
from hubbub.care.core.playbook import shipped
from hubbub.care.core.playbook.files import to_json
from hubbub.care.core.trial import Figure
from hubbub.care.core.understanding import LinearModel
from hubbub.care.models import (
    CannedReply,
    CaseRow,
    Entry,
    Erasure,
    FollowUp,
    LeadStage,
    ListMember,
    Match,
    Notice,
    OwnModel,
    OwnState,
    Rating,
    Review,
    SecondAccount,
    SkillNeed,
    SocialAccount,
    Tag,
)
from hubbub.care.services import answering as care_answering
from hubbub.care.services import (
    cases,
    customers,
    incidents,
    knowledge,
    labels,
    leads,
    learning,
    levels,
    macros,
    mutes,
    people_lists,
    playbooks,
    ratings,
    routing,
    sorting,
    views,
    work,
)
from hubbub.care.services import people as people_services
from hubbub.care.services import settings as care_settings
from hubbub.care.services.notices import tell
from hubbub.channels.core.contract import Attached
from hubbub.channels.models import Connection, Quarantined
from hubbub.channels.services import connect_webhook
from hubbub.flows import chat
from hubbub.flows.archive import archive_due
from hubbub.flows.calls import take
from hubbub.flows.corrections import correct
from hubbub.flows.files import Upload, take_in
from hubbub.flows.hand_in import hand_in
from hubbub.flows.letters import Added, add
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.infra.places import places as here
from hubbub.listening.core.alerts import Finding, Kind, Rule
from hubbub.listening.core.columns import Column
from hubbub.listening.core.corrections import Correction
from hubbub.listening.core.heard import Sought
from hubbub.listening.core.reports import Report
from hubbub.listening.models import AlertRow, Post, Topic
from hubbub.listening.services.alerts import save_rule
from hubbub.listening.services.columns import save_column
from hubbub.listening.services.events import save_event
from hubbub.listening.services.reports import save_report
from hubbub.web.workforce.setup.history import store
from hubbub.workforce.models import MarkedRow
from hubbub.workforce.services import forecasts, scenarios


def saved(model: LinearModel) -> bytes:
    """A model as the database keeps it."""
    out = io.BytesIO()
    model.save(out)
    return out.getvalue()


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


PICTURE = _picture()
NETWORK_PASSWORD = acme().brand.password
STAFF = (Role.AGENT, Role.LEAD, Role.MANAGER, Role.ANALYST, Role.OWNER)
SECRETS = (  # what only people of the workspace may ever read
    "Zephyr", "zephyr.example", "quokka", "Brontë", "brontosaurus", "Tribble", "Snark", "Jabberwock", "Bandersnatch",
)  # fmt: skip


@dataclass(slots=True)
class Office:
    """The workspace and its things, by the names that addresses use."""

    access: Access
    people: dict[Role, Access]
    charlie: Access
    tokens: dict[int, str]
    own_token: dict[int, int]
    own_column: dict[int, int]
    own_notice: dict[int, int]
    own_pending: dict[int, int]  # to be sent later
    own_sent: dict[int, int]  # can be taken back
    things: dict[str, Any]

    def client(self, who: Access | None) -> Client:
        """A browser of somebody who is signed in, or of nobody."""
        client = Client()
        if who is not None:
            client.force_login(Person.objects.get(pk=who.person))
        return client


def make_office(places: Places, network: str) -> Office:
    """Zephyr Care, with cases, replies in every trouble, topics, channels, people and settings."""
    at = datetime.now(UTC) - timedelta(minutes=30)
    Installation.objects.create(pk=1, digest="claimed", claimed_at=at)
    access = make_workspace("Zephyr Care", "mia@zephyr.example", now=at)
    people = roles(access)
    charlie = make_workspace("Globex Desk", "charlie@globex.example", now=at)
    care_settings.first_playbook(access, now=at)
    care_settings.first_playbook(charlie, now=at)
    town = make_town(access, places, at=at)
    Connection.objects.filter(pk=town.connection).update(
        config={"server": network, "handle": acme().brand.handle, "network": "acme"},
        secret={"password": NETWORK_PASSWORD},
        name="Tribble line",
    )
    topic = Topic.objects.filter(workspace_id=access.workspace).order_by("pk").first()
    assert topic is not None
    Topic.objects.filter(pk=topic.pk).update(name="Snark hunt")

    town.person("quokka_fan", name="Brontë Jones", followers=4_000)
    broken = "@AcmeCustServ my acme widget brontosaurus is broken, it does not work!"
    key = urllib.request.urlopen(urllib.request.Request(f"{network}/files", PICTURE, method="POST")).read()
    shown = {"key": json.loads(key)["key"], "name": "brontosaurus.png", "type": "image/png", "alt": "Brontosaurus"}
    first = town.says("quokka_fan", broken, files=[shown])
    town.says("quokka_two", "@AcmeCustServ my quokka invoice from acme is wrong, I was charged twice!")
    town.says("quokka_three", "@AcmeCustServ my parcel with the acme gizmo has not arrived!")
    town.later(minutes=15)
    open_case, settled, parked = CaseRow.objects.filter(workspace_id=access.workspace).order_by("number")[:3]
    agent = people[Role.AGENT]
    failed = cases.reply(agent, open_case.number, text="Jabberwock, which model is it?", now=town.at)
    attached = take_in([Upload("jabberwock.png", PICTURE)], here().files)
    lost = cases.reply(agent, open_case.number, text="And where did you get it?", attached=attached, now=town.at)
    OutboxMessage.objects.filter(pk=failed).update(state="failed", words="No, said the network.")
    OutboxMessage.objects.filter(pk=lost).update(state="uncertain", words="It did not answer.")
    cases.resolve(agent, settled.number, now=town.at)
    cases.park(agent, parked.number, why="A Snark part", now=town.at)
    canned = care_answering.save_canned(access, title="Bandersnatch", text="Hello {name}. ^{me}", now=at)
    team = accounts.make_team(access, "Jabberwock team", now=at)
    rating = Rating.objects.create(workspace_id=access.workspace, case=settled, made_at=at, asked_at=town.at)
    hours = {"name": "Snark hours", "zone": "Europe/London", "week": ["9-17"] * 5 + ["", ""], "special": ""}
    calendar = levels.save_calendar(access, hours, main=True, now=at)
    policy, second = (
        levels.save_policy(access, {"name": name, "first": 30}, calendar=None, now=at) for name in ("Snark", "Tribble")
    )
    hand_in(access, "mail", {"id": "1", "text": "Where is my Jabberwock?"}, places=places, now=town.at)
    town.says("quokka_pal", "@AcmeCustServ mine too, my brontosaurus widget does not work!", reply_to=first)
    doing = cases.do(agent, [open_case.number], [AddTag(name="Snark")], now=town.at).undo
    field = sorting.save_field(access, name="Batch number", kind="text", now=town.at)
    slithy = people_lists.save_list(access, None, name="Slithy toves", note="Snark three", means="", now=town.at)
    people_lists.put_on(access, slithy, [Member("demo", "slithy_tove", "Snark four")], now=town.at)
    macro = macros.save_macro(access, name="Jabberwock it", deeds=[AddTag(name="Snark two")], own=False, now=town.at)
    lead = leads.make(agent, open_case.number, now=town.at)
    hooked, _ = connect_webhook(
        access, name="Bandersnatch shop", config={"source": "shop", "reply": "http://127.0.0.1:1/Jabberwock"}, now=at
    )
    spoken = Call("", "1", started_at=town.at, caller="+493012345", name="Quokka Brontë", queue="Snarks")
    missed = replace(spoken, native="2", ended_at=town.at, outcome=Outcome.MISSED)
    take(agent, "pbx", [spoken, missed], places=places, now=town.at)
    letter = Added("a" * 24, "Tribble Brontë", "1 Snark St", town.at.date(), "Jabberwock", "Where is my quokka?")
    lettered = add(agent, letter, places=places, now=town.at)
    assert lettered is not None
    written = cases.reply(agent, lettered, text="Dear Tribble", private=True, now=town.at)
    call_case = Entry.objects.get(post__uri="phone:pbx/2").case
    people_services.note_number(agent, open_case.account_id or 0, number="+4940777777", now=town.at)
    noted = SocialAccount.objects.get(native="+4940777777")
    connection = Connection.objects.get(pk=town.connection)
    held = Quarantined.objects.create(stream=connection.stream, reason="No text.", raw=b"{quokka", size=7, at=at)

    shop = make_chat(access, "Tribble chat", site="Quokka Shop", greeting="Snark?")
    Connection.objects.filter(pk=shop.connection).update(public="0c0ffee0c0de")
    visit = make_visit(shop, name="Brontë", now=datetime.now(UTC))
    picture = Attached("a.png", "image/png", b"\x89PNG\r\n\x1a\n of a quokka")
    chat.say(shop, visit, "key-0000", file=picture, places=places, now=datetime.now(UTC))

    event = save_event(
        access,
        name="Jabberwock fair",
        text="#jabberwock",
        since=at - timedelta(hours=1),
        until=at + timedelta(hours=2),
        accounts="@tribble.example",
        now=at,
    )
    rule = save_rule(
        access, Rule(0, access.workspace, "Snark alarm", Kind.BURST, webhook="https://jabberwock.example/"), now=at
    )
    report = save_report(
        access, Report(0, "Snark report", f"topics/{topic.pk}/", 0, 8, ("mia@zephyr.example",)), now=at
    )
    AlertRow.objects.create(
        workspace_id=access.workspace, rule_id=rule, name="Snark alarm", kind="burst", topic=topic.pk,
        inbox=True, at=at, last_at=at, found=Finding(9, 5, 1.0).as_facts(),
    )  # fmt: skip
    since = Sought(at - timedelta(days=1), at + timedelta(days=1))
    _, correction = correct(agent, since, Correction(sentiment=0), "Mood: neither", places, now=town.at)
    customer = customers.customer_of_account(agent, open_case.account_id or 0, now=town.at)
    owned = customers.own(agent, customer, product="Snark", serial="JABBERWOCK-1", now=town.at)
    parted = customers.make(agent, name="Quokka Parted", now=town.at)
    gone = customers.make(agent, name="Tribble Gone", reference="SNARK-9", now=town.at)
    merge = customers.merge(agent, customer, gone, now=town.at)
    two = [
        SocialAccount.objects.get(workspace_id=access.workspace, handle=each) for each in ("quokka_two", "quokka_three")
    ]
    match = Match.objects.create(
        workspace_id=access.workspace, one=min(two, key=lambda each: each.pk), other=max(two, key=lambda each: each.pk),
        p=0.5, reasons=["Jabberwock"], state="asked", at=town.at,
    ).pk  # fmt: skip
    Erasure.objects.create(workspace_id=access.workspace, code="c0ffee1234", at=town.at, went={"Bandersnatch": 1})
    label = labels.correct(agent, settled.number, what="kind", value="question", now=town.at)
    learning.add_file(access, "Snark labels", "sentiment", [("The quokka is lovely", "positive")], now=at)
    model = OwnModel.objects.create(
        workspace_id=access.workspace, version="Snark~1", data=saved(LinearModel.shipped()), at=at, labels=60,
        against="linear", words="It is surely better at Jabberwocks.", better=True,
        figures=[asdict(Figure("kind", 12, 0.5, 0.6, 0.01, 0.2))],
    ).pk  # fmt: skip
    known, drafted, reviewed, retired = (
        knowledge.write(agent, Words(f"Jabberwock {each}", "My quokka rattles", "Snark it."), now=town.at)
        for each in ("one", "two", "three", "four")
    )
    for each in (known, reviewed):
        knowledge.submit(agent, each, now=town.at)
    knowledge.publish(access, known, seen=1, now=town.at)
    knowledge.retire(access, retired, now=town.at)
    CaseRow.objects.filter(pk=settled.pk).update(owner=None)
    follow_up = FollowUp.objects.create(
        workspace_id=access.workspace, case=settled, account_id=settled.account_id, state="proposed", show_at=at
    ).pk
    tokens, own, columns, noticed = {}, {}, {}, {}
    for each in (*people.values(), charlie):
        columns[each.me] = save_column(each, Column(0, "Snarks" if each is not charlie else "Gnomes"), now=at)
        tokens[each.me] = accounts.make_token(each, "Snark", now=at)
        own[each.me] = ApiToken.objects.latest("pk").pk
        tell(
            each.workspace, [each.me], why=Why.INCIDENT, text="Bandersnatch" if each is not charlie else "Gnome", now=at
        )
        noticed[each.me] = Notice.objects.latest("pk").pk
    incident = incidents.start(
        agent, title="Jabberwock outage", numbers=[open_case.number, call_case.number], now=town.at
    )
    other_incident = incidents.start(agent, title="Snark outage", numbers=[lettered], now=town.at)
    incidents.note(agent, incident, text="The Bandersnatch is loose", now=town.at)
    skill = routing.add_skill(access, name="Snarkish", kind="language", now=at)
    routing.add_need(access, column="lang", value="sn", skill=skill, level=1, now=at)
    work.add_state(access, name="Jabberwock hunt", takes=False, works=True, now=at)
    pending, sent = {}, {}
    for each in (people[role] for role in (Role.AGENT, Role.LEAD, Role.MANAGER, Role.OWNER)):
        hello = Written("Jabberwock, good morning.")
        soon = town.at + timedelta(days=2)
        pending[each.me] = cases.answer(each, open_case.number, hello, send_at=soon, now=datetime.now(UTC)).pending or 0
        gone = cases.answer(each, open_case.number, hello, undoable=True, now=datetime.now(UTC) + timedelta(hours=2))
        sent[each.me] = int(gone.outbox or 0)
    asked = cases.answer(agent, open_case.number, hello, ask=True, send_at=soon, now=datetime.now(UTC)).pending
    cases.keep_draft(agent, open_case.number, mode="note", text="Jabberwock again?", seen=0, now=town.at)
    persona = care_answering.save_persona(access, care_answering.PersonaForm("Tribble Snark", "Zephyr"), now=town.at)
    hushed = (
        SocialAccount.objects.filter(workspace_id=access.workspace).exclude(pk=open_case.account_id).latest("pk").pk
    )
    mutes.mute(access, hushed, days=7, reason="Snarling", now=at)
    playbooks.set_numbers(access, numbers={"hold_minutes": 11}, service_level={}, now=at)
    playbooks.save(access, note="Snarks wait longer", over=1, now=at)
    for each in (access, people[Role.MANAGER]):
        playbooks.set_numbers(each, numbers={"hold_minutes": 12}, service_level={}, now=at)
    drawn = Review.objects.create(
        workspace_id=access.workspace, case=settled, agent_id=agent.me, version=1, drawn_at=town.at
    )
    asked_for = Filter("needs", kinds=("complaint",), words="Jabberwock")
    shared = views.save_view(access, name="Jabberwock view", asked=asked_for, shared=True, now=at)
    planned = make_planned(access, now=at)
    cup = {"kind": "Match", "name": "Snark cup", "day": at.date(), "start_min": 1200, "end_min": 1350}
    cup_final = forecasts.save_event(access, cup, now=at)
    storm = MarkedRow.objects.create(
        workspace_id=access.workspace, queue_id=planned, kind="storm", name="140", day=at.date(), storm=True, found=True
    )
    monday = at.date() - timedelta(days=at.weekday())
    expect(planned, 3.0, 200.0, 14, since=monday)
    days = (monday, 7)
    scenario, other_scenario = (
        scenarios.keep(access, name, *days, {"shrinkage": 0.4}, now=at) for name in ("Snarks ill", "Snarks away soon")
    )
    scenario_key = scenarios.share(access, scenario, now=at)
    archive_due(places, now=datetime.now(UTC), age=timedelta(0), rows=0)  # what is undone leaves no file behind
    things = {
        "persona": persona,
        "queue": planned,
        "planned": cup_final,
        "storm": storm.pk,
        "scenario": scenario,
        "other-scenario": other_scenario,
        "scenario-key": scenario_key,
        "stored": store(access, "time,calls\n2026-11-20 10:00,4\n2026-11-20 10:30,5\n"),
        "pending": pending[access.me],
        "asked": asked,
        "sent": sent[access.me],
        "version": 1,
        "hushed": hushed,
        "table": "rules",
        "key": "P7",
        "trigger": "T1",
        "deed": "off",
        "toml": "toml",
        "playbook": to_json(shipped()),
        "view": "needs",
        "saved": shared,
        "number": open_case.number,
        "settled": settled.number,
        "parked": parked.number,
        "doing": doing,
        "field": field,
        "macro": macro,
        "people_list": slithy,
        "member": ListMember.objects.get().pk,
        "lead": lead,
        "tag": Tag.objects.get(name="Snark").pk,
        "stage": LeadStage.objects.get(workspace_id=access.workspace, place=1).pk,
        "splittable": Entry.objects.filter(case=open_case, kind="post").latest("at").pk,
        "post": Post.objects.get(text=broken).pk,
        "entry": Entry.objects.get(outbox=lost).pk,
        "place": 0,
        "outbox": int(failed),
        "lost": int(lost),
        "account": open_case.account_id,
        "called": call_case.number,
        "lettered": lettered,
        "written": int(written),
        "noted": noted.pk,
        "topic": topic.pk,
        "event": event,
        "rule": rule,
        "report": report,
        "column": columns[access.me],
        "correction": correction,
        "line": held.pk,
        "kind": "demo",
        "public": "0c0ffee0c0de",
        "line-of-chat": 1,
        "connection": town.connection,
        "hooked": int(hooked),
        "hook": Connection.objects.get(pk=hooked).config["hook"],
        "person": people[Role.AGENT].me,
        "mate": make_member(access, "Jabberwock", now=at).me,
        "team": team,
        "skill": skill,
        "review": drawn.pk,
        "need": SkillNeed.objects.get().pk,
        "state": f"own-{OwnState.objects.get().pk}",
        "canned": canned,
        "calendar": calendar,
        "number-of-board": "needs",
        "figure": "arrived",
        "ticket": ratings._signer.sign(str(rating.pk)),
        "policy": policy,
        "second-policy": second,
        "label": label,
        "customer": customer,
        "owned": owned,
        "parted": parted,
        "merge": merge,
        "match": match,
        "code": "c0ffee1234",
        "model": model,
        "token": own[access.me],
        "notice": noticed[access.me],
        "incident": incident,
        "pair": SecondAccount.objects.create(
            workspace_id=access.workspace, account_id=settled.account_id, of_id=parked.account_id, p=0.9
        ).pk,
        "other-incident": other_incident,
        "article": known,
        "number-of-advocates": "thanks",
        "follow_up": follow_up,
        "drafted": drafted,
        "reviewed": reviewed,
        "retired": retired,
        **make_rostered(access, at),
        "secret": accounts.make_link(agent.me, datetime.now(UTC)),
    }
    assert CannedReply.objects.count() == 1
    return Office(access, people, charlie, tokens, own, columns, noticed, pending, sent, things)


def everything() -> dict[str, Any]:
    """All that is stored, but for sessions, as it lies there (models would take ten times longer)."""
    told = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model is not Session:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                told[model._meta.label] = frozenset(cursor.fetchall())
    return told


def differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The tables that are not the same any more."""
    return {name for name in before if before[name] != after[name]}


_PROOF = re.compile(r"\b[A-Za-z0-9]{64}\b")  # against forgery, made anew for each answer
_ECHOED = re.compile(r"(?<=There is no )([a-z ]+) \d+(?= for you here)|(?<=topic=)\d+")


def said(answer: Any, slug: str = "") -> tuple[int, str, str]:
    """An answer as a stranger can tell it from another: status, where it leads, its words without what was asked."""
    body = _ECHOED.sub(r"\1", _PROOF.sub("", answer.content.decode()))
    leads = answer.headers.get("Location", "")
    return (answer.status_code, *(each.replace(slug, "…") if slug else each for each in (leads, body)))


@contextmanager
def demo_network(home: Path) -> Iterator[str]:
    """The demo network, served for real in a thread; quiet until somebody speaks."""
    import asyncio

    loop, ready, address = asyncio.new_event_loop(), threading.Event(), []
    stop = asyncio.Event()

    async def serve() -> None:
        async with running(quiet(), home) as served:
            address.append(served)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(30), "the demo network did not start"
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(15)
        loop.close()


__all__ = ["PASSWORD", "SECRETS", "STAFF", "Office", "demo_network", "differing", "everything", "make_office", "said"]
