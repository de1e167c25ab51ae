"""Money: what the work of a week or month costs and is worth, and how the cost grows with the service level."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.views.decorators.http import require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care.core.export import defused
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import figure, mark, say
from hubbub.web.charts import Cell, Chart, cost_by_level
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.workforce.amounts import SIGNS, hours_words, money_words, share_words, target_words, time_words
from hubbub.workforce.core.plan.money import Curve, Money, total
from hubbub.workforce.selectors.money import NO_DAY, YEARS, Accounts, Line, accounts, cost_curve

WEEK = 7
SPANS = (("week", mark("Week")), ("month", mark("Month")))
COLUMNS = (
    mark("day"), mark("days"), mark("queue"), mark("kind"), mark("client"), mark("contacts"), mark("answering hours"),
    mark("paid hours"), mark("cost"), mark("value"), mark("return"), mark("cost of a contact"), mark("service level"),
    mark("target"), mark("currency"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """The days a page is about."""

    name: str
    since: date
    days: int

    @property
    def until(self) -> date:
        """Its last day."""
        return self.since + timedelta(days=self.days - 1)

    @property
    def before(self) -> date:
        """A day of the span before."""
        return self.since - timedelta(days=1)

    @property
    def after(self) -> date:
        """The first day of the span after."""
        return self.since + timedelta(days=self.days)

    @property
    def words(self) -> str:
        """As people say it."""
        if self.name == "month":
            return date_format(self.since, "F Y")
        if self.name == "day":
            return date_format(self.since, say("D j M"))
        day = say("j M")
        return f"{date_format(self.since, day)} – {date_format(self.until, day)}"


def span_of(names: Sequence[str], asked: Mapping[str, str]) -> Span:
    """Return the days that are asked for; this week or day or month, where nothing is. The first name is the usual."""
    given = asked.get("from", "").replace("\x00", "")
    try:
        day = date.fromisoformat(given) if given else timezone.localdate()
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise ValueError
    except ValueError:
        raise InvalidInput(reason=say(NO_DAY, given=repr(given[:20]))) from None
    name = asked.get("span") if asked.get("span") in names else names[0]
    if name == "day":
        return Span(name, day, 1)
    if name == "month":
        first = day.replace(day=1)
        return Span("month", first, ((first + timedelta(days=32)).replace(day=1) - first).days)
    return Span("week", day - timedelta(days=day.weekday()), WEEK)


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
    return made


def _table(
    titles: tuple[str, str], says: str, named: Sequence[tuple[str, Sequence[Line], str]], found: Accounts,
    target: str = "", links: Sequence[str] = (),
) -> Table:  # fmt: skip
    currency = found.base.rules.currency
    head = [
        titles[1], say("Contacts"), say("Paid hours"), say("Cost"), say("A contact"),
        say("Value"), say("Return"), say("In time"), *([target] if target else []),
    ]  # fmt: skip
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
    marked = {
        "level": queue.level * 100, "cost": round(curve.now, 2),
        "mark": say("Target {share}", share=share_words(queue.level)),
    }  # fmt: skip
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
    here = [
        [Cell(f"{each['level']} %"), Cell(money_words(each["cost"], currency)), Cell(_more(each, curve, currency))]
        for each in told
    ]
    return Chart(
        "cost-curve", say("Cost of a day against service level, in {sign}", sign=SIGNS.get(currency, currency)),
        " ".join(notes), cost_by_level(), [*points, marked],
        [say("In {time}", time=time_words(queue.within_s)), say("Cost a day"), say("Than at the target")], here,
        notes=notes,
    )  # fmt: skip


def _more(point: Mapping[str, Any], curve: Curve, currency: str) -> str:
    more = point["cost"] - curve.now
    told = money_words(more, currency)
    return f"+{told}" if more > 0 else told


@require_safe
@in_workspace
def numbers(request: Request) -> HttpResponse:
    """Each queue's figures as CSV."""
    span, client = _asked(request)
    found = accounts(request.access, span.since, span.days, client)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="money-{span.since}.csv"'
    write = csv.writer(answer).writerow
    write([say(each) for each in COLUMNS])
    for each in found.lines:
        queue, sums = each.work.queue, each.money
        write(
            [
                span.since, span.days, defused(queue.name), queue.kind, defused(queue.client), f"{sums.contacts:.1f}",
                f"{sums.work_h:.2f}", f"{sums.paid_h:.2f}", f"{sums.cost:.2f}", f"{sums.value:.2f}",
                f"{sums.returns:.2f}", f"{sums.each:.2f}", f"{each.met.in_time:.4f}" if sums.contacts else "",
                f"{queue.level:g} / {queue.within_s:g} s", found.base.rules.currency,
            ]
        )  # fmt: skip
    return answer
