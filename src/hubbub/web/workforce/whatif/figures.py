"""The figures of a what-if as tables: all together, by queue, and several what-ifs side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from hubbub.kernel.speech import figure, say
from hubbub.web.workforce.amounts import hours_words, money_words, share_words, time_words
from hubbub.workforce.core.plan.whatif import Answer, Figures
from hubbub.workforce.selectors.scenarios import Scenario

Value = Callable[[Figures], float]
Words = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the plan, and of the changed one with its people and with as many as it takes."""

    name: str
    now: str
    same: str
    more: str
    needed: str
    needed_more: str
    worse: bool
    """Whether what customers meet gets worse with the people there are."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """What changes for one queue."""

    name: str
    target: str
    now: str
    same: str
    late: bool
    """Whether it misses its target with the people there are."""
    waits: str
    gives_up: str
    hours: tuple[str, str]
    left: str
    played: bool


def kinds(currency: str) -> list[tuple[str, Value, Words, int]]:
    """Return what is told: its name, where it stands, how it is written, and whether more is better (1) or worse."""

    def money(amount: float) -> str:
        return money_words(amount, currency)

    return [
        (say("People at the busiest time"), lambda each: each.peak, people_words, 0),
        (say("Hours at work"), lambda each: each.money.work_h, hours_words, 0),
        (say("Paid hours"), lambda each: each.money.paid_h, hours_words, 0),
        (say("Cost"), lambda each: each.money.cost, money, 0),
        (say("Value"), lambda each: each.money.value, money, 1),
        (say("Return"), lambda each: each.money.returns, money, 1),
        (say("In time"), lambda each: each.met.in_time, share_words, 1),
        (say("Give up"), lambda each: each.met.gives_up, share_words, -1),
        (say("Average wait"), lambda each: each.met.average_wait_s, time_words, -1),
        (say("Occupancy"), lambda each: each.met.occupancy, share_words, 0),
    ]


def people_words(many: float) -> str:
    """Write people, with halves where a roster or shrinkage makes them."""
    return figure(many, ".0f" if abs(many - round(many)) < 0.05 else ".1f")


def rows(found: Answer) -> list[Row]:
    """Return all queues together."""
    made = []
    for name, of, words, better in kinds(found.currency):
        now, same, takes = (of(each.all) for each in (found.now, found.same, found.needed))
        more = difference(same - now, words)
        made.append(
            Row(
                name, words(now), words(same), more, words(takes), difference(takes - now, words),
                bool(more) and better * (same - now) < 0,
            )
        )  # fmt: skip
    return made


def difference(more: float, words: Words) -> str:
    """Write by how much a figure differs; nothing where it reads as the same."""
    if not isfinite(more):
        return ""
    told = points_words(abs(more)) if words is share_words else words(abs(more))
    return "" if told in (points_words(0.0), words(0.0)) else f"{'−' if more < 0 else '+'}{told}"


def points_words(share: float) -> str:
    """Write by how many points shares differ."""
    return say("{points} points", points=figure(share * 100, ".1f" if 0.0005 <= share < 0.1 else ".0f"))


def queue_rows(found: Answer) -> list[QueueRow]:
    """Return each queue."""
    made = []
    for now, same, takes in zip(found.now.lines, found.same.lines, found.needed.lines, strict=True):
        level, within_s = same.target
        made.append(
            QueueRow(
                now.name,
                say("{share} in {time}", share=share_words(level), time=time_words(within_s)),
                in_time(now),
                in_time(same),
                bool(same.met.contacts) and same.met.in_time < level - 0.005,
                _then(now, same, lambda each: each.met.average_wait_s, time_words),
                _then(now, same, lambda each: each.met.gives_up, share_words),
                (hours_words(now.money.work_h), hours_words(takes.money.work_h)),
                figure(same.met.left, ",.0f") if same.met.left >= 1 else "",
                same.met.played,
            )
        )
    return made


def _then(now: Figures, same: Figures, of: Value, words: Words) -> str:
    """Write what a figure is and would be; nothing where it is none either way."""
    if not (now.met.contacts or same.met.contacts) or not (of(now) or of(same)):
        return "–"
    return f"{words(of(now))} → {words(of(same))}"


def in_time(each: Figures) -> str:
    """Write the share that is answered in time."""
    return share_words(each.met.in_time) if each.met.contacts else "–"


def lede(found: Answer) -> str:
    """Say what comes of it, as a colleague would at the door."""
    now, same, takes = (each.all for each in (found.now, found.same, found.needed))
    late = [each.name for each in queue_rows(found) if each.late]
    facts = {
        "then": share_words(same.met.in_time), "now": share_words(now.met.in_time), "queues": ", ".join(late),
    }  # fmt: skip
    if late:
        return say("{then} would be in time with these people, {now} are now. Not enough for: {queues}.", **facts)
    if same.met.in_time < now.met.in_time - 0.005:
        return say("{then} would be in time with these people, {now} are now. All targets are still met.", **facts)
    if same.met.in_time > now.met.in_time + 0.005:
        return say("{then} would be in time with these people, {now} are now.", **facts)
    if abs(takes.money.paid_h - now.money.paid_h) < 1 and abs(same.money.paid_h - now.money.paid_h) < 1:
        return say("It makes no difference worth speaking of.")
    return say("{then} would be in time, as now; what changes is what it takes.", **facts)


def says(found: Answer) -> list[str]:
    """Return the sentences below: what it takes, and what these people cost."""
    now, same, takes = (each.all.money for each in (found.now, found.same, found.needed))
    told = [_beside(say("To meet the targets"), takes.paid_h - now.paid_h, takes.cost - now.cost, found.currency)]
    if abs(same.paid_h - now.paid_h) >= 1:
        told.append(_beside(say("These people"), same.paid_h - now.paid_h, same.cost - now.cost, found.currency))
    return told


def _beside(what: str, hours: float, cost: float, currency: str) -> str:
    facts = {"what": what, "hours": hours_words(abs(hours)), "cost": money_words(abs(cost), currency)}
    if abs(hours) < 1:
        return say("{what}: as many paid hours as now.", **facts)
    if hours > 0:
        return say("{what}: {hours} more paid, {cost} more.", **facts)
    return say("{what}: {hours} fewer paid, {cost} less.", **facts)


def compared(shown: Sequence[Scenario], takes: bool) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return kept what-ifs side by side: a head, and rows of a figure with its value in each."""
    sides = [each.answer.needed if takes else each.answer.same for each in shown]
    head = [say("The plan then"), *(each.name for each in shown)]
    told = []
    for name, of, words, _ in kinds(shown[0].answer.currency):
        told.append((name, [words(of(shown[0].answer.now.all)), *(words(of(each.all)) for each in sides)]))
    return head, told


def changed_since(then: Answer, now: Answer) -> list[tuple[str, str, str]]:
    """Return the figures of the plan that are others than when a what-if was kept: what, then, now."""
    found = []
    for name, of, words, _ in kinds(now.currency):
        before, after = words(of(then.now.all)), words(of(now.now.all))
        if before != after:
            found.append((name, before, after))
    return found
