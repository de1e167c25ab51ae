"""What the rules find in a text: each detector asks its rules, one look tells which may hold at all."""

import re
from functools import lru_cache

from hubbub.care.core.phrases import Rule, Suspects
from hubbub.care.core.words.abuse import ABUSE, SLURRED
from hubbub.care.core.words.grave import HARMLESS, SEVERITIES, Severity
from hubbub.care.core.words.problems import PROBLEMS
from hubbub.care.core.words.talk import (
    ADVICE,
    ASKS,
    DENIES,
    FAVOUR,
    JOINS,
    JOINS_ALONE,
    REQUESTS,
    SOLVED,
    SOLVED_ALONE,
    THANKS,
)
from hubbub.kernel.text import fold

READ_CHARACTERS = 5_000
"""How much of a text the rules look at."""


def says_nothing(text: str) -> bool:
    """Whether none of the rules can hold, so that nobody need ask for each: so it is with most texts."""
    return not _looked_through(text)[1]


def severities(text: str) -> frozenset[Severity]:
    """Return everything that makes a post grave.

    >>> severities("It smoked and burnt my hand"), severities("This deal is fire")
    (frozenset({<Severity.DANGER: 'danger'>}), frozenset())
    """
    plain, suspects = _looked_through(text)
    grave = [(severity, rule) for severity, rule in SEVERITIES.items() if rule in suspects]
    if grave and HARMLESS in suspects:
        plain = HARMLESS.sub("~", plain)
    return frozenset(severity for severity, rule in grave if _says(plain, rule))


def problem_words(text: str) -> frozenset[str]:
    """Return the classes of problem that a post names: failure, connection, delivery, billing and so on.

    >>> sorted(problem_words("So's mine, they are so unreliable")), sorted(problem_words("Not broken at all"))
    (['failure'], [])
    """
    plain, suspects = _looked_through(text)
    return frozenset(name for name, rule in PROBLEMS.items() if rule in suspects and _says(plain, rule))


def asks_anyone(text: str) -> bool:
    """Whether the author asks whoever reads it: 'anyone?', 'what can I do?'."""
    plain, suspects = _looked_through(text)
    return ASKS in suspects and bool(ASKS.search(plain))


def joins_in(text: str) -> bool:
    """Whether the author says it is the same with them: 'so's mine', 'me too', '+1'."""
    plain, suspects = _looked_through(text)
    return any(rule.search(plain) for rule in (JOINS, JOINS_ALONE) if rule in suspects)


def confirms(text: str) -> bool:
    """Whether the author says that it is solved, or thanks for it.

    >>> confirms("that worked, thanks!"), confirms("thanks for nothing"), confirms("please fix it, thanks")
    (True, False, False)
    """
    plain, suspects = _looked_through(text)
    if DENIES in suspects and DENIES.search(plain):
        return False
    for rule in (SOLVED, SOLVED_ALONE):
        if rule in suspects and (solved := rule.search(plain)):
            return not plain[solved.end() :].lstrip().startswith("?")
    thanks = THANKS in suspects and bool(THANKS.search(plain))
    return thanks and "?" not in plain and not REQUESTS.search(plain)


def is_abusive(text: str) -> bool:
    """Whether people are insulted, slurred or threatened. Swearing about a thing is not abuse."""
    plain, suspects = _looked_through(text)
    if "the fuck " in plain:  # 'why the fuck you do this' is no word at anybody
        plain = plain.replace("the fuck ", "")
        suspects = _SUSPECTS.of(plain)
    return any(rule.search(plain) for rule in (ABUSE, SLURRED) if rule in suspects)


def asks_favour(text: str) -> bool:
    """Whether the author wants us, or anybody, to repost, to vote or to spread the word.

    >>> asks_favour("Please RT, we need 20 more votes"), asks_favour("I voted with my feet and left")
    (True, False)
    """
    plain, suspects = _looked_through(text)
    return FAVOUR in suspects and bool(FAVOUR.search(plain))


def asks_advice(text: str) -> bool:
    """Whether the author asks what to buy or where to go.

    >>> asks_advice("Anyone know a good widget?"), asks_advice("Thinking of leaving Acme for good. Where to?")
    (True, True)
    >>> asks_advice("This is a good widget"), asks_advice("I recommend nothing")
    (False, False)
    """
    plain, suspects = _looked_through(text)
    return ADVICE in suspects and bool(ADVICE.search(plain))


def _plain(text: str) -> str:
    return " ".join(fold(text[:READ_CHARACTERS]).replace("’", "'").split())


def _says(text: str, rule: Rule) -> bool:
    """Whether a phrase stands there and the words right before it don't deny it."""
    return any(not _NEGATION.search(text, max(0, hit.start() - 60), hit.start()) for hit in rule.finditer(text))


_NEGATION = re.compile(
    r"\b(?:no|not|never|without|\w+n't|(?:nobody|no one)(?:'s| was| is| got)?|kein\w*|nicht|pas|sin)"
    r"(?: (?:a|an|any|the|been|be|being|get|got|even|actually|really|longer|badly|seriously|more|sign of|risk of))* $"
)

_SUSPECTS = Suspects(
    (
        *SEVERITIES.values(),
        *PROBLEMS.values(),
        ASKS,
        JOINS,
        JOINS_ALONE,
        SOLVED,
        SOLVED_ALONE,
        THANKS,
        DENIES,
        HARMLESS,
        ABUSE,
        SLURRED,
        FAVOUR,
        ADVICE,
    )
)


@lru_cache(maxsize=16)
def _looked_through(text: str) -> tuple[str, frozenset[Rule]]:
    """Return a text as the rules read it, and those worth trying: each detector asks, one look serves all."""
    plain = _plain(text)
    return plain, _SUSPECTS.of(plain)
