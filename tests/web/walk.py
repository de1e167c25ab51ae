"""Every address and every operation there is, with who may and how to call it."""

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.channels.chat.visitors import SECRET, SHOP
from tests.make import PASSWORD
from tests.web.office import NETWORK_PASSWORD, STAFF, Office

from hubbub.accounts.core.access import Access, Role
from hubbub.api.api import api

AGENT, LEAD, MANAGER, ANALYST, OWNER = Role.AGENT, Role.LEAD, Role.MANAGER, Role.ANALYST, Role.OWNER

ANYBODY = "anybody, signed out too"
SOMEBODY = "whoever is signed in, wherever they work"
NOBODY = "nobody"
SIGNER = "whoever signs with a key that only they and we have, signed in or not"
READERS = frozenset(STAFF)
WORKERS = frozenset({AGENT, LEAD, MANAGER, OWNER})
AUDITORS = frozenset({LEAD, MANAGER, ANALYST, OWNER})
AGENTS = frozenset({AGENT})
LEADS = frozenset({LEAD, MANAGER, OWNER})
MANAGERS = frozenset({MANAGER, OWNER})

NOTED = "noted"  # one line in the audit log
LOOKED = {
    "care.Presence", "care.ReadMark", "infra.Change", "care.AgentRow", "care.Contact", "care.StateSpan", "care.Notice",
    "care.ArticleUse",
}  # fmt: skip
STATES = {"care.AgentRow", "care.StateSpan", "infra.Change"}
TOLD = {"care.Notice", "infra.Change"}
DRAFTED = {"care.PlaybookDraft"}
DECIDES = {"id": "R1", "name": "Late", "decide": "answer", "say": "Only we know", "due": "today"}
TRIGGER = {"id": "R2", "name": "Late", "event": "opened", "note": "Look at it"}
HEARD = {
    "care.SocialAccount",
    "listening.Post", "listening.Rollup", "listening.Segment", "care.CaseRow", "care.DecisionRow", "care.Entry",
    "channels.Stream",
}  # fmt: skip
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOT_THERE = 987_654  # an id that nothing has


@dataclass(frozen=True)
class Call:
    """How to call an address with a method, who may, and what it then writes."""

    who: Any
    data: dict[str, Any] = field(default_factory=dict)  # a value in braces is the id of a thing of the workspace
    writes: Any = frozenset()
    what: dict[str, str] = field(default_factory=dict)  # another thing than the usual one stands in the address
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""  # JSON instead of a form


REPLY = {"mode": "public", "text": "Hello there", "last_reply": "999999"}
DEMO = {"server": "{network}", "handle": "AcmeCustServ", "password": NETWORK_PASSWORD, "name": "Another"}
TOPIC = {"name": "Gnomes", "query": "gnome", "class": "brand", "enabled": "yes"}
EVENT = {
    "name": "Gnome fair",
    "query": "#gnomefair",
    "since": "2026-11-20T10:00",
    "until": "2026-11-20T12:00",
    "accounts": "@gnomes.example",
}
RULE = {"name": "Gnomes burst", "kind": "burst", "topic": "{topic}", "pause": "60", "inbox": "yes", "enabled": "yes"}
REPORT = {"name": "Gnomes", "page": "topics/", "weekday": "0", "hour": "8", "mails": "mia@zephyr.example"}
COLUMN = {"name": "Gnomes", "topic": "{topic}"}
COLUMNS = {"listening.StreamColumn"}
LENT = {
    "what": "lend", "shift": "{shift-to-come}", "skill": "Jabberwocks", "start": "600", "end": "660", "version": "1"
}  # fmt: skip
WRITTEN = {"number": "lettered", "outbox": "written"}
LETTER = {
    "id": "b" * 24,
    "name": "Gnome",
    "received": "2026-11-20",
    "subject": "My widget",
    "text": "It is broken.",
    "case": "{number}",
}
CALLS_FILE = "id,start,caller,outcome\n9,2026-11-20 10:00:00,+493012345,busy\n"
GNOMES_FILE = "handle,reason\ngnome,A gnome\n"
CUSTOMERS_FILE = "reference,name,mail\nK-7,Gnome,gnome@x.example\n"
CONSENT = {"way": "mail", "given": "yes", "source": "a form", "words": "Yes."}
CALLED = {"source": "pbx", "calls": [{"id": "9", "start": "2026-11-20T10:00:00Z", "outcome": "busy"}]}
VISITOR = {"Origin": SHOP, "Authorization": f"Bearer {SECRET}"}
RATED = {"care.Rating", "care.Entry", "infra.Change"}
CHAT = {"channels.ChatLine", "channels.ChatVisit", "infra.Change"}
RATING = {"delay": "2 h", "ask": "Well? {link}", "question": "Well?", "thanks": "Thanks.", "on_bad": "tell"}
POLICY = {"name": "Gnomes", "first": "2 h", "share": "0.75", "do": "tell the owner"}
HOURS = {"name": "Gnome hours", "zone": "Europe/Paris", "day0": "9-17"}
PERSONA = {"name": "Gnome", "employer": "Zephyr", "sign": "initials", "sign_private": "name"}
ARTICLE = {"title": "Gnomes", "question": "Do gnomes rattle?", "answer": "They do.", "seen": "1"}
LEAD = {"title": "Gnome", "stage": "{stage}", "currency": "EUR", "value": "12.50"}
STAGES = "New\nTalked\nOffered\nWon = won\nLost = lost\nGnomes"
MACRO = {"name": "Gnome it", "do_0": "note", "with_0": "Gnome"}
VIEW = {"name": "Gnomes", "view": "all", "kind": "complaint", "do": "save"}
PEOPLE_LIST = {"name": "Gnomes", "note": "All of them", "means": "employee"}
CAME = "time,calls\n2026-11-20 10:00,4\n2026-11-20 10:30,5\n"
QUEUE = {"name": "Gnome line", "kind": "phone", "level": "80", "within": "20 s", "handling": "3 min"}
PLANNED = {"kind": "Match", "name": "Gnome cup", "day": "2026-11-20", "from": "20:00", "until": "22:30"}
RULES = {"step": "30", "rate": "14.50", "currency": "EUR", "cause0": "Holiday", "share0": "10.8", "of0": "rest"}
ROSTERED = {"name": "Gnome", "contract": "{contract}", "skill": "Jabberwocks", "off": "2"}
TERMS = {
    "name": "Gnome time", "days_from": "5", "days_to": "5", "hours_from": "0", "hours_to": "40", "lengths": "8",
    "starts": "07:00-10:00", "lunch": "30", "lunch_from": "6", "break": "15", "break_every": "4", "split": "",
    "pause": "3", "rest": "11", "running": "6", "together": "2",
}  # fmt: skip
SCENARIO = {"span": "week", "shrinkage": "40", "name": "Snarks away"}
SHIFT = """{"week": "2026-12-07", "version": 1, "member": "{rostered}", "day": "2026-12-08", "pieces": [[540, 1020]]}"""
WEEK = {"week": "2026-12-07"}
CANNED = {"title": "Thanks", "text": "Thank you, {name}."}

