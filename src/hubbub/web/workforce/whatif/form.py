"""The form of a what-if: read from an address or a form, and written back into its fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import figure, mark, say
from hubbub.workforce.core.plan.queue import Queue
from hubbub.workforce.core.plan.whatif import MOST_BLENDS, WhatIf
from hubbub.workforce.core.plan.written import (
    clock,
    length_words,
    number_of,
    seconds_of,
    share_of,
    share_words,
)

_SIGNED = re.compile(r"([+\-−]?)\s*(\d{1,4}(?:[.,]\d{1,2})?)\s*%?")
_WHOLE = re.compile(r"([+\-−]?)\s*(\d{1,4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_NO_MORE = mark("{where}: {text!r} is no change; write it like +10 % or −5 %.")
_NO_PEOPLE = mark("{where}: {text!r} is no number of people; write it like 2 or −1.")
_NO_TIME = mark("{where}: {text!r} is no time of day; write it like 14:30.")
_NO_DAY = mark("{where}: {text!r} is none of these days.")
BLENDS = 2
"""Rows for people who help elsewhere; more, where more are asked for."""


def read(given: Mapping[str, str], queues: Iterable[tuple[int, Queue]], since: date) -> dict[str, Any]:
    """Return a what-if as data from what was written; `hubbub.workforce.core.plan.whatif` checks what it means.

    Raises
    ------
    InvalidInput
        If something can't be read.
    """
    known = list(queues)

    def told(name: str) -> str:
        return given.get(name, "").replace("\x00", "").strip()

    changes = {}
    for key, queue in known:
        changes[key] = {
            "arrivals": _signed(told(f"arrivals-{key}"), queue.name),
            "handling": _signed(told(f"handling-{key}"), queue.name),
            "level": _other(share_of(told(f"level-{key}"), queue.name), queue.level),
            "within_s": _other(seconds_of(told(f"within-{key}"), queue.name), queue.within_s),
        }
    people = {skill: _people(told(f"people-{key}"), skill) for key, skill in skills_of(known)}
    blends = [
        {"skill": told(f"blend-{at}"), "also": told(f"also-{at}"), "people": _people(told(f"helpers-{at}"), "")}
        for at in range(MOST_BLENDS)
    ]
    return {
        "changes": changes,
        "people": people,
        "shrinkage": share_of(told("shrinkage"), say("Shrinkage")),
        "storm": _storm(told, since),
        "blends": [each for each in blends if each["people"] and each["skill"] and each["also"]],
        "reserve": number_of(told("reserve"), say("Reserve")) or 0,
    }


def _other(value: float | None, present: float) -> float | None:
    return None if value is None or abs(value - present) < 1e-9 else value


def _storm(told: Any, since: date) -> dict[str, Any] | None:
    where = say("Storm")
    items = number_of(told("storm-items"), where)
    if not items:
        return None
    queue = told("storm-queue")
    at = _CLOCK.fullmatch(told("storm-at") or "12:00")
    if at is None or int(at[1]) > 23 or int(at[2]) > 59:
        raise InvalidInput(reason=say(_NO_TIME, where=where, text=told("storm-at")[:20]))
    try:
        day = (date.fromisoformat(told("storm-day")) - since).days if told("storm-day") else 0
    except ValueError:
        raise InvalidInput(reason=say(_NO_DAY, where=where, text=told("storm-day")[:20])) from None
    return {
        "queue": int(queue) if queue.isdecimal() and len(queue) < 19 else 0, "items": items, "day": day,
        "start_min": int(at[1]) * 60 + int(at[2]), "lasts_s": seconds_of(told("storm-lasts"), where) or 3600.0,
    }  # fmt: skip


def _signed(text: str, where: str) -> float:
    if not text:
        return 0.0
    found = _SIGNED.fullmatch(text)
    if found is None:
        raise InvalidInput(reason=say(_NO_MORE, where=where, text=text[:20]))
    size = float(found[2].replace(",", ".")) / 100
    return -size if found[1] in ("-", "−") and size else size


def _people(text: str, where: str) -> int:
    if not text:
        return 0
    found = _WHOLE.fullmatch(text)
    if found is None:
        raise InvalidInput(reason=say(_NO_PEOPLE, where=where or say("Helpers"), text=text[:20]))
    return -int(found[2]) if found[1] in ("-", "−") else int(found[2])


def skills_of(queues: Iterable[tuple[int, Queue]]) -> list[tuple[int, str]]:
    """Return each skill with the first queue that needs it: there its people are asked for."""
    found: dict[str, int] = {}
    for key, queue in queues:
        found.setdefault(queue.needs, key)
    return [(key, skill) for skill, key in found.items()]


def written(asked: WhatIf, since: date) -> dict[str, str]:
    """Return the fields of a what-if as somebody would write them; for a link that opens it again."""
    fields: dict[str, str] = {}
    for key, each in asked.changes.items():
        fields |= {
            f"arrivals-{key}": signed_words(each.arrivals), f"handling-{key}": signed_words(each.handling),
            f"level-{key}": share_words(each.level), f"within-{key}": length_words(each.within_s),
        }  # fmt: skip
    fields["shrinkage"] = share_words(asked.shrinkage)
    if asked.storm:
        storm = asked.storm
        fields |= {
            "storm-queue": str(storm.queue), "storm-items": f"{storm.items:g}",
            "storm-day": (since + timedelta(days=storm.day)).isoformat(), "storm-at": clock(storm.start_min),
            "storm-lasts": length_words(storm.lasts_s),
        }  # fmt: skip
    for at, blend in enumerate(asked.blends):
        fields |= {f"blend-{at}": blend.skill, f"also-{at}": blend.also, f"helpers-{at}": str(blend.people)}
    fields["reserve"] = str(asked.reserve) if asked.reserve else ""
    return {name: value for name, value in fields.items() if value}


def people_fields(asked: WhatIf, queues: Iterable[tuple[int, Queue]]) -> dict[str, str]:
    """Return the fields of people more or fewer, which stand at the first queue of their skill."""
    return {
        f"people-{key}": people_words(asked.people[skill]) for key, skill in skills_of(queues) if skill in asked.people
    }


def signed_words(share: float) -> str:
    """Write a share more or fewer, so that it can be read again."""
    if not share:
        return ""
    size = abs(share) * 100
    return f"{'−' if share < 0 else '+'}{figure(size, '.0f' if abs(size - round(size)) < 1e-9 else '.1f')} %"


def people_words(many: int) -> str:
    """Write people more or fewer."""
    return f"{'−' if many < 0 else '+'}{abs(many)}"


def changes_in_words(asked: WhatIf, names: Mapping[int, str], since: date) -> Sequence[str]:
    """Return what is changed, a sentence each."""
    told = []
    for key, each in asked.changes.items():
        name = names.get(key, "–")
        if each.arrivals:
            told.append(say("{name}: {more} contacts", name=name, more=signed_words(each.arrivals)))
        if each.handling:
            told.append(say("{name}: {more} handling time", name=name, more=signed_words(each.handling)))
        if each.level is not None:
            told.append(say("{name}: {share} % in time", name=name, share=share_words(each.level)))
        if each.within_s is not None:
            told.append(say("{name}: within {time}", name=name, time=length_words(each.within_s)))
    told += [say("{name}: {many} people", name=skill, many=people_words(many)) for skill, many in asked.people.items()]
    if asked.shrinkage is not None:
        told.append(say("shrinkage {share} %", share=share_words(asked.shrinkage)))
    if asked.storm:
        storm = asked.storm
        told.append(
            say(
                "{name}: a storm of {items:,.0f} on {day:%a} {day.day} {day:%b}, {time}",
                name=names.get(storm.queue, "–"),
                items=storm.items,
                day=since + timedelta(days=storm.day),
                time=clock(storm.start_min),
            )
        )
    told += [
        say("{many} of {skill} help with {also}", many=each.people, skill=each.skill, also=each.also)
        for each in asked.blends
    ]
    if asked.reserve:
        told.append(say("{many} kept free for calls", many=asked.reserve))
    return told
