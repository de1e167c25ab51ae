"""Tables of the workforce, a module a noun."""

from hubbub.workforce.models.forecasts import BacktestRow, ForecastRow, MarkedRow
from hubbub.workforce.models.people import AbsenceRow, ContractRow, MemberRow, WishRow
from hubbub.workforce.models.queues import HistoryRow, QueueRow, RulesRow
from hubbub.workforce.models.rosters import RosterRow, ShiftRow, SwapRow
from hubbub.workforce.models.scenarios import ScenarioRow

__all__ = [
    "AbsenceRow",
    "BacktestRow",
    "ContractRow",
    "ForecastRow",
    "HistoryRow",
    "MarkedRow",
    "MemberRow",
    "QueueRow",
    "RosterRow",
    "RulesRow",
    "ScenarioRow",
    "ShiftRow",
    "SwapRow",
    "WishRow",
]