PAGES: dict[str, dict[str, Call]] = {
    "front": {"GET": Call(ANYBODY)},
    "health": {"GET": Call(ANYBODY)},
    "hook": {"POST": Call(SIGNER, {"text": "Hello there"})},
    "claim": {"GET": Call(NOBODY), "POST": Call(NOBODY)},  # somebody has claimed this installation
    "enter": {"GET": Call(ANYBODY, writes={"accounts.SignInLink", "accounts.Person"})},
    "account_login": {
        "GET": Call(ANYBODY),
        "POST": Call(ANYBODY, {"login": "charlie@globex.example", "password": PASSWORD}, writes={"accounts.Person"}),
    },
    "account_logout": {"POST": Call(ANYBODY, writes=STATES)},
    "me": {"GET": Call(SOMEBODY), "POST": Call(SOMEBODY, {"name": "New", "theme": "dark"}, {"accounts.Person"})},
    "password": {"POST": Call(SOMEBODY, {"old": PASSWORD, "new": "quite another one"}, {"accounts.Person"})},
    # What visitors of a website call: by its origin and a secret of theirs, whoever is signed in
    "chat-widget": {"GET": Call(ANYBODY)},
    "chat-site": {"GET": Call(ANYBODY, writes={"channels.Stream", "infra.Change"}, headers=VISITOR)},
    "chat-visit": {"POST": Call(ANYBODY, body="{}", headers=VISITOR)},
    "chat-say": {"POST": Call(ANYBODY, writes=CHAT | HEARD, headers=VISITOR, body='{"key": "key-0007", "text": "Hi"}')},
    "chat-send": {"POST": Call(ANYBODY, {"key": "key-0008", "file": "{file}"}, CHAT | HEARD, headers=VISITOR)},
    "chat-file": {"GET": Call(ANYBODY, headers=VISITOR, what={"number": "line-of-chat"})},
    "chat-note": {"POST": Call(ANYBODY, writes=CHAT, headers=VISITOR, body='{"typing": true}')},
    "chat-end": {"POST": Call(ANYBODY, writes=CHAT | {"care.Entry"}, headers=VISITOR, body="{}")},
    "shared-scenario": {"GET": Call(ANYBODY, what={"key": "scenario-key"})},
    "rate": {
        "GET": Call(ANYBODY),
        "POST": Call(ANYBODY, {"score": "5"}, {"care.Rating", "care.Entry", "infra.Change"}),
    },
    "home": {"GET": Call(READERS)},
    "start": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, {"query": "gnome", "class": "brand"}, NOTED)},
    "start-preview": {"POST": Call(MANAGERS, {"query": "gnome"})},
    "inbox": {"GET": Call(READERS, {"topic": "{topic}"})},
    "views": {"GET": Call(READERS)},
    "filter": {"GET": Call(READERS), "POST": Call(READERS, VIEW, NOTED)},
    "saved-view": {"GET": Call(LEADS), "POST": Call(LEADS, {**VIEW, "shared": "yes"}, NOTED)},
    "saved-view-move": {"POST": Call(LEADS, {"to": "up"}, NOTED)},
    "saved-view-remove": {"POST": Call(LEADS, {}, NOTED)},
    "case": {"GET": Call(READERS, writes=LOOKED)},
    "reply": {"POST": Call(WORKERS, REPLY, NOTED)},
    "draft": {"POST": Call(WORKERS, {"mode": "public", "text": "Hello", "seen": "0"}, {"care.Draft", "infra.Change"})},
    "draft-files": {"POST": Call(WORKERS, {"mode": "private", "files": "{file}"}, {"care.Draft"})},
    "draft-file": {"POST": Call(WORKERS, {"mode": "note", "ref": "f"}, {"care.Draft"})},
    "canned-search": {"GET": Call(READERS, {"q": "hello"})},
    "undo": {"POST": Call(WORKERS, {}, NOTED, {"outbox": "sent"})},
    "approvals": {"GET": Call(READERS)},
    "later": {"GET": Call(READERS)},
    "drafts": {"GET": Call(READERS)},
    "approve": {"POST": Call(LEADS, {"text": "Hello there"}, NOTED, {"pending": "asked"})},
    "send-back": {"POST": Call(LEADS, {"word": "When?"}, NOTED, {"pending": "asked"})},
    "pending-edit": {"POST": Call(WORKERS, {}, NOTED)},
    "pending-now": {"POST": Call(WORKERS, {}, NOTED)},
    "pending-time": {"POST": Call(WORKERS, {"how": "tomorrow"}, NOTED)},
    "assign": {"POST": Call(WORKERS, {"to": "{other}"}, NOTED)},
    "reopen": {"POST": Call(WORKERS, {}, NOTED, {"number": "settled"})},
    "do": {"POST": Call(WORKERS, {"number": "{number}", "do": "resolve"}, NOTED)},
    "take-back": {"POST": Call(WORKERS, {}, NOTED)},
    "merge": {"POST": Call(WORKERS, {"into": "{number}"}, NOTED, {"number": "parked"})},
    "split": {"GET": Call(READERS), "POST": Call(WORKERS, {"entry": "{splittable}"}, NOTED)},
    "link": {"POST": Call(WORKERS, {"other": "{parked}", "kind": "related"}, NOTED)},
    "answer-fields": {"POST": Call(WORKERS, {"field": "{field}", "value": "WX-1"}, NOTED)},
    "lead-make": {"POST": Call(WORKERS, {}, NOTED, {"number": "parked"})},
    "leads": {"GET": Call(READERS)},
    "leads-csv": {"GET": Call(READERS)},
    "lead": {"GET": Call(READERS), "POST": Call(WORKERS, LEAD, NOTED)},
    "lead-stage": {"POST": Call(WORKERS, {"stage": "{stage}"}, NOTED)},
    "lead-remove": {"POST": Call(WORKERS, {}, NOTED)},
    "case-rules": {"GET": Call(READERS), "POST": Call(MANAGERS, {"days": "9"}, NOTED)},
    "field-save": {"POST": Call(MANAGERS, {"name": "Colour", "kind": "text"}, NOTED)},
    "field-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "tag-change": {"POST": Call(LEADS, {"name": "Snarks", "colour": "2"}, NOTED)},
    "wrap-ups": {"POST": Call(MANAGERS, {"asked": "asked", "codes": "Us\n Late"}, NOTED)},
    "lead-stages": {"POST": Call(MANAGERS, {"stages": STAGES, "currency": "EUR"}, NOTED)},
    "macros": {"GET": Call(READERS)},
    "macro-new": {"GET": Call(WORKERS), "POST": Call(WORKERS, MACRO, NOTED)},
    "macro": {"GET": Call(LEADS), "POST": Call(LEADS, MACRO, NOTED)},
    "macro-remove": {"POST": Call(LEADS, {}, NOTED)},
    "take-up": {"POST": Call(WORKERS, {}, NOTED)},
    "file": {"GET": Call(READERS)},
    "reply-file": {"GET": Call(READERS)},
    "again": {"POST": Call(WORKERS, {}, NOTED)},
    "arrived": {"POST": Call(WORKERS, {}, NOTED, {"outbox": "lost"})},
    "look": {"POST": Call(READERS, {"typing": "yes"}, LOOKED)},
    "leave": {"POST": Call(READERS, writes=LOOKED)},
    "correct": {"POST": Call(WORKERS, {"what": "kind", "value": "praise"}, NOTED)},
    "correct-undo": {"POST": Call(WORKERS, {}, NOTED)},
    "mark": {"POST": Call(WORKERS, {"what": "known", "on": "yes"}, NOTED)},
    "call-back": {"POST": Call(WORKERS, {"other": "+493012345", "how": "hour"}, NOTED)},
    "called": {"POST": Call(WORKERS, {"how": "open"}, NOTED, {"number": "called"})},
    "number": {"POST": Call(WORKERS, {"number": "+493012345"}, NOTED)},
    "number-drop": {"POST": Call(WORKERS, {}, NOTED, {"account": "noted"})},
    "letter": {"GET": Call(READERS, what=WRITTEN)},
    "letter-back": {"POST": Call(WORKERS, {}, NOTED, WRITTEN)},
    "letter-new": {"GET": Call(WORKERS), "POST": Call(WORKERS, LETTER, NOTED)},
    "quality": {"GET": Call(READERS), "POST": Call(LEADS, {"many": "2"}, NOTED)},
    "quality-form": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, {"text": "5 | Clear?"}, NOTED)},
    "quality-csv": {"GET": Call(READERS)},
    "review": {
        "GET": Call(LEADS),
        "POST": Call(LEADS, {"q1": "4", "q2": "1", "q3": "5", "q4": "1", "q5": "Snark"}, NOTED),
    },
    "review-calibrate": {"POST": Call(LEADS, {}, NOTED)},
    "review-comment": {"POST": Call(NOBODY, {"text": "Snark"})},
    "reports": {"GET": Call(READERS)},
    "reports-numbers": {"GET": Call(READERS)},
    "reports-cases": {"GET": Call(READERS, {"channel": "demo"}, what={"what": "figure"})},
    "reports-file": {"GET": Call(AUDITORS, {"form": "xlsx"}, NOTED, {"what": "figure"})},
    "cases-file": {"GET": Call(AUDITORS, {"form": "csv"}, NOTED)},
    "next": {"POST": Call(WORKERS, {}, NOTED)},
    "team": {"GET": Call(READERS)},
    "my-state": {"GET": Call(READERS), "POST": Call(WORKERS, {"state": "break"}, STATES)},
    "mate": {
        "GET": Call(LEADS, what={"person": "mate"}),
        "POST": Call(LEADS, {"state": "training"}, NOTED, {"person": "mate"}),
    },
    "team-settings": {
        "GET": Call(MANAGERS),
        "POST": Call(MANAGERS, {"what": "skill", "name": "Gnomish", "kind": "language"}, NOTED),
    },
    "skill-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "need-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "state-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "person-profile": {"POST": Call(MANAGERS, {"takes": "yes", "day-0": "9-17"}, NOTED)},
    "notices": {"GET": Call(READERS)},
    "notices-bell": {"GET": Call(READERS)},
    "notices-read": {"POST": Call(READERS, {}, TOLD)},
    "notice-read": {"POST": Call(READERS, {}, TOLD)},
    "notice-ways": {"POST": Call(READERS, {"assigned-mail": "on"}, {"care.NoticeWish"})},
    "calls": {"GET": Call(READERS)},
    "calls-upload": {"POST": Call(MANAGERS, {"file": CALLS_FILE}, NOTED)},
    "calls-discard": {"POST": Call(MANAGERS, {}, NOTED)},
    "board": {"GET": Call(READERS)},
    "board-ratings": {"GET": Call(READERS)},
    "board-cases": {"GET": Call(READERS, {"channel": "demo"}, what={"what": "number-of-board"})},
    "voice": {"POST": Call(WORKERS, {"people": "two"}, NOTED)},
    "incidents": {"GET": Call(READERS)},
    "incident-new": {"POST": Call(WORKERS, {"cases": "{settled}", "title": "Gnomes"}, NOTED)},
    "incident": {"GET": Call(READERS)},
    "incident-note": {"POST": Call(WORKERS, {"note": "It is mended", "seen": "1"}, NOTED)},
    "incident-rename": {"POST": Call(WORKERS, {"title": "Gnomes"}, NOTED)},
    "incident-lead": {"POST": Call(WORKERS, {"to": "{other}"}, NOTED)},
    "incident-keep": {"POST": Call(WORKERS, {"kind": "offer", "text": "Hello"}, {"care.Incident"})},
    "incident-say": {"POST": Call(WORKERS, {"kind": "holding", "text": "Sorry", "connection": "{connection}"}, NOTED)},
    "incident-offer": {"POST": Call(WORKERS, {"text": "Hello there", "first": "1"}, NOTED)},
    "incident-add": {"POST": Call(WORKERS, {"case": "{settled}"}, NOTED)},
    "incident-out": {"POST": Call(WORKERS, {}, NOTED)},
    "incident-merge": {"POST": Call(WORKERS, {"other": "{other-incident}"}, NOTED)},
    "incident-close": {"POST": Call(WORKERS, {"members": "due"}, NOTED)},
    "customers": {"GET": Call(READERS, {"q": "quokka"})},
    "customers-upload": {"POST": Call(MANAGERS, {"file": CUSTOMERS_FILE}, NOTED)},
    "match-answer": {"POST": Call(WORKERS, {"answer": "two"}, NOTED)},
    "customer-of": {"POST": Call(WORKERS, {})},
    "customer": {"GET": Call(READERS)},
    "customer-change": {"POST": Call(WORKERS, {"name": "Somebody", "heard_of": "a friend"}, NOTED)},
    "owned": {"POST": Call(WORKERS, {"product": "Widget"}, NOTED)},
    "owned-remove": {"POST": Call(WORKERS, {}, NOTED)},
    "consent": {"POST": Call(WORKERS, CONSENT, NOTED)},
    "customer-merge": {"POST": Call(WORKERS, {"other": "{parted}"}, NOTED)},
    "customer-unmerge": {"POST": Call(WORKERS, {}, NOTED)},
    "customer-export": {"GET": Call(MANAGERS, writes=NOTED)},
    "customer-erase-look": {"GET": Call(MANAGERS)},
    "customer-erase": {"POST": Call(MANAGERS, {}, NOTED)},
    "customer-receipt": {"GET": Call(MANAGERS)},
    "advocates": {"GET": Call(READERS)},
    "advocate-rules": {"POST": Call(MANAGERS, {"on": "yes", "days": "4"}, NOTED)},
    "advocate-cases": {"GET": Call(READERS, {"month": "2026-11"}, what={"what": "number-of-advocates"})},
    "follow-up-ask": {"POST": Call(WORKERS, {"text": "Hello there"}, NOTED)},
    "follow-up-later": {"POST": Call(WORKERS, {}, NOTED)},
    "follow-up-never": {"POST": Call(WORKERS, {}, NOTED)},
    "knowledge": {"GET": Call(READERS)},
    "article-new": {"GET": Call(WORKERS), "POST": Call(WORKERS, ARTICLE, NOTED)},
    "article": {"GET": Call(READERS)},
    "article-change": {"GET": Call(WORKERS), "POST": Call(WORKERS, ARTICLE, NOTED)},
    "article-submit": {"POST": Call(WORKERS, {}, NOTED, {"article": "drafted"})},
    "article-publish": {"POST": Call(LEADS, {"seen": "1"}, NOTED, {"article": "reviewed"})},
    "article-back": {"POST": Call(LEADS, {"word": "Gnome?"}, NOTED, {"article": "reviewed"})},
    "article-retire": {"POST": Call(LEADS, {}, NOTED)},
    "article-restore": {"POST": Call(WORKERS, {}, NOTED, {"article": "retired"})},
    "article-from-case": {"POST": Call(WORKERS, {}, NOTED)},
    "known-insert": {"POST": Call(WORKERS, {}, {"care.ArticleUse"})},
    "topics": {"GET": Call(READERS)},
    "topic-try": {"POST": Call(READERS, {"query": "gnome", "sample": "a gnome"})},
    "topic-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, TOPIC, NOTED)},
    "topic": {"GET": Call(READERS)},
    "topic-numbers": {"GET": Call(READERS)},
    "topic-posts": {"GET": Call(READERS)},
    "posts-correct": {"POST": Call(WORKERS, {"all": "yes", "what": "mood:1"}, NOTED)},
    "posts-undo": {"POST": Call(WORKERS, {}, NOTED)},
    "topic-baseline": {"GET": Call(READERS)},
    "topic-change": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, TOPIC, NOTED)},
    "channel-map": {"GET": Call(READERS)},
    "trends": {"GET": Call(READERS, {"topic": "{topic}"})},
    "stream": {"GET": Call(READERS)},
    "stream-begin": {"POST": Call(READERS)},  # who has columns keeps them
    "column-new": {"GET": Call(READERS), "POST": Call(READERS, COLUMN, COLUMNS)},
    "column": {"GET": Call(READERS), "POST": Call(READERS, COLUMN, COLUMNS)},
    "column-lines": {"GET": Call(READERS, {"by": "worth"})},
    "column-news": {"GET": Call(READERS, {"since": "2026-11-20T10:00:00+00:00"})},
    "column-read": {"POST": Call(READERS, {"at": "2036-11-20T10:00:00+00:00"}, COLUMNS)},
    "column-move": {"POST": Call(READERS, {"to": "left"})},  # it is the only one
    "column-remove": {"POST": Call(READERS, {}, COLUMNS)},
    "alerts": {"GET": Call(READERS)},
    "alert-strip": {"GET": Call(READERS)},
    "alerts-seen": {"POST": Call(READERS, {}, {"listening.AlertSeen"})},
    "alert-rule-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, RULE, NOTED)},
    "alert-rule": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, RULE, NOTED)},
    "alert-rule-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "alert-rule-key": {"POST": Call(MANAGERS, {}, NOTED)},
    "report-new": {"GET": Call(MANAGERS, {"page": "topics/"}), "POST": Call(MANAGERS, REPORT, NOTED)},
    "report": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, REPORT, NOTED)},
    "report-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "events": {"GET": Call(READERS)},
    "event-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, EVENT, NOTED)},
    "event": {"GET": Call(READERS)},
    "event-numbers": {"GET": Call(READERS)},
    "event-data": {"GET": Call(READERS)},
    "event-pdf": {"GET": Call(READERS)},
    "event-change": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, EVENT, NOTED)},
    "event-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "topic-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "staffing-today": {"GET": Call(READERS)},
    "staffing-today-behind": {"GET": Call(READERS)},
    "staffing-today-do": {"POST": Call(LEADS, LENT, NOTED)},
    "what-if": {"GET": Call(LEADS, {"shrinkage": "40"})},
    "scenario-keep": {"POST": Call(LEADS, SCENARIO, NOTED)},
    "scenarios-compare": {"GET": Call(LEADS, {"of": "{scenario}"})},
    "scenario": {"GET": Call(LEADS)},
    "scenario-anew": {"POST": Call(LEADS, {}, NOTED)},
    "scenario-share": {"POST": Call(LEADS, {}, NOTED, {"scenario": "other-scenario"})},
    "scenario-withdraw": {"POST": Call(LEADS, {}, NOTED)},
    "scenario-remove": {"POST": Call(LEADS, {}, NOTED)},
    "staffing": {"GET": Call(READERS, {"queue": "{queue}"})},
    "forecast": {"GET": Call(READERS)},
    "forecast-csv": {"GET": Call(READERS)},
    "forecast-measure": {"POST": Call(LEADS, {}, {"workforce.QueueRow", "infra.Change"})},
    "backtest": {"GET": Call(READERS)},
    "planned-events": {"GET": Call(READERS)},
    "planned-event-new": {"GET": Call(LEADS), "POST": Call(LEADS, PLANNED, NOTED)},
    "planned-event": {"GET": Call(LEADS), "POST": Call(LEADS, PLANNED, NOTED)},
    "planned-event-no": {"POST": Call(LEADS, {}, NOTED)},
    "planned-storm": {"POST": Call(LEADS, {"storm": "yes"}, NOTED)},
    "money": {"GET": Call(LEADS)},
    "money-csv": {"GET": Call(LEADS)},
    "staffing-csv": {"GET": Call(READERS, {"queue": "{queue}"})},
    "staffing-reckon": {"GET": Call(READERS)},
    "staffing-setup": {"GET": Call(READERS)},
    "planning-rules": {"GET": Call(LEADS), "POST": Call(LEADS, RULES, NOTED)},
    "planned-history": {"GET": Call(LEADS), "POST": Call(LEADS, {"pasted": CAME})},
    "planned-history-keep": {"POST": Call(LEADS, {"ticket": "{stored}", "to0": "{queue}"}, NOTED)},
    "planned-queues-found": {"POST": Call(LEADS, {"name": "Chat"}, NOTED)},
    "planned-queue-new": {"GET": Call(LEADS), "POST": Call(LEADS, QUEUE, NOTED)},
    "planned-queue": {"GET": Call(LEADS), "POST": Call(LEADS, QUEUE, NOTED)},
    "planned-queue-move": {"POST": Call(LEADS, {"to": "earlier"}, NOTED)},
    "planned-queue-forget": {"POST": Call(LEADS, {}, NOTED)},
    "planned-queue-remove": {"POST": Call(LEADS, {}, NOTED)},
    "my-shifts": {"GET": Call(READERS)},
    "calendar-feed": {"GET": Call(ANYBODY)},
    "swap-offer": {"POST": Call(AGENTS, {"own_shift": "{own_shift}"}, NOTED)},
    "swaps-pass": {"POST": Call(LEADS, {"pass": "yes"}, NOTED)},
    "swap-take": {"POST": Call(AGENTS, {}, NOTED)},
    "swap-answer": {"POST": Call(LEADS, {"approve": "no"}, NOTED, {"swap": "taken-swap"})},
    "swap-withdraw": {"POST": Call(LEADS, {}, NOTED, {"swap": "taken-swap"})},
    "roster": {"GET": Call(READERS, WEEK)},
    "roster-make": {"POST": Call(LEADS, WEEK, NOTED)},
    "roster-stop": {"POST": Call(LEADS, {"week": "2026-12-14"}, NOTED)},
    "roster-publish": {"GET": Call(LEADS, WEEK), "POST": Call(LEADS, {**WEEK, "version": "1"}, NOTED)},
    "roster-shift": {
        "GET": Call(LEADS, WEEK),
        "POST": Call(
            LEADS, {**WEEK, "version": "1", "member": "{rostered}", "day": "2026-12-08", "piece": "9-17"}, NOTED
        ),
    },
    "roster-edit": {"POST": Call(LEADS, writes=NOTED, body=SHIFT)},
    "roster-print": {"GET": Call(READERS, WEEK)},
    "roster-file": {"GET": Call(READERS, WEEK, what={"form": "csv"})},
    "roster-people": {
        "GET": Call(LEADS),
        "POST": Call(LEADS, {"person": "{mate}", "contract": "{contract}", "skill": "Jabberwocks"}, NOTED),
    },
    "roster-people-upload": {"POST": Call(LEADS, {"file": "name,contract\nGnome,Snark time\n"}, NOTED)},
    "roster-person-new": {"GET": Call(LEADS), "POST": Call(LEADS, ROSTERED, NOTED)},
    "roster-person": {"GET": Call(LEADS), "POST": Call(LEADS, ROSTERED, NOTED)},
    "roster-person-remove": {"POST": Call(LEADS, {}, NOTED, {"rostered": "unrostered"})},
    "roster-person-feed": {"POST": Call(LEADS, {}, NOTED)},
    "roster-wishes": {"POST": Call(LEADS, {"what": "week", "off": "2"}, NOTED)},
    "absence-note": {"POST": Call(LEADS, {"first": "2026-12-28", "cause": "holiday"}, NOTED)},
    "absence-answer": {"POST": Call(LEADS, {"grant": "yes"}, NOTED)},
    "absence-end": {"POST": Call(LEADS, {}, NOTED)},
    "contracts-ready": {"POST": Call(LEADS, {}, NOTED)},
    "contract-new": {"GET": Call(LEADS), "POST": Call(LEADS, TERMS, NOTED)},
    "contract": {"GET": Call(LEADS), "POST": Call(LEADS, TERMS, NOTED)},
    "contract-remove": {"POST": Call(LEADS, {}, NOTED, {"contract": "free-contract"})},
    "settings": {"GET": Call(READERS)},
    "workspace": {
        "GET": Call(MANAGERS),
        "POST": Call(MANAGERS, {"name": "Renamed", "timezone": "Europe/Paris"}, NOTED),
    },
    "channels": {"GET": Call(READERS)},
    "channel-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, DEMO, NOTED)},
    "channel": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, {**DEMO, "enabled": "yes"}, NOTED)},
    "channel-health": {"GET": Call(READERS)},
    "channel-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "webhook-key": {"POST": Call(MANAGERS, {}, NOTED, {"connection": "hooked"})},
    "webhook-test": {"POST": Call(MANAGERS, {}, what={"connection": "hooked"})},
    "quarantine": {"GET": Call(MANAGERS)},
    "quarantine-again": {"POST": Call(MANAGERS, {}, NOTED)},
    "quarantine-discard": {"POST": Call(MANAGERS, {}, NOTED)},
    "line-again": {"POST": Call(MANAGERS, {}, NOTED)},
    "line-discard": {"POST": Call(MANAGERS, {}, NOTED)},
    "privacy": {"GET": Call(MANAGERS)},
    "privacy-keep": {"POST": Call(MANAGERS, {"days": "400"}, NOTED)},
    "privacy-erase": {"POST": Call(MANAGERS, {"channel": "demo", "author": "quokka_two"}, NOTED)},
    "people": {"GET": Call(READERS)},
    "person-invite": {
        "POST": Call(MANAGERS, {"name": "Eve", "email": "eve@x.example", "role": "agent", "team": "{team}"}, NOTED)
    },
    "person": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, {"role": "lead", "team": "{team}"}, NOTED)},
    "person-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "person-link": {"POST": Call(MANAGERS, {}, NOTED)},
    "team-new": {"POST": Call(MANAGERS, {"team_name": "Nights"}, NOTED)},
    "team-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "levels": {"GET": Call(READERS, {"channel": "mail", "at": "2026-11-27T17:40"})},
    "rating": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, RATING, NOTED)},
    "policy-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, POLICY, NOTED)},
    "policy": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, POLICY, NOTED)},
    "policy-move": {"POST": Call(MANAGERS, {"to": "earlier"}, NOTED, {"policy": "second-policy"})},
    "policy-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "calendar-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, HOURS, NOTED)},
    "calendar": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, HOURS, NOTED)},
    "calendar-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "understanding": {"GET": Call(READERS)},
    "learning-switch": {"POST": Call(MANAGERS, {"on": "yes"}, NOTED)},
    "model-use": {"POST": Call(MANAGERS, {"model": "{model}"}, NOTED)},
    "labels-remove": {"POST": Call(MANAGERS, {"name": "Snark labels"}, NOTED)},
    "answering": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, {"undo_s": "5"}, NOTED)},
    "persona-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, PERSONA, NOTED)},
    "persona": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, PERSONA, NOTED)},
    "persona-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "playbook": {"GET": Call(READERS)},
    "mute": {"POST": Call(WORKERS, {"days": "7", "reason": "Insults"}, NOTED)},
    "lists": {"GET": Call(READERS)},
    "list-new": {"POST": Call(MANAGERS, PEOPLE_LIST, NOTED)},
    "list": {"GET": Call(READERS, {"q": "slithy"}), "POST": Call(MANAGERS, PEOPLE_LIST, NOTED)},
    "list-put": {"POST": Call(MANAGERS, {"channel": "demo", "handle": "@gnome", "reason": "A gnome"}, NOTED)},
    "list-read": {"POST": Call(MANAGERS, {"channel": "demo", "file": GNOMES_FILE}, NOTED)},
    "list-take-off": {"POST": Call(MANAGERS, {}, NOTED)},
    "list-remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "muted": {"GET": Call(READERS)},
    "muted-end": {"POST": Call(WORKERS, {}, NOTED, {"account": "hushed"})},
    "playbook-save": {"POST": Call(MANAGERS, {"note": "Longer"}, NOTED)},
    "playbook-discard": {"POST": Call(MANAGERS, {}, DRAFTED)},
    "playbook-together": {"POST": Call(MANAGERS, {}, DRAFTED)},
    "playbook-numbers": {"GET": Call(READERS), "POST": Call(MANAGERS, {"hold_minutes": "3"}, DRAFTED)},
    "playbook-versions": {"GET": Call(READERS)},
    "playbook-back": {"POST": Call(MANAGERS, {}, NOTED)},
    "playbook-file": {"GET": Call(READERS, what={"kind": "toml"})},
    "playbook-take-in": {"POST": Call(MANAGERS, {"text": "{playbook}"}, DRAFTED)},
    "playbook-try": {"GET": Call(MANAGERS)},
    "playbook-try-start": {"POST": Call(MANAGERS, {"days": "7"}, {"care.DryRun"})},
    "playbook-try-go-on": {"POST": Call(MANAGERS)},
    "playbook-rule-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, DECIDES, DRAFTED)},
    "playbook-rule": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, DECIDES, DRAFTED)},
    "playbook-trigger-new": {"GET": Call(MANAGERS), "POST": Call(MANAGERS, TRIGGER, DRAFTED)},
    "playbook-trigger": {
        "GET": Call(MANAGERS, what={"key": "trigger"}),
        "POST": Call(MANAGERS, TRIGGER, DRAFTED, {"key": "trigger"}),
    },
    "playbook-deed": {"POST": Call(MANAGERS, {}, DRAFTED)},
    "canned": {"GET": Call(READERS)},
    "canned-new": {"GET": Call(LEADS), "POST": Call(LEADS, CANNED, NOTED)},
    "canned-reply": {"GET": Call(LEADS), "POST": Call(LEADS, CANNED, NOTED)},
    "canned-remove": {"POST": Call(LEADS, {}, NOTED)},
    "tokens": {"GET": Call(READERS), "POST": Call(READERS, {"name": "Mine"}, NOTED)},
    "token-revoke": {"POST": Call(READERS, {}, NOTED)},
    "audit": {"GET": Call(AUDITORS)},
}
"""Per page and method: who may, and what to call it with. A page that is not here fails the tests."""

