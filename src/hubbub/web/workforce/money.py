"""Money: what the work of a week or month costs and is worth, and how the cost grows with the service level."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.http import HttpResponse
from django.utils.dateformat import format as date_format
from django.views.decorators.http import require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care.core.export import defused
from hubbub.kernel.speech import figure, mark, say
from hubbub.web.charts import Cell, Chart, cost_by_level
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.workforce.amounts import SIGNS, hours_words, money_words, share_words, target_words, time_words
from hubbub.web.workforce.span import Span, span_of
from hubbub.workforce.core.plan.money import Curve, Money, total
from hubbub.workforce.selectors.money import WEEK, Accounts, Line, accounts, cost_curve

SPANS = (("week", mark("Week")), ("month", mark("Month")))
COLUMNS = (
    mark("day"), mark("days"), mark("queue"), mark("kind"), mark("client"), mark("contacts"), mark("answering hours"),
    mark("paid hours"), mark("cost"), mark("value"), mark("return"), mark("cost of a contact"), mark("service level"),
    mark("target"), mark("currency"),
)  # fmt: skip
INTERVAL_COLUMNS = (
    mark("day"), mark("from"), mark("queue"), mark("kind"), mark("client"), mark("contacts"), mark("people"),
    mark("paid hours"), mark("cost"), mark("value"), mark("return"), mark("currency"),
)  # fmt: skip


def _asked(request: Request) -> tuple[Span, str | None]:
    """Return the span, and whose queues; None: everybody's."""
    request.access.require(Permission.PLAN)
    client = request.GET.get("client", "").replace("\x00", "")[:100]
    return span_of([name for name, _ in SPANS], request.GET.dict()), client or None


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """What it costs, what it is worth, and the table of each queue, kind and client."""
    span, client = _asked(request)
    found = accounts(request.access, span.since, span.days, client)
    rules, all_ = found.base.rules, found.all
    given = request.GET.get("queue", "")
    curve = cost_curve(
        found.base, [each.work for each in found.lines], int(given) if given.isdecimal() and len(given) < 10 else None
    )
    kept = {"span": span.name, "from": span.since.isoformat(), **({"client": client} if client else {})}
    clients = sorted({each.queue.client for each in found.base.works if each.queue.client})
    context = {
        "section": "staffing",
        "tab": "money",
        "span": span,
        "spans": [(name, say(words)) for name, words in SPANS],
        "clients": clients,
        "client": client,
        "query": urlencode(kept),
        "kept": kept,
        "rules": rules,
        "lede": _lede(all_, rules.currency, span),
        "says": _says(found, rules.rate, client),
        "figures": _figures(found),
        "tables": _tables(found, clients, client),
        "queues": [(each.work.id, each.work.queue.name) for each in found.lines if each.work.comes.any()],
        "curve": curve,
        "chart": _chart(curve, found) if curve and curve.worth_asking else None,
        "empty": not found.lines,
        "nothing": bool(found.lines) and not all_.contacts,
    }
    return render(request, "workforce/money.html", context)


def _lede(all_: Money, currency: str, span: Span) -> str:
    facts = {
        "cost": money_words(all_.cost, currency), "value": money_words(all_.value, currency),
        "back": money_words(all_.ratio, currency), "one": money_words(1, currency),
        "each": money_words(all_.each, currency), "contacts": figure(round(all_.contacts)),
    }  # fmt: skip
    if not all_.contacts:
        return say("Nothing is expected in these days.")
    if not all_.cost:
        return say("{contacts} contacts; what an hour costs is not known yet.", **facts)
    if all_.value and span.name == "month":
        return say("This month costs {cost} and earns {value}: {back} comes back for each {one}.", **facts)
    if all_.value:
        return say("This week costs {cost} and earns {value}: {back} comes back for each {one}.", **facts)
    if span.name == "month":
        return say("This month costs {cost}: {each} for each of {contacts} contacts.", **facts)
    return say("This week costs {cost}: {each} for each of {contacts} contacts.", **facts)


def _says(found: Accounts, rate: float, client: str | None) -> list[str]:
    base = found.base
    told = []
    rostered = int(base.by_roster.sum())
    if rostered == len(base.by_roster):
        told.append(say("By the roster, with what each person costs an hour."))
    elif rostered:
        told.append(
            say(
                "{days} of {all} days by the roster, with what each person costs; the others by the people that the targets need.",  # noqa: E501
                days=rostered,
                all=len(base.by_roster),
            )
        )
    else:
        told.append(say("By the people that the targets need: these days have no roster yet."))
    known = int(base.known.sum())
    if known < len(base.known):
        told.append(
            say("{known} of {all} days have a forecast; the others count nothing.", known=known, all=len(base.known))
        )
    if rostered:
        takes = found.takes
        told.append(
            say(
                "The targets alone would take {cost}, {hours} paid.",
                cost=money_words(takes.cost, base.rules.currency),
                hours=hours_words(takes.paid_h),
            )
        )
    if found.loose.cost:
        told.append(
            say(
                "{cost} of it is for shifts with a skill that no queue needs.",
                cost=money_words(found.loose.cost, base.rules.currency),
            )
        )
    return told


