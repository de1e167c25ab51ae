"""The playbook: rules as data, read strictly, applied to facts. It proposes; a person decides in the end."""

from hubbub.care.core.playbook.due import SLOW_CHANNELS, due_at, pace_of
from hubbub.care.core.playbook.reading import LATER_PACES, read, shipped
from hubbub.care.core.playbook.rules import HOWS, AnyOf, Decision, Due, FactTest, Playbook, Rule, Test

__all__ = [
    "HOWS",
    "LATER_PACES",
    "SLOW_CHANNELS",
    "AnyOf",
    "Decision",
    "Due",
    "FactTest",
    "Playbook",
    "Rule",
    "Test",
    "due_at",
    "pace_of",
    "read",
    "shipped",
]