OPERATIONS: dict[str, dict[str, Call]] = {
    "/api/v1/me": {"GET": Call(READERS)},
    "/api/v1/notices": {"GET": Call(READERS)},
    "/api/v1/state": {"GET": Call(READERS), "POST": Call(WORKERS, {"state": "break"}, STATES)},
    "/api/v1/next": {"POST": Call(WORKERS, {}, NOTED)},
    "/api/v1/handling-times": {"GET": Call(READERS, {"days": "7"})},
    "/api/v1/board": {"GET": Call(READERS)},
    "/api/v1/staffing/today": {"GET": Call(READERS)},
    "/api/v1/staffing/queues/{queue}/forecast": {"GET": Call(READERS)},
    "/api/v1/staffing/events": {
        "GET": Call(READERS),
        "POST": Call(LEADS, {"kind": "Match", "name": "Gnome cup", "day": "2026-11-20"}, NOTED),
    },
    "/api/v1/staffing/events/{planned}/remove": {"POST": Call(LEADS, {}, NOTED)},
    "/api/v1/staffing/queues": {
        "GET": Call(READERS),
        "POST": Call(LEADS, {"name": "Gnome line", "kind": "phone"}, NOTED),
    },
    "/api/v1/staffing/queues/{queue}": {
        "GET": Call(READERS),
        "POST": Call(LEADS, {"name": "Gnome line", "kind": "phone"}, NOTED),
    },
    "/api/v1/staffing/queues/{queue}/remove": {"POST": Call(LEADS, {}, NOTED)},
    "/api/v1/staffing/queues/{queue}/history": {
        "GET": Call(READERS, {"since": "2026-11-20"}),
        "POST": Call(LEADS, {"days": [{"day": "2026-11-20", "arrivals": [1.0] * 48}]}, NOTED),
    },
    "/api/v1/staffing/queues/{queue}/history/remove": {"POST": Call(LEADS, {}, NOTED)},
    "/api/v1/staffing/plan": {"GET": Call(READERS, {"since": "2026-11-30"})},
    "/api/v1/staffing/required": {"POST": Call(READERS, {"kind": "phone", "contacts": 100})},
    "/api/v1/roster-people": {"GET": Call(READERS)},
    "/api/v1/rosters/{day}": {"GET": Call(READERS)},
    "/api/v1/rosters/{day}/publish": {"POST": Call(LEADS, {"version": 1}, NOTED)},
    "/api/v1/report": {"GET": Call(READERS, {"by": "channel"})},
    "/api/v1/report/{what}": {"GET": Call(READERS)},
    "/api/v1/exports/cases": {"GET": Call(AUDITORS, {"view": "all", "form": "csv"}, NOTED)},
    "/api/v1/exports/report/{what}": {"GET": Call(AUDITORS, {"form": "csv"}, NOTED)},
    "/api/v1/cases": {"GET": Call(READERS, {"view": "all", "owner": "me", "kind": "talk"})},
    "/api/v1/cases/{number}": {"GET": Call(READERS)},
    "/api/v1/cases/{number}/reply": {"POST": Call(WORKERS, {"text": "Hello there"}, NOTED)},
    "/api/v1/cases/{number}/note": {"POST": Call(WORKERS, {"text": "Hello there"}, NOTED)},
    "/api/v1/cases/{number}/assign": {"POST": Call(WORKERS, {"email": "{email}"}, NOTED)},
    "/api/v1/cases/{number}/resolve": {"POST": Call(WORKERS, {}, NOTED)},
    "/api/v1/cases/{number}/reopen": {"POST": Call(WORKERS, {}, NOTED, {"number": "settled"})},
    "/api/v1/deeds": {"POST": Call(WORKERS, {"numbers": ["{number}"], "deeds": [{"do": "take"}]}, NOTED)},
    "/api/v1/undo": {"POST": Call(WORKERS, {"doing": "{doing}"}, NOTED)},
    "/api/v1/tags": {"GET": Call(READERS)},
    "/api/v1/fields": {"GET": Call(READERS)},
    "/api/v1/wrap-ups": {"GET": Call(READERS)},
    "/api/v1/macros": {"GET": Call(READERS)},
    "/api/v1/macros/run": {"POST": Call(WORKERS, {"macro": "{macro}", "numbers": ["{number}"]}, NOTED)},
    "/api/v1/leads": {"GET": Call(READERS)},
    "/api/v1/leads/change": {"POST": Call(WORKERS, {"lead": "{lead}", "value": "12.50"}, NOTED)},
    "/api/v1/cases/{number}/lead": {"POST": Call(WORKERS, {}, NOTED, {"number": "parked"})},
    "/api/v1/cases/{number}/fields": {"POST": Call(WORKERS, {"answers": {"Batch number": "WX-1"}}, NOTED)},
    "/api/v1/cases/{number}/link": {"POST": Call(WORKERS, {"other": "{parked}", "kind": "related"}, NOTED)},
    "/api/v1/cases/{number}/merge": {"POST": Call(WORKERS, {"into": "{number}"}, NOTED, {"number": "parked"})},
    "/api/v1/cases/{number}/split": {"POST": Call(WORKERS, {"moments": ["{splittable}"]}, NOTED)},
    "/api/v1/cases/{number}/close": {"POST": Call(WORKERS, {}, NOTED)},
    "/api/v1/cases/{number}/park": {"POST": Call(WORKERS, {"why": "A part"}, NOTED)},
    "/api/v1/cases/{number}/snooze": {"POST": Call(WORKERS, {"until": "{soon}"}, NOTED)},
    "/api/v1/cases/{number}/wake": {"POST": Call(WORKERS, {}, NOTED, {"number": "parked"})},
    "/api/v1/cases/{number}/call-back": {"POST": Call(WORKERS, {"number": "+493012345", "at": "{soon}"}, NOTED)},
    "/api/v1/cases/{number}/called": {
        "POST": Call(WORKERS, {"reached": True, "settled": False}, NOTED, {"number": "called"})
    },
    "/api/v1/cases/{number}/correct": {"POST": Call(WORKERS, {"what": "kind", "value": "praise"}, NOTED)},
    "/api/v1/understanding": {"GET": Call(READERS)},
    "/api/v1/incidents": {"GET": Call(READERS)},
    "/api/v1/incidents/{incident}": {"GET": Call(READERS)},
    "/api/v1/incidents/{incident}/note": {"POST": Call(WORKERS, {"text": "It is mended"}, NOTED)},
    "/api/v1/incidents/{incident}/close": {"POST": Call(WORKERS, {}, NOTED)},
    "/api/v1/people-lists": {"GET": Call(READERS), "POST": Call(MANAGERS, {"name": "Gnomes"}, NOTED)},
    "/api/v1/people-lists/{people_list}": {"GET": Call(READERS, {"q": "slithy"})},
    "/api/v1/people-lists/{people_list}/add": {
        "POST": Call(MANAGERS, {"accounts": [{"channel": "demo", "handle": "gnome"}]}, NOTED)
    },
    "/api/v1/people-lists/{people_list}/take-off": {
        "POST": Call(MANAGERS, {"accounts": [{"channel": "demo", "handle": "slithy_tove"}]}, NOTED)
    },
    "/api/v1/people-lists/{people_list}/remove": {"POST": Call(MANAGERS, {}, NOTED)},
    "/api/v1/calls": {"POST": Call(WORKERS, CALLED, NOTED)},
    "/api/v1/customers": {
        "GET": Call(READERS, {"q": "quokka"}),
        "POST": Call(WORKERS, {"name": "Gnome", "reference": "K-8"}, NOTED),
    },
    "/api/v1/articles": {"GET": Call(READERS, {"q": "quokka"})},
    "/api/v1/articles/{article}": {"GET": Call(READERS)},
    "/api/v1/customers/{customer}": {"GET": Call(READERS)},
    "/api/v1/customers/{customer}/products": {"POST": Call(WORKERS, {"product": "Widget"}, NOTED)},
    "/api/v1/customers/{customer}/permissions": {
        "POST": Call(WORKERS, {"to": "mail", "given": False, "source": "a call"}, NOTED)
    },
    "/api/v1/money": {"GET": Call(LEADS, {"since": "2026-11-30"})},
    "/api/v1/what-if": {"POST": Call(LEADS, {"since": "2026-11-30", "shrinkage": 0.4})},
    "/api/v1/scenarios": {
        "GET": Call(LEADS),
        "POST": Call(LEADS, {"since": "2026-11-30", "shrinkage": 0.4, "name": "Snarks away"}, NOTED),
    },
    "/api/v1/scenarios/{scenario}": {"GET": Call(LEADS)},
    "/api/v1/scenarios/{scenario}/share": {"POST": Call(LEADS, {}, NOTED, {"scenario": "other-scenario"})},
    "/api/v1/scenarios/{scenario}/withdraw": {"POST": Call(LEADS, {}, NOTED)},
    "/api/v1/scenarios/{scenario}/remove": {"POST": Call(LEADS, {}, NOTED)},
    "/api/v1/posts": {"POST": Call(WORKERS, {"source": "mail", "id": "{fresh}", "text": "my widget"}, NOTED)},
}
"""The same for the operations of the API."""

