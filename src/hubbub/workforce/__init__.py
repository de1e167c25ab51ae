"""How many people are needed at each part of the day. A library of its own: it knows no database and no web."""

from hubbub.workforce.core.blended.day import Day, Kind, Queue, Routing, Team
from hubbub.workforce.core.blended.outcome import Estimate, Meets, Outcome, play_days
from hubbub.workforce.core.bursts import Burstiness, burstiness, counted
from hubbub.workforce.core.chat import Chats, chats_served, required_for_chat
from hubbub.workforce.core.deferred import Worked, carried_over, levelled, required_by_deadline
from hubbub.workforce.core.erlang import Served, blocking, redialled, served, wait_probability
from hubbub.workforce.core.required import Targets, required_agents
from hubbub.workforce.core.shrinkage import Cause, Shrinkage, on_the_schedule, shrinkage

__all__ = [
    "Burstiness",
    "Cause",
    "Chats",
    "Day",
    "Estimate",
    "Kind",
    "Meets",
    "Outcome",
    "Queue",
    "Routing",
    "Served",
    "Shrinkage",
    "Targets",
    "Team",
    "Worked",
    "blocking",
    "burstiness",
    "carried_over",
    "chats_served",
    "counted",
    "levelled",
    "on_the_schedule",
    "play_days",
    "redialled",
    "required_agents",
    "required_by_deadline",
    "required_for_chat",
    "served",
    "shrinkage",
    "wait_probability",
]
