"""What people cost, what contacts are worth, and what comes back of it. Money is in the currency it was given in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.erlang import served
from hubbub.workforce.core.given import Floats, amounts, people, share, times, together
from hubbub.workforce.core.required import Targets, required_agents

_RATE = mark("What an hour costs, with on-costs and overtime, is a number from 0 on.")
_SHRINKAGE = mark("Shrinkage is a share from 0 on and below 1, as .3 for 30 %.")
_OVERTIME = mark("Hours of overtime are from 0 on, and no more than all hours.")
_CONVERSION = mark("{name}: conversion and margin are shares from 0 to 1, as .05 for 5 %.")
_AMOUNT = mark("{name}: contacts, their value, costs and fees are numbers from 0 on.")
_STEPS = mark("Give at least two targets to compare, each a share and the seconds within which it is to be answered.")


@dataclass(frozen=True, slots=True)
class Rates:
    """What people are paid.

    Raises
    ------
    InvalidInput
        If something is below 0.
    """

    hour: float
    on_costs: float = 0.0
    """What the employer pays on top (pension, insurance, desk), as a share of wages."""
    overtime: float = 0.0
    """What an hour of overtime costs more, as a share."""

    def __post_init__(self) -> None:
        for each in (self.hour, self.on_costs, self.overtime):
            amounts(each, _RATE)


@dataclass(frozen=True, slots=True)
class Cost:
    """What people cost, and of what it is made."""

    worked_hours: float
    """Hours in which they answer, overtime included."""
    paid_hours: float
    """With holidays, sickness, training and whatever else they are paid for."""
    wages: float
    overtime: float
    """Wages of hours of overtime, what they cost more included."""
    on_costs: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.wages + self.overtime + self.on_costs


def cost(
    agents: ArrayLike, rates: Rates, *, per: ArrayLike = 1800.0, shrinkage: float = 0.0, overtime_hours: float = 0.0
) -> Cost:
    """Return what people cost who answer in these intervals.

    (hours / (1 - shrinkage) · rate + overtime hours · rate · (1 + what they cost more)) · (1 + on-costs)

    Parameters
    ----------
    agents : array, people who answer in each interval; fractions where they are averages
    rates : what an hour costs
    per : seconds an interval lasts
    shrinkage : share of paid time in which they don't answer, in [0, 1)
    overtime_hours : hours of these that are worked on top of contracts; nobody is on holiday in them: no shrinkage

    Raises
    ------
    InvalidInput
        If something is negative or not finite, or more is overtime than is worked.

    >>> cost([14, 14], Rates(20, on_costs=0.25), per=1800, shrinkage=0.3).total
    500.0
    """
    if not 0 <= shrinkage < 1:
        raise InvalidInput(reason=_SHRINKAGE)
    staff, seconds = together(amounts(agents), times(per))
    worked = float((staff * seconds).sum()) / 3600
    if not 0 <= overtime_hours <= worked:
        raise InvalidInput(reason=_OVERTIME)
    contract = (worked - overtime_hours) / (1 - shrinkage)
    more = overtime_hours * rates.hour * (1 + rates.overtime)
    wages = contract * rates.hour
    return Cost(worked, contract + overtime_hours, wages, more, (wages + more) * rates.on_costs)


@dataclass(frozen=True, slots=True)
class Contacts:
    """What comes by one channel for one client, what it costs, and what may come of it.

    Raises
    ------
    InvalidInput
        If an amount is below 0, or a share is none.
    """

    channel: str
    contacts: float
    cost: float
    """Of the people who answer them."""
    client: str = ""
    lost: float = 0.0
    """Share that is never answered, as of callers who give up."""
    conversion: float = 0.0
    """Share of answered contacts of which a sale comes."""
    sale_value: float = 0.0
    """Of a sale."""
    margin: float = 0.0
    """Share of that which is earned."""
    fee: float | None = None
    """What the client pays for them; None: the client is charged what it costs, as where a desk is one's own."""

    def __post_init__(self) -> None:
        name = " · ".join(filter(None, (self.client, self.channel)))
        amounts([self.contacts, self.cost, self.sale_value, self.fee or 0.0], say(_AMOUNT, name=name))
        if not all(0 <= each <= 1 for each in (self.lost, self.conversion, self.margin)):
            raise InvalidInput(reason=say(_CONVERSION, name=name))


@dataclass(frozen=True, slots=True)
class Balance:
    """What was spent, what came of it, and what comes back."""

    contacts: float
    answered: float
    sales: float
    revenue: float
    """What customers pay."""
    value: float
    """What the client earns by that: contacts answered · conversion · value of a sale · margin."""
    cost: float
    """Of people."""
    fee: float
    """What the client pays; its investment."""

    @property
    def returns(self) -> float:
        """What is left of the value when the client has paid."""
        return self.value - self.fee

    @property
    def ratio(self) -> float:
        """What each unit that the client pays brings; 0 where nothing was paid."""
        return self.value / self.fee if self.fee > 0 else 0.0

    @property
    def desk(self) -> float:
        """What the contact centre itself keeps: fee less cost; 0 where the desk is one's own."""
        return self.fee - self.cost

    @property
    def cost_each(self) -> float:
        """Of a contact that is answered."""
        return self.cost / self.answered if self.answered > 0 else 0.0

    @property
    def value_each(self) -> float:
        """Of a contact that is answered."""
        return self.value / self.answered if self.answered > 0 else 0.0


