"""How many people are needed at each part of the day. A library of its own: it knows no database and no web."""

from hubbub.workforce.core.erlang import Served, blocking, redialled, served, wait_probability
from hubbub.workforce.core.required import Targets, required_agents
from hubbub.workforce.core.shrinkage import Cause, Shrinkage, on_the_schedule, shrinkage

__all__ = [
    "Cause",
    "Served",
    "Shrinkage",
    "Targets",
    "blocking",
    "on_the_schedule",
    "redialled",
    "required_agents",
    "served",
    "shrinkage",
    "wait_probability",
]