IDS = {"doing", "lead", "field", "tag", "macro", "number", "outbox", "account", "topic", "connection",
       "person", "team", "canned", "token", "other", "policy", "calendar", "notice", "skill", "need", "state",
       "event", "line", "rule", "report", "column", "correction", "post", "entry", "label", "model",
       "incident", "customer", "owned", "match", "merge", "parted", "pending", "persona", "pair", "review",
       "article", "follow_up", "people_list", "member", "queue", "rostered", "contract", "absence", "scenario",
       "swap", "own_shift", "mate"}  # fmt: skip

_PLACE = re.compile(r'"\{(\w+)\}"')
"""In JSON, where an id of the workspace goes."""
_fresh = itertools.count(1)


# What there is --------------------------------------------------------------
def routes(patterns: Any = None, space: str = "", prefix: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Every address of the URL configuration, by name: (name, address, pattern)."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from routes(each.url_patterns, inner, prefix + str(each.pattern))
        else:
            yield f"{space}{each.name}", "/" + prefix + str(each.pattern), each


def operations() -> set[tuple[str, str]]:
    """Every operation that the API describes, as (path, method)."""
    paths = api.get_openapi_schema()["paths"]
    return {(path, method.upper()) for path, methods in paths.items() for method in methods}


# Calling --------------------------------------------------------------------
@dataclass
class Walker:
    """Calls addresses as somebody, each in a world of its own that is gone afterwards."""

    office: Office
    network: str
    sessions: dict[Any, Any] = field(default_factory=dict)
    browsing: Client | None = None  # with this browser instead of one's own

    def client(self, who: Access | None) -> Client:
        """A browser with the cookies of the morning, whatever happened to them since."""
        key = who.me if who else 0
        if key not in self.sessions:
            self.sessions[key] = self.office.client(who).cookies
        client = Client()
        client.cookies = deepcopy(self.sessions[key])
        return client

    def fill(self, data: dict[str, Any], missing: bool = False) -> dict[str, Any]:
        things: dict[str, Any] = {
            **self.office.things,
            "file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n"),
            "other": self.office.people[Role.LEAD].me,
            "email": "lead-one@acme.example",
            "network": self.network,
            "fresh": f"message-{next(_fresh)}",
            "soon": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        }
        if missing:
            things |= dict.fromkeys(
                ("topic", "team", "other", "model", "parted", "mate", "contract", "rostered", "own_shift"), NOT_THERE
            )
        return {
            name: _given(things[value.strip("{}")])
            if isinstance(value, str) and value[:1] + value[-1:] == "{}"
            else [_given(things[each.strip("{}")]) if isinstance(each, str) else each for each in value]
            if isinstance(value, list)
            else value
            for name, value in data.items()
        }

    def arguments(
        self, pattern: Any, call: Call, who: Access | None, slug: str, missing: bool = False
    ) -> dict[str, Any]:
        things: dict[str, Any] = {**self.office.things, "slug": slug}
        if who is not None and who in self.office.people.values():
            things["token"] = self.office.own_token[who.me]
            things["column"] = self.office.own_column[who.me]
            things["pending"] = self.office.own_pending.get(who.me, things["pending"])
            things["sent"] = self.office.own_sent.get(who.me, things["sent"])
            things["notice"] = self.office.own_notice[who.me]
        for name, other in call.what.items():
            things[name] = things[other]
        found = {name: things.get(name, "") for name in pattern.pattern.converters}
        if missing:
            found |= {name: NOT_THERE for name, value in found.items() if isinstance(value, int)}
        return found

    def page(self, name: str, method: str, call: Call, who: Access | None, slug: str = "", *, missing: bool = False,
             htmx: bool = False) -> Any:  # fmt: skip
        """Call a page; with `missing`, with ids that nothing has."""
        pattern = PATTERNS[name]
        address = reverse(name, kwargs=self.arguments(pattern, call, who, slug or self.office.access.slug, missing))
        headers = {"HX-Request": "true", **call.headers} if htmx else call.headers
        client = self.browsing or self.client(who)
        if call.body:
            body = _PLACE.sub(lambda found: str(self.office.things[found[1]]), call.body)
            return client.generic(method, address, body, content_type="application/json", headers=headers)
        data = {name: _file(value) if name == "file" else value for name, value in call.data.items()}
        answer = getattr(client, method.lower())(address, self.fill(data, missing), headers=headers)
        return _whole(answer) if answer.streaming else answer

    def operation(self, path: str, method: str, call: Call, token: str | None, *, missing: bool = False) -> Any:
        number = self.office.things[call.what.get("number", "number")]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = path.replace("{number}", str(NOT_THERE if missing else number))
        for name in ("incident", "article", "customer", "people_list", "scenario", "queue", "planned"):
            thing = self.office.things[call.what.get(name, name)]
            address = address.replace(f"{{{name}}}", str(NOT_THERE if missing else thing))
        address = address.replace("{what}", "arrived").replace("{day}", "2026-12-07")
        data = self.fill(call.data, missing)
        if method == "GET":
            answer = Client().get(address, data, headers=headers)
            return _whole(answer) if answer.streaming else answer
        return Client().generic(method, address, json.dumps(data), content_type="application/json", headers=headers)


def _whole(answer: Any) -> HttpResponse:
    """A file that is sent piece by piece, as an answer that can be looked into."""
    return HttpResponse(b"".join(answer.streaming_content), status=answer.status_code, headers=dict(answer.headers))


def _file(content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("calls.csv", content.encode(), "text/csv")


def _given(thing: Any) -> Any:
    return thing if isinstance(thing, SimpleUploadedFile) else str(thing)


PATTERNS = {name: pattern for name, _, pattern in routes()}
CALLS = [(name, method, call) for name, calls in PAGES.items() for method, call in calls.items()]
API_CALLS = [(path, method, call) for path, calls in OPERATIONS.items() for method, call in calls.items()]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has never been, once it is over."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
