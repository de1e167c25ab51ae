"""How many people are needed at each part of the day. A library of its own: it knows no database and no web."""

from hubbub.workforce.core.blended.day import Day, Kind, Queue, Routing, Team
from hubbub.workforce.core.blended.margins import Margin, Staffing
from hubbub.workforce.core.blended.outcome import Estimate, Meets, Outcome, play_days
from hubbub.workforce.core.blended.search import cheapest_staffing
from hubbub.workforce.core.blended.whatif import Beside, Comparison, QueueBeside, changed, storming, what_if
from hubbub.workforce.core.bursts import Burstiness, burstiness, counted
from hubbub.workforce.core.chat import Chats, chats_served, required_for_chat
from hubbub.workforce.core.deferred import Worked, carried_over, levelled, required_by_deadline
from hubbub.workforce.core.erlang import Served, blocking, redialled, served, wait_probability
from hubbub.workforce.core.forecast.backtest import Backtest, backtest
from hubbub.workforce.core.forecast.calendar import Event, Learnt, holidays_of
from hubbub.workforce.core.forecast.handling import Handling, handling
from hubbub.workforce.core.forecast.history import History, instants, passes
from hubbub.workforce.core.forecast.intervals import Spread, inside
from hubbub.workforce.core.forecast.intraday import reforecast
from hubbub.workforce.core.forecast.outlook import Forecast, forecast
from hubbub.workforce.core.forecast.reading import read_history
from hubbub.workforce.core.forecast.storms import Storm, Storms, Swept, swept
from hubbub.workforce.core.money import (
    Balance,
    Contacts,
    Cost,
    Meeting,
    Rates,
    Step,
    balance,
    by_client,
    calls_curve,
    cost,
    cost_curve,
)
from hubbub.workforce.core.required import Targets, required_agents
from hubbub.workforce.core.roster import repair
from hubbub.workforce.core.roster.calendar import feed, rows
from hubbub.workforce.core.roster.checker import Broken, broken, checked
from hubbub.workforce.core.roster.cover import Coverage, covered
from hubbub.workforce.core.roster.loosen import Advice, Loosened, Short, advice
from hubbub.workforce.core.roster.people import Break, Contract, Person, Shape
from hubbub.workforce.core.roster.repair import Change, Effect, effect
from hubbub.workforce.core.roster.solve import Parts, Roster, roster
from hubbub.workforce.core.roster.swaps import against_giving, against_swapping
from hubbub.workforce.core.roster.week import Demand, Prices, Shift, Week
from hubbub.workforce.core.shrinkage import Cause, Shrinkage, on_the_schedule, shrinkage

__all__ = [
    "Advice",
    "Backtest",
    "Balance",
    "Beside",
    "Break",
    "Broken",
    "Burstiness",
    "Cause",
    "Change",
    "Chats",
    "Comparison",
    "Contacts",
    "Contract",
    "Cost",
    "Coverage",
    "Day",
    "Demand",
    "Effect",
    "Estimate",
    "Event",
    "Forecast",
    "Handling",
    "History",
    "Kind",
    "Learnt",
    "Loosened",
    "Margin",
    "Meeting",
    "Meets",
    "Outcome",
    "Parts",
    "Person",
    "Prices",
    "Queue",
    "QueueBeside",
    "Rates",
    "Roster",
    "Routing",
    "Served",
    "Shape",
    "Shift",
    "Short",
    "Shrinkage",
    "Spread",
    "Staffing",
    "Step",
    "Storm",
    "Storms",
    "Swept",
    "Targets",
    "Team",
    "Week",
    "Worked",
    "advice",
    "against_giving",
    "against_swapping",
    "backtest",
    "balance",
    "blocking",
    "broken",
    "burstiness",
    "by_client",
    "calls_curve",
    "carried_over",
    "changed",
    "chats_served",
    "cheapest_staffing",
    "checked",
    "cost",
    "cost_curve",
    "counted",
    "covered",
    "effect",
    "feed",
    "forecast",
    "handling",
    "holidays_of",
    "inside",
    "instants",
    "levelled",
    "on_the_schedule",
    "passes",
    "play_days",
    "read_history",
    "redialled",
    "reforecast",
    "repair",
    "required_agents",
    "required_by_deadline",
    "required_for_chat",
    "roster",
    "rows",
    "served",
    "shrinkage",
    "storming",
    "swept",
    "wait_probability",
    "what_if",
]