def _figures(found: Accounts) -> list[tuple[str, str, str]]:
    """The row of figures: what, how much, and what belongs to it."""
    all_, rules = found.all, found.base.rules
    currency = rules.currency
    contacts, in_time = _in_time(found.lines)
    return [
        (say("Cost"), money_words(all_.cost, currency), _rate_words(found)),
        (say("Value"), money_words(all_.value, currency), say("contacts × conversion × sale × margin")),
        (say("Return"), money_words(all_.returns, currency), say("value minus cost")),
        (say("A contact costs"), money_words(all_.each, currency), say("{number:,.0f} contacts", number=contacts)),
        (
            say("Paid hours"), figure(all_.paid_h, ",.0f"),
            say("{hours} of them at work for contacts", hours=hours_words(all_.work_h)),
        ),
        (say("In time"), share_words(in_time) if contacts else "–", say("of all contacts, each by its own target")),
    ]  # fmt: skip


def _rate_words(found: Accounts) -> str:
    rules = found.base.rules
    if not rules.rate:
        return say("no rate is set")
    facts = {"rate": money_words(rules.rate, rules.currency), "more": share_words(rules.on_costs)}
    return say("{rate} an hour + {more}", **facts) if rules.on_costs else say("{rate} an hour", **facts)


def _in_time(lines: Sequence[Line]) -> tuple[float, float]:
    """Return contacts, and the share of them in time."""
    contacts = sum(each.met.contacts for each in lines)
    return contacts, sum(each.met.contacts * each.met.in_time for each in lines) / contacts if contacts else 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page; the first cell of a row names it."""

    title: str
    says: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def _tables(found: Accounts, clients: Sequence[str], client: str | None) -> list[Table]:
    if not found.lines:
        return []
    rows = [(each.work.queue.name, (each,), target_words(each.work.queue)) for each in found.lines]
    made = [_table((say("By queue"), say("Queue")), say("what each brings and costs"), rows, found, say("Target"))]
    kinds = found.by(lambda line: line.work.queue.kind.label)
    if len(kinds) > 1:
        made.append(
            _table((say("By kind"), say("Kind")), "", [(name, lines, "") for name, lines in kinds.items()], found)
        )
    if clients and client is None:
        by_client = sorted(found.by(lambda line: line.work.queue.client).items())
        named = [(name or say("No client"), lines, "") for name, lines in by_client]
        span = {"span": "week" if found.base.plan.days == WEEK else "month", "from": found.base.plan.since.isoformat()}
        links = [f"?{urlencode({**span, 'client': name})}" if name else "" for name, _ in by_client]
        says = say("each opens as a page of its own, to be shown to that client")
        made.append(_table((say("By client"), say("Client")), says, named, found, links=links))
    days = [(date_format(day, say("D j M")), sums) for day, sums in found.days if sums.contacts or sums.paid_h]
    currency = found.base.rules.currency
    head = [say("Day"), *_heads()]
    rows_ = [[Cell(name), *_cells(sums, currency)] for name, sums in days]
    made.append(Table(say("By day"), "", head, rows_))
    return made


def _heads() -> list[str]:
    return [
        say("Contacts"), say("Paid hours"), say("Cost"), say("A contact"), say("Value"), say("Return"),
    ]  # fmt: skip


def _table(
    titles: tuple[str, str], says: str, named: Sequence[tuple[str, Sequence[Line], str]], found: Accounts,
    target: str = "", links: Sequence[str] = (),
) -> Table:  # fmt: skip
    currency = found.base.rules.currency
    head = [titles[1], *_heads(), say("In time"), *([target] if target else [])]
    rows = []
    for at, (name, lines, aimed) in enumerate(named):
        sums, (contacts, in_time) = total(each.money for each in lines), _in_time(lines)
        rows.append(
            [
                Cell(name, links[at] if links else ""),
                *_cells(sums, currency),
                Cell(share_words(in_time) if contacts else "–"),
                *([Cell(aimed)] if target else []),
            ]
        )
    return Table(titles[0], says, head, rows)


def _cells(sums: Money, currency: str) -> list[Cell]:
    return [
        Cell(figure(sums.contacts, ",.0f")), Cell(figure(sums.paid_h, ",.0f")), Cell(money_words(sums.cost, currency)),
        Cell(money_words(sums.each, currency) if sums.contacts else "–"), Cell(money_words(sums.value, currency)),
        Cell(money_words(sums.returns, currency)),
    ]  # fmt: skip


def _chart(curve: Curve, found: Accounts) -> Chart:
    """The curve of one queue: its sentences are what it is for."""
    currency, queue = found.base.rules.currency, curve.queue
    points: list[Mapping[str, Any]] = [
        {"level": round(float(level) * 100), "cost": round(float(cost), 2)}
        for level, cost in zip(curve.levels, curve.costs, strict=True)
    ]
    marks = [(queue.level, curve.now, say("Target {share}", share=share_words(queue.level)))]
    line = next(each for each in found.lines if each.work.id == curve.id)
    if found.base.by_roster.any() and curve.levels[0] <= line.met.in_time <= curve.levels[-1]:
        here = float(np.interp(line.met.in_time, curve.levels, curve.costs))
        marks.append((line.met.in_time, here, say("By the roster {share}", share=share_words(line.met.in_time))))
    marked = [{"level": level * 100, "cost": round(cost, 2), "mark": words} for level, cost, words in marks]
    facts = {
        "queue": queue.name, "target": target_words(queue), "better": target_words(curve.better),
        "more": money_words(curve.more, currency), "steep": share_words(curve.steep),
        "cost": money_words(curve.now, currency),
    }  # fmt: skip
    notes = [
        say("{target} costs {cost} a day.", **facts),
        say("From {target} to {better} costs {more} more a day.", **facts),
    ]
    if curve.steep < 1:
        notes.append(say("Above {steep} every point costs more than the five below the target together.", **facts))
    told = [each for each in points if each["level"] % 5 == 0 or each["level"] in (96, 97, 98, 99)]
    rows = [
        [Cell(f"{each['level']} %"), Cell(money_words(each["cost"], currency)), Cell(_more(each, curve, currency))]
        for each in told
    ]
    return Chart(
        "cost-curve", say("Cost of a day against service level, in {sign}", sign=SIGNS.get(currency, currency)),
        " ".join(notes), cost_by_level(), [*points, *marked],
        [say("In {time}", time=time_words(queue.within_s)), say("Cost a day"), say("Than at the target")], rows,
        notes=notes,
    )  # fmt: skip


def _more(point: Mapping[str, Any], curve: Curve, currency: str) -> str:
    more = point["cost"] - curve.now
    told = money_words(more, currency)
    return f"+{told}" if more > 0 else told


@require_safe
@in_workspace
def numbers(request: Request) -> HttpResponse:
    """Each queue's figures as CSV: of the whole span, or interval by interval."""
    span, client = _asked(request)
    found = accounts(request.access, span.since, span.days, client)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="money-{span.since}.csv"'
    by_interval = request.GET.get("by") == "interval"
    write = csv.writer(answer).writerow
    write([say(each) for each in (INTERVAL_COLUMNS if by_interval else COLUMNS)])
    for line in found.lines:
        for row in _intervals(found, line) if by_interval else [_whole(found, line, span)]:
            write(row)
    return answer


