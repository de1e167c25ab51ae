"""Rules in words: what a fact is called, a test as half a sentence, what a rule does, and what a change changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hubbub.care.core.facts import FACTS, WEEKDAYS
from hubbub.care.core.playbook.rules import Decision
from hubbub.care.core.playbook.triggers import CASE_FACTS, EVENT_WORDS, TIMED, Event

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FactWords:
    """How people speak of a fact. `yes` and `no` are sentences; `choices` are all values there are, if few."""

    group: str
    label: str
    yes: str = ""
    no: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()


_POST, _PERSON, _THREAD, _TIME = "The post", "The person", "The talk around it", "When and where"
KINDS: Final = ("complaint", "question", "praise", "suggestion", "opportunity", "promotion", "spam", "talk")
FACT_WORDS: Final[Mapping[str, FactWords]] = {
    "kind": FactWords(_POST, "its kind", choices=KINDS),
    "kind_p": FactWords(_POST, "how likely that kind is", unit="of 1"),
    "unsure": FactWords(_POST, "sure or unsure", "the kind is unsure", "the kind is sure"),
    "about": FactWords(_POST, "whom it speaks to", choices=("to us", "about us", "about others", "none")),
    "private": FactWords(_POST, "private or public", "it is private", "it is public"),
    "severity": FactWords(
        _POST, "what it speaks of", choices=("danger", "legal", "leak", "money", "delay", "annoyance")
    ),
    "sentiment": FactWords(_POST, "how it feels", choices=("negative", "neutral", "positive")),
    "abusive": FactWords(_POST, "abusive or not", "it is abusive", "it is not abusive"),
    "noise": FactWords(_POST, "how likely it is spam, promotion or a bot’s", unit="of 1"),
    "delicate": FactWords(
        _POST,
        "delicate or not",
        "it gives personal data or speaks of compensation or liability",
        "it holds nothing delicate",
    ),
    "asks_anyone": FactWords(_POST, "asks anyone for help", "it asks anyone for help", "it does not ask anyone"),
    "asks_favour": FactWords(_POST, "asks a favour", "it asks a favour", "it asks no favour"),
    "open_question": FactWords(_POST, "an open question", "it is an open question", "it is no open question"),
    "automatic": FactWords(_POST, "written by a machine", "a machine wrote it", "a person wrote it"),
    "topic": FactWords(_POST, "its topics"),
    "topic_class": FactWords(
        _POST,
        "the class of its topics",
        choices=("brand", "product", "person", "competitor", "market", "event"),
    ),
    "language": FactWords(_POST, "its language"),
    "known": FactWords(_PERSON, "a known customer", "it is a known customer", "it is no known customer"),
    "listed": FactWords(
        _PERSON, "press or VIP", "they are on the press or VIP list", "they are not on the press or VIP list"
    ),
    "lists": FactWords(_PERSON, "lists they are on"),
    "earlier_cases": FactWords(_PERSON, "how many cases they had before"),
    "unsolved_cases": FactWords(_PERSON, "how many of those are unsolved"),
    "days_since": FactWords(_PERSON, "days since their last case began", unit="days"),
    "spoke_lately": FactWords(
        _PERSON, "heard from us lately", "we wrote to them within 30 days", "we have not written to them for 30 days"
    ),
    "community": FactWords(
        _PERSON, "somebody we had to do with", "we had to do with them before", "we never had to do with them"
    ),
    "adverts": FactWords(_PERSON, "the share of adverts in what they post", unit="of 1"),
    "in_warranty": FactWords(
        _PERSON, "in warranty", "their product is in warranty", "their product is not known to be in warranty"
    ),
    "muted": FactWords(_PERSON, "muted", "somebody here muted them", "nobody muted them"),
    "exposure": FactWords(_THREAD, "how many may see it", unit="people"),
    "growth": FactWords(_THREAD, "how many more within the hour", unit="people"),
    "same_voice_case": FactWords(
        _THREAD, "has an open case", "they have an open case on the matter", "they have no open case on the matter"
    ),
    "second_voice": FactWords(
        _THREAD, "a second voice", "another person has a like problem", "nobody else has a like problem"
    ),
    "crowd_solved": FactWords(_THREAD, "solved by others", "somebody helped, and they said so", "nobody has solved it"),
    "wrote_again": FactWords(_THREAD, "wrote again", "they wrote again", "they have not written again"),
    "review_reached": FactWords(_THREAD, "time for the review", "the watch is due for review", "the review is not due"),
    "long_in_public": FactWords(
        _THREAD, "long in public", "we answered twice in public without an end", "it has not gone on in public"
    ),
    "storm": FactWords(_THREAD, "a storm", "many say it at once", "it is no storm"),
    "others_talk": FactWords(
        _THREAD, "others among themselves", "they talk among themselves", "they do not talk among themselves"
    ),
    "channel": FactWords(_TIME, "the channel"),
    "hour": FactWords(_TIME, "the hour of its arrival", unit="o’clock"),
    "weekday": FactWords(_TIME, "the day of its arrival", choices=WEEKDAYS),
    "open_hours": FactWords(_TIME, "inside our hours", "it came inside our hours", "it came outside our hours"),
}
_CASE: Final = "The case"
CASE_FACT_WORDS: Final[Mapping[str, FactWords]] = {
    **{name: FACT_WORDS[name] for name in CASE_FACTS if name in FACT_WORDS},
    "priority": FactWords(_CASE, "its priority", choices=("urgent", "high", "normal", "low")),
    "queue": FactWords(_CASE, "its queue", choices=("safety", "unsure", "praise", "ideas")),
    "decision": FactWords(_CASE, "what was decided", choices=tuple(Decision)),
    "rule": FactWords(_CASE, "the rule that decided"),
    "taken": FactWords(_CASE, "somebody has it", "somebody has it", "nobody has it"),
    "tags": FactWords(_CASE, "its tags"),
    "set_now": FactWords(_CASE, "the tag that was set"),
    "voices": FactWords(_CASE, "how many people have the problem", unit="people"),
}
KIND_OF: Final[Mapping[str, type]] = {**CASE_FACTS, **FACTS}
_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "kind": ("it is {}", "it is not {}"),
    "kind_p": ("its kind is sure to {} or more", "its kind is sure to less than {}"),
    "about": ("it is {}", "it is not {}"),
    "severity": ("it speaks of {}", "it does not speak of {}"),
    "sentiment": ("it feels {}", "it does not feel {}"),
    "noise": (
        "it is spam, promotion or a bot’s with likelihood {} or more",
        "it is spam, promotion or a bot’s with likelihood below {}",
    ),
    "topic": ("it is on {}", "it is not on {}"),
    "topic_class": ("a topic of it is a {}", "no topic of it is a {}"),
    "language": ("its language is {}", "its language is not {}"),
    "lists": ("they are on the list {}", "they are not on the list {}"),
    "earlier_cases": ("they had {} or more cases before", "they had fewer than {} cases before"),
    "unsolved_cases": ("{} or more cases of theirs are unsolved", "fewer than {} cases of theirs are unsolved"),
    "days_since": ("their last case began {} or more days ago", "their last case began less than {} days ago"),
    "adverts": ("adverts are {} or more of what they post", "adverts are less than {} of what they post"),
    "exposure": ("{} or more people may see it", "fewer than {} people may see it"),
    "growth": ("{} or more people an hour come to see it", "fewer than {} people an hour come to see it"),
    "channel": ("it came by {}", "it did not come by {}"),
    "hour": ("it came at {} o’clock or later", "it came before {} o’clock"),
    "weekday": ("it came on {}", "it did not come on {}"),
    "priority": ("its priority is {}", "its priority is not {}"),
    "queue": ("it is in the queue {}", "it is not in the queue {}"),
    "decision": ("what was decided is {}", "what was decided is not {}"),
    "rule": ("the rule {} decided", "another rule than {} decided"),
    "tags": ("it has the tag {}", "it does not have the tag {}"),
    "set_now": ("the tag {} was set", "another tag than {} was set"),
    "voices": ("{} or more people have the problem", "fewer than {} people have the problem"),
}
"""How a test reads where it holds of the value, and where it holds of all others."""

CHOICE_WORDS: Final[Mapping[str, str]] = {
    "complaint": "a complaint",
    "question": "a question",
    "suggestion": "a suggestion",
    "opportunity": "an opportunity",
    "none": "about nothing of ours",
    "danger": "danger to people",
    "legal": "a legal threat",
    "leak": "a data leak",
    "delay": "a delay",
}
HOW_WORDS: Final[Mapping[str, str]] = {
    "is": "is",
    "is_in": "is one of",
    "not_in": "is none of",
    "has_any": "has one of",
    "has_none": "has none of",
    "at_least": "is at least",
    "below": "is below",
}
DECISION_WORDS: Final[Mapping[str, str]] = {
    Decision.ANSWER: "answer",
    Decision.APPEND: "append it to their open case",
    Decision.ASK: "ask a person",
    Decision.HOLD: "hold it, then answer",
    Decision.WATCH: "watch",
    Decision.INTERVENE: "intervene",
    Decision.INCIDENT: "make one incident",
    Decision.TAKE_PRIVATE: "offer to go private",
    Decision.THANK: "thank them",
    Decision.JOIN_IN: "join in",
    Decision.LEAVE: "leave it",
}
DUE_WORDS: Final[Mapping[str, str]] = {
    "at once": "at once",
    "now": "now",
    "service level": "within the service level",
    "today": "by the end of the day",
}


def test_words(test: Data, numbers: Mapping[str, float]) -> str:
    """Return a test as half a sentence.

    >>> test_words({"fact": "exposure", "at_least": "vip_exposure"}, {"vip_exposure": 50_000})
    '50,000 or more people may see it'
    >>> test_words({"any": [{"fact": "private", "is": True}, {"fact": "kind", "is_in": ["praise", "talk"]}]}, {})
    'it is private, or it is praise or talk'
    """
    if "any" in test:
        return ", or ".join(test_words(each, numbers) for each in flat(test["any"]))
    fact = test["fact"]
    how, value = next((key, value) for key, value in test.items() if key != "fact")
    if KIND_OF[fact] is bool:
        words = FACT_WORDS.get(fact) or CASE_FACT_WORDS[fact]
        return words.yes if value else words.no
    if how in ("at_least", "below"):
        said = _number(value, numbers)
    else:
        said = listed([CHOICE_WORDS.get(each, each) for each in ([value] if isinstance(value, str) else value)])
    return _SENTENCES[fact][how in ("below", "not_in", "has_none")].format(said)


def flat(tests: Sequence[Data]) -> Iterator[Data]:
    """Yield the tests of an `any`, those of an `any` inside it too: both hold where one of them does."""
    for test in tests:
        if "any" in test:
            yield from flat(test["any"])
        else:
            yield test


def when_words(when: Sequence[Data], numbers: Mapping[str, float]) -> tuple[str, ...]:
    """Return every test of a rule in words; all of them must hold."""
    return tuple(test_words(each, numbers) for each in when)


def then_words(rule: Data, numbers: Mapping[str, float]) -> str:
    """Say what a rule does.

    >>> then_words({"decide": "hold", "hold": {"minutes": 10}, "due": "service level"}, {})
    'hold it, then answer: wait 10 minutes, due within the service level'
    """
    return ": ".join(filter(None, (DECISION_WORDS[rule["decide"]], ", ".join(_extras(rule, numbers)))))


def _extras(rule: Data, numbers: Mapping[str, float]) -> Iterator[str]:
    if hold := rule.get("hold"):
        yield f"wait {span_words(hold, numbers)}"
    if review := rule.get("review"):
        yield f"review after {span_words(review, numbers)}"
    if due := rule.get("due"):
        yield f"due {DUE_WORDS[due]}" if isinstance(due, str) else f"due in {span_words(due, numbers)}"
    if rule.get("queue"):
        yield f"queue {rule['queue']}"
    if rule.get("priority"):
        yield f"priority {rule['priority']}"
    if rule.get("tags"):
        yield f"tags {', '.join(rule['tags'])}"
    if rule.get("template"):
        yield f"{'send by itself' if rule.get('automatic') else 'suggest'} ‘{rule['template']}’"
    if rule.get("needs_approval"):
        yield "a lead approves the answer"
    if rule.get("alert"):
        yield "tell the lead"


def span_words(span: Data, numbers: Mapping[str, float]) -> str:
    """Return a time in words.

    >>> span_words({"minutes": 1}, {}), span_words({"hours": "watch_hours"}, {"watch_hours": 24})
    ('1 minute', '24 hours')
    """
    unit, amount = next(iter(span.items()))
    number = _number(amount, numbers)
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def _number(value: Any, numbers: Mapping[str, float]) -> str:
    found = numbers.get(value, 0) if isinstance(value, str) else value
    return f"{found:,g}" if found < 1_000 else f"{found:,.0f}"


def listed(values: Sequence[str]) -> str:
    """Return values as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b or c')
    """
    values = list(values)
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}" if values else "nothing"


def event_words(trigger: Data, numbers: Mapping[str, float]) -> str:
    """Say what a trigger waits for.

    >>> event_words({"event": "no answer", "after": {"days": 3}}, {})
    'the customer has not answered for 3 days'
    """
    event = Event(trigger["event"])
    said = EVENT_WORDS[event]
    if event not in TIMED:
        return said
    span = span_words(trigger["after"], numbers)
    return f"a case was solved {span} ago" if event is Event.SOLVED else f"{said} {span}"


def deed_words(trigger: Data, numbers: Mapping[str, float]) -> str:
    """Say what a trigger does.

    >>> deed_words({"note": "Ask again", "priority": "high", "tell": True}, {})
    'note ‘Ask again’, priority high, tell the leads'
    """
    return ", ".join(_deeds(trigger, numbers))


def _deeds(trigger: Data, numbers: Mapping[str, float]) -> Iterator[str]:
    if trigger.get("note"):
        yield f"note ‘{trigger['note']}’"
    if trigger.get("tags"):
        yield f"tags {', '.join(trigger['tags'])}"
    if trigger.get("priority"):
        yield f"priority {trigger['priority']}"
    if trigger.get("queue"):
        yield f"queue {trigger['queue']}"
    if trigger.get("team"):
        yield f"give it to the team {trigger['team']}"
    if trigger.get("template"):
        yield f"send ‘{trigger['template']}’ by itself"
    if trigger.get("snooze"):
        yield f"snooze it for {span_words(trigger['snooze'], numbers)}"
    if trigger.get("solve"):
        yield "resolve it"
    if trigger.get("tell"):
        yield "tell the leads"
