"""What a post says outright, found by rule: danger, a threat, 'me too', 'that worked'. English first.

Rules are phrases, one a line (see `care.core.phrases`), looked for in folded text. Where words have a harmless
sense ('this deal is fire'), the harmless phrase is struck out before the rules look.
"""

from hubbub.care.core.words.grave import Severity
from hubbub.care.core.words.said import (
    asks_advice,
    asks_anyone,
    asks_favour,
    confirms,
    is_abusive,
    joins_in,
    problem_words,
    says_nothing,
    severities,
)

__all__ = [
    "Severity",
    "asks_advice",
    "asks_anyone",
    "asks_favour",
    "confirms",
    "is_abusive",
    "joins_in",
    "problem_words",
    "says_nothing",
    "severities",
]