def balance(lines: Iterable[Contacts]) -> Balance:
    """Return what some channels and clients come to, together.

    >>> found = balance([Contacts("phone", 1000, 4000, conversion=0.1, sale_value=150, margin=0.4)])
    >>> found.value, found.ratio
    (6000.0, 1.5)
    """
    total = np.zeros(7)
    for line in lines:
        answered = line.contacts * (1 - line.lost)
        sales = answered * line.conversion
        revenue = sales * line.sale_value
        fee = line.cost if line.fee is None else line.fee
        total += (line.contacts, answered, sales, revenue, revenue * line.margin, line.cost, fee)
    return Balance(*total.tolist())


def by_client(lines: Iterable[Contacts]) -> dict[str, Balance]:
    """Return what each client's channels come to, in the order in which clients first come.

    >>> found = by_client([Contacts("phone", 10, 50, "Acme"), Contacts("chat", 10, 30, "Bolt"),
    ...                    Contacts("mail", 10, 20, "Acme")])
    >>> {name: each.cost for name, each in found.items()}
    {'Acme': 70.0, 'Bolt': 30.0}
    """
    found: dict[str, list[Contacts]] = {}
    for line in lines:
        found.setdefault(line.client, []).append(line)
    return {name: balance(some) for name, some in found.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """One service level, and what it costs beside the one before."""

    level: float
    within: float
    hours: float
    """In which people answer."""
    met: float
    """Share that is answered in time: never less than asked, often more, as people are whole."""
    lost: float
    """Share that is never answered."""
    cost: float
    value: float
    """What is earned by what is answered."""
    more: float
    """What it costs more than the step before; 0 at the first."""
    each_point: float
    """That, for each percentage point by which more are answered in time; 0 at the first, or where it is the same."""
    pays: float
    """What is earned more than at the step before, less what it costs more."""

    @property
    def returns(self) -> float:
        """What is earned less what it costs."""
        return self.value - self.cost


@dataclass(frozen=True, slots=True)
class Meeting:
    """What people come to: contacts, and shares of them over the day."""

    contacts: float
    in_time: float
    lost: float


def cost_curve(
    steps: Sequence[tuple[float, float]],
    need: Callable[[float, float], ArrayLike],
    meets: Callable[[Floats, float], Meeting],
    rates: Rates,
    *,
    per: ArrayLike = 1800.0,
    shrinkage: float = 0.0,
    value_each: float = 0.0,
) -> tuple[Step, ...]:
    """Return what each service level costs, and what the step to it from the one before costs and pays.

    Parameters
    ----------
    steps : targets in their order, (share, seconds within), at least two
    need : from share and seconds to people in each interval, as `need` of a planned queue
    meets : from people and seconds to what contacts meet
    rates, per, shrinkage : as in `cost`
    value_each : of a contact that is answered: conversion · value of a sale · margin

    Raises
    ------
    InvalidInput
        If fewer than two targets are given, or one can't be.
    """
    if len(steps) < 2:
        raise InvalidInput(reason=_STEPS)
    found: list[Step] = []
    for level, within in steps:
        staff = people(need(share(level), float(amounts(within))))
        met = meets(staff, within)
        spent = cost(staff, rates, per=per, shrinkage=shrinkage)
        value = met.contacts * (1 - met.lost) * float(amounts(value_each))
        more = points = pays = 0.0
        if found:
            before = found[-1]
            more, points = spent.total - before.cost, 100 * (met.in_time - before.met)
            pays = value - before.value - more
        each = more / points if abs(points) > 1e-9 else 0.0
        found.append(
            Step(level, within, spent.worked_hours, met.in_time, met.lost, spent.total, value, more, each, pays)
        )
    return tuple(found)


def calls_curve(
    calls: ArrayLike, steps: Sequence[tuple[float, float]], rates: Rates, *, per: float = 1800.0,
    handling: ArrayLike = 180.0, patience: ArrayLike | None = None, shrinkage: float = 0.0, value_each: float = 0.0,
) -> tuple[Step, ...]:  # fmt: skip
    """Return what each service level costs for calls alone, by Erlang's formulas; see `cost_curve`.

    Parameters
    ----------
    calls : array of shape (n_intervals,), how many come in each
    per, handling, patience : seconds, as in `required_agents`

    From 80 % in 20 s to 90 % in 10 s, over ten hours of a hundred calls each half hour:

    >>> curve = calls_curve(np.full(20, 100.0), [(0.8, 20), (0.9, 10)], Rates(20))
    >>> [step.cost for step in curve], curve[1].more
    ([2800.0, 3000.0], 200.0)
    """

    def need(level: float, within: float) -> ArrayLike:
        return required_agents(calls, Targets(level, within), per=per, handling=handling, patience=patience)

    def meets(staff: Floats, within: float) -> Meeting:
        met = served(calls, staff, per=per, handling=handling, within=within, patience=patience)
        many = np.broadcast_to(amounts(calls), met.in_time.shape)
        total = float(many.sum())
        if total == 0:
            return Meeting(0.0, 1.0, 0.0)
        return Meeting(total, float((met.in_time * many).sum()) / total, float((met.gives_up * many).sum()) / total)

    return cost_curve(steps, need, meets, rates, per=per, shrinkage=shrinkage, value_each=value_each)