def _named(line: Line) -> list[str]:
    queue = line.work.queue
    return [defused(queue.name), queue.kind, defused(queue.client)]


def _whole(found: Accounts, line: Line, span: Span) -> list[object]:
    queue, sums = line.work.queue, line.money
    return [
        span.since, span.days, *_named(line), f"{sums.contacts:.1f}", f"{sums.work_h:.2f}", f"{sums.paid_h:.2f}",
        f"{sums.cost:.2f}", f"{sums.value:.2f}", f"{sums.returns:.2f}", f"{sums.each:.2f}",
        f"{line.met.in_time:.4f}" if sums.contacts else "", f"{queue.level:g} / {queue.within_s:g} s",
        found.base.rules.currency,
    ]  # fmt: skip


def _intervals(found: Accounts, line: Line) -> Iterator[list[object]]:
    rules = found.base.rules
    figures = zip(line.contacts, line.work.people, line.paid_h, line.cost, line.value, strict=True)
    for at, (contacts, people, paid, cost, value) in enumerate(figures):
        if contacts or people or paid:
            minute = at % found.base.per_day * rules.step_min
            yield [
                found.base.dates[at // found.base.per_day], f"{minute // 60:02}:{minute % 60:02}", *_named(line),
                f"{contacts:.2f}", f"{people:.2f}", f"{paid:.3f}", f"{cost:.2f}", f"{value:.2f}",
                f"{value - cost:.2f}", rules.currency,
            ]  # fmt: skip
