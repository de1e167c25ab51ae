"""Rules in words: what a fact is called, a test as half a sentence, what a rule does, and what a change changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hubbub.care.core.facts import FACTS, WEEKDAYS
from hubbub.care.core.playbook.rules import Decision
from hubbub.care.core.playbook.triggers import CASE_FACTS, EVENT_WORDS, TIMED, Event
from hubbub.kernel.speech import figure, mark, say

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


_POST, _PERSON = mark("The post"), mark("The person")
_THREAD, _TIME = mark("The talk around it"), mark("When and where")
KINDS: Final = ("complaint", "question", "praise", "suggestion", "opportunity", "promotion", "spam", "talk")
FACT_WORDS: Final[Mapping[str, FactWords]] = {
    "kind": FactWords(_POST, mark("its kind"), choices=KINDS),
    "kind_p": FactWords(_POST, mark("how likely that kind is"), unit=mark("of 1")),
    "unsure": FactWords(_POST, mark("sure or unsure"), mark("the kind is unsure"), mark("the kind is sure")),
    "about": FactWords(_POST, mark("whom it speaks to"), choices=("to us", "about us", "about others", "none")),
    "private": FactWords(_POST, mark("private or public"), mark("it is private"), mark("it is public")),
    "severity": FactWords(
        _POST, mark("what it speaks of"), choices=("danger", "legal", "leak", "money", "delay", "annoyance")
    ),
    "sentiment": FactWords(_POST, mark("how it feels"), choices=("negative", "neutral", "positive")),
    "abusive": FactWords(_POST, mark("abusive or not"), mark("it is abusive"), mark("it is not abusive")),
    "noise": FactWords(_POST, mark("how likely it is spam, promotion or a bot’s"), unit=mark("of 1")),
    "delicate": FactWords(
        _POST,
        mark("delicate or not"),
        mark("it gives personal data or speaks of compensation or liability"),
        mark("it holds nothing delicate"),
    ),
    "asks_anyone": FactWords(
        _POST, mark("asks anyone for help"), mark("it asks anyone for help"), mark("it does not ask anyone")
    ),
    "asks_favour": FactWords(_POST, mark("asks a favour"), mark("it asks a favour"), mark("it asks no favour")),
    "open_question": FactWords(
        _POST, mark("an open question"), mark("it is an open question"), mark("it is no open question")
    ),
    "automatic": FactWords(_POST, mark("written by a machine"), mark("a machine wrote it"), mark("a person wrote it")),
    "topic": FactWords(_POST, mark("its topics")),
    "topic_class": FactWords(
        _POST,
        mark("the class of its topics"),
        choices=("brand", "product", "person", "competitor", "market", "event"),
    ),
    "language": FactWords(_POST, mark("its language")),
    "known": FactWords(
        _PERSON, mark("a known customer"), mark("it is a known customer"), mark("it is no known customer")
    ),
    "listed": FactWords(
        _PERSON,
        mark("press or VIP"),
        mark("they are on the press or VIP list"),
        mark("they are not on the press or VIP list"),
    ),
    "lists": FactWords(_PERSON, mark("lists they are on")),
    "earlier_cases": FactWords(_PERSON, mark("how many cases they had before")),
    "unsolved_cases": FactWords(_PERSON, mark("how many of those are unsolved")),
    "days_since": FactWords(_PERSON, mark("days since their last case began"), unit=mark("days")),
    "spoke_lately": FactWords(
        _PERSON,
        mark("heard from us lately"),
        mark("we wrote to them within 30 days"),
        mark("we have not written to them for 30 days"),
    ),
    "community": FactWords(
        _PERSON,
        mark("somebody we had to do with"),
        mark("we had to do with them before"),
        mark("we never had to do with them"),
    ),
    "adverts": FactWords(_PERSON, mark("the share of adverts in what they post"), unit=mark("of 1")),
    "in_warranty": FactWords(
        _PERSON,
        mark("in warranty"),
        mark("their product is in warranty"),
        mark("their product is not known to be in warranty"),
    ),
    "muted": FactWords(_PERSON, mark("muted"), mark("somebody here muted them"), mark("nobody muted them")),
    "exposure": FactWords(_THREAD, mark("how many may see it"), unit=mark("people")),
    "growth": FactWords(_THREAD, mark("how many more within the hour"), unit=mark("people")),
    "same_voice_case": FactWords(
        _THREAD,
        mark("has an open case"),
        mark("they have an open case on the matter"),
        mark("they have no open case on the matter"),
    ),
    "second_voice": FactWords(
        _THREAD,
        mark("a second voice"),
        mark("another person has a like problem"),
        mark("nobody else has a like problem"),
    ),
    "crowd_solved": FactWords(
        _THREAD, mark("solved by others"), mark("somebody helped, and they said so"), mark("nobody has solved it")
    ),
    "wrote_again": FactWords(
        _THREAD, mark("wrote again"), mark("they wrote again"), mark("they have not written again")
    ),
    "review_reached": FactWords(
        _THREAD, mark("time for the review"), mark("the watch is due for review"), mark("the review is not due")
    ),
    "long_in_public": FactWords(
        _THREAD,
        mark("long in public"),
        mark("we answered twice in public without an end"),
        mark("it has not gone on in public"),
    ),
    "storm": FactWords(_THREAD, mark("a storm"), mark("many say it at once"), mark("it is no storm")),
    "others_talk": FactWords(
        _THREAD,
        mark("others among themselves"),
        mark("they talk among themselves"),
        mark("they do not talk among themselves"),
    ),
    "channel": FactWords(_TIME, mark("the channel")),
    "hour": FactWords(_TIME, mark("the hour of its arrival"), unit=mark("o’clock")),
    "weekday": FactWords(_TIME, mark("the day of its arrival"), choices=WEEKDAYS),
    "open_hours": FactWords(
        _TIME, mark("inside our hours"), mark("it came inside our hours"), mark("it came outside our hours")
    ),
}
_CASE: Final = mark("The case")
CASE_FACT_WORDS: Final[Mapping[str, FactWords]] = {
    **{name: FACT_WORDS[name] for name in CASE_FACTS if name in FACT_WORDS},
    "priority": FactWords(_CASE, mark("its priority"), choices=("urgent", "high", "normal", "low")),
    "queue": FactWords(_CASE, mark("its queue"), choices=("safety", "unsure", "praise", "ideas")),
    "decision": FactWords(_CASE, mark("what was decided"), choices=tuple(Decision)),
    "rule": FactWords(_CASE, mark("the rule that decided")),
    "taken": FactWords(_CASE, mark("somebody has it"), mark("somebody has it"), mark("nobody has it")),
    "tags": FactWords(_CASE, mark("its tags")),
    "set_now": FactWords(_CASE, mark("the tag that was set")),
    "voices": FactWords(_CASE, mark("how many people have the problem"), unit=mark("people")),
}
KIND_OF: Final[Mapping[str, type]] = {**CASE_FACTS, **FACTS}
_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "kind": (mark("it is {kind}"), mark("it is not {kind}")),
    "kind_p": (mark("its kind is sure to {kind_p} or more"), mark("its kind is sure to less than {kind_p}")),
    "about": (mark("it is {about}"), mark("it is not {about}")),
    "severity": (mark("it speaks of {severity}"), mark("it does not speak of {severity}")),
    "sentiment": (mark("it feels {sentiment}"), mark("it does not feel {sentiment}")),
    "noise": (
        mark("it is spam, promotion or a bot’s with likelihood {noise} or more"),
        mark("it is spam, promotion or a bot’s with likelihood below {noise}"),
    ),
    "topic": (mark("it is on {topic}"), mark("it is not on {topic}")),
    "topic_class": (mark("a topic of it is a {topic_class}"), mark("no topic of it is a {topic_class}")),
    "language": (mark("its language is {language}"), mark("its language is not {language}")),
    "lists": (mark("they are on the list {lists}"), mark("they are not on the list {lists}")),
    "earlier_cases": (
        mark("they had {earlier_cases} or more cases before"),
        mark("they had fewer than {earlier_cases} cases before"),
    ),
    "unsolved_cases": (
        mark("{unsolved_cases} or more cases of theirs are unsolved"),
        mark("fewer than {unsolved_cases} cases of theirs are unsolved"),
    ),
    "days_since": (
        mark("their last case began {days_since} or more days ago"),
        mark("their last case began less than {days_since} days ago"),
    ),
    "adverts": (
        mark("adverts are {adverts} or more of what they post"),
        mark("adverts are less than {adverts} of what they post"),
    ),
    "exposure": (mark("{exposure} or more people may see it"), mark("fewer than {exposure} people may see it")),
    "growth": (
        mark("{growth} or more people an hour come to see it"),
        mark("fewer than {growth} people an hour come to see it"),
    ),
    "channel": (mark("it came by {channel}"), mark("it did not come by {channel}")),
    "hour": (mark("it came at {hour} o’clock or later"), mark("it came before {hour} o’clock")),
    "weekday": (mark("it came on {weekday}"), mark("it did not come on {weekday}")),
    "priority": (mark("its priority is {priority}"), mark("its priority is not {priority}")),
    "queue": (mark("it is in the queue {queue}"), mark("it is not in the queue {queue}")),
    "decision": (mark("what was decided is {decision}"), mark("what was decided is not {decision}")),
    "rule": (mark("the rule {rule} decided"), mark("another rule than {rule} decided")),
    "tags": (mark("it has the tag {tags}"), mark("it does not have the tag {tags}")),
    "set_now": (mark("the tag {set_now} was set"), mark("another tag than {set_now} was set")),
    "voices": (mark("{voices} or more people have the problem"), mark("fewer than {voices} people have the problem")),
}
"""How a test reads where it holds of the value, and where it holds of all others."""

CHOICE_WORDS: Final[Mapping[str, str]] = {
    # kinds
    "complaint": mark("a complaint"),
    "question": mark("a question"),
    "praise": mark("praise"),
    "suggestion": mark("a suggestion"),
    "opportunity": mark("an opportunity"),
    "promotion": mark("promotion"),
    "spam": mark("spam"),
    "talk": mark("talk"),
    # whom it speaks to
    "to us": mark("to us"),
    "about us": mark("about us"),
    "about others": mark("about others"),
    "none": mark("about nothing of ours"),
    # severities and sentiments
    "danger": mark("danger to people"),
    "legal": mark("a legal threat"),
    "leak": mark("a data leak"),
    "money": mark("money"),
    "delay": mark("a delay"),
    "annoyance": mark("annoyance"),
    "negative": mark("negative"),
    "neutral": mark("neutral"),
    "positive": mark("positive"),
    # classes of topics
    "brand": mark("brand"),
    "product": mark("product"),
    "person": mark("person"),
    "competitor": mark("competitor"),
    "market": mark("market"),
    "event": mark("event"),
    # days, priorities, queues
    "monday": mark("monday"),
    "tuesday": mark("tuesday"),
    "wednesday": mark("wednesday"),
    "thursday": mark("thursday"),
    "friday": mark("friday"),
    "saturday": mark("saturday"),
    "sunday": mark("sunday"),
    "urgent": mark("urgent"),
    "high": mark("high"),
    "normal": mark("normal"),
    "low": mark("low"),
    "safety": mark("safety"),
    "unsure": mark("unsure"),
    "ideas": mark("ideas"),
    # decisions
    "answer": mark("answer"),
    "append": mark("append"),
    "ask": mark("ask"),
    "hold": mark("hold"),
    "watch": mark("watch"),
    "intervene": mark("intervene"),
    "incident": mark("incident"),
    "take_private": mark("take_private"),
    "thank": mark("thank"),
    "join_in": mark("join_in"),
    "leave": mark("leave"),
}
"""The choices of all facts."""
HOW_WORDS: Final[Mapping[str, str]] = {
    "is_in": mark("is one of"),
    "not_in": mark("is none of"),
    "has_any": mark("has one of"),
    "has_none": mark("has none of"),
    "at_least": mark("is at least"),
    "below": mark("is below"),
}
DECISION_WORDS: Final[Mapping[str, str]] = {
    Decision.ANSWER: mark("answer"),
    Decision.APPEND: mark("append it to their open case"),
    Decision.ASK: mark("ask a person"),
    Decision.HOLD: mark("hold it, then answer"),
    Decision.WATCH: mark("watch"),
    Decision.INTERVENE: mark("intervene"),
    Decision.INCIDENT: mark("make one incident"),
    Decision.TAKE_PRIVATE: mark("offer to go private"),
    Decision.THANK: mark("thank them"),
    Decision.JOIN_IN: mark("join in"),
    Decision.LEAVE: mark("leave it"),
}
_UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "minutes": (mark("{number} minute"), mark("{number} minutes")),
    "hours": (mark("{number} hour"), mark("{number} hours")),
    "days": (mark("{number} day"), mark("{number} days")),
}
DUE_WORDS: Final[Mapping[str, str]] = {
    "at once": mark("at once"),
    "now": mark("now"),
    "service level": mark("within the service level"),
    "today": mark("by the end of the day"),
}


def test_words(test: Data, numbers: Mapping[str, float]) -> str:
    """Return a test as half a sentence.

    >>> test_words({"fact": "exposure", "at_least": "vip_exposure"}, {"vip_exposure": 50_000})
    '50,000 or more people may see it'
    >>> test_words({"any": [{"fact": "private", "is": True}, {"fact": "kind", "is_in": ["praise", "talk"]}]}, {})
    'it is private, or it is praise or talk'
    """
    if "any" in test:
        return say(", or ").join(test_words(each, numbers) for each in flat(test["any"]))
    fact = test["fact"]
    how, value = next((key, value) for key, value in test.items() if key != "fact")
    if KIND_OF[fact] is bool:
        words = FACT_WORDS.get(fact) or CASE_FACT_WORDS[fact]
        return say(words.yes if value else words.no)
    if how in ("at_least", "below"):
        said = _number(value, numbers)
    else:
        said = listed([choice_words(fact, each) for each in ([value] if isinstance(value, str) else value)])
    return say(_SENTENCES[fact][how in ("below", "not_in", "has_none")], **{fact: said})


def choice_words(fact: str, value: str) -> str:
    """Return a value of a fact in words; as it is, where it is somebody's own."""
    words = FACT_WORDS.get(fact) or CASE_FACT_WORDS[fact]
    return say(CHOICE_WORDS[value]) if value in words.choices else value


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
    return ": ".join(filter(None, (say(DECISION_WORDS[rule["decide"]]), ", ".join(_extras(rule, numbers)))))


def _extras(rule: Data, numbers: Mapping[str, float]) -> Iterator[str]:
    if hold := rule.get("hold"):
        yield say("wait {span}", span=span_words(hold, numbers))
    if review := rule.get("review"):
        yield say("review after {span}", span=span_words(review, numbers))
    if due := rule.get("due"):
        if isinstance(due, str):
            yield say("due {when}", when=say(DUE_WORDS[due]))
        else:
            yield say("due in {span}", span=span_words(due, numbers))
    if rule.get("queue"):
        yield say("queue {queue}", queue=choice_words("queue", rule["queue"]))
    if rule.get("priority"):
        yield say("priority {priority}", priority=choice_words("priority", rule["priority"]))
    if rule.get("tags"):
        yield say("tags {tags}", tags=", ".join(rule["tags"]))
    if rule.get("template"):
        words = mark("send by itself ‘{title}’") if rule.get("automatic") else mark("suggest ‘{title}’")
        yield say(words, title=rule["template"])
    if rule.get("needs_approval"):
        yield say("a lead approves the answer")
    if rule.get("alert"):
        yield say("tell the lead")


def span_words(span: Data, numbers: Mapping[str, float]) -> str:
    """Return a time in words.

    >>> span_words({"minutes": 1}, {}), span_words({"hours": "watch_hours"}, {"watch_hours": 24})
    ('1 minute', '24 hours')
    """
    unit, amount = next(iter(span.items()))
    number = _number(amount, numbers)
    return say(_UNITS[unit][number != "1"], number=number)


def _number(value: Any, numbers: Mapping[str, float]) -> str:
    found = numbers.get(value, 0) if isinstance(value, str) else value
    return figure(found, ",g") if found < 1_000 else figure(found, ",.0f")


def listed(values: Sequence[str]) -> str:
    """Return values as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b or c')
    """
    values = list(values)
    if len(values) < 2:
        return values[0] if values else say("nothing")
    return say("{values} or {last}", values=", ".join(values[:-1]), last=values[-1])


_TIMED_WORDS: Final[Mapping[Event, str]] = {
    Event.NO_ANSWER: mark("the customer has not answered for {span}"),
    Event.DUE_SOON: mark("a case is due within {span}"),
    Event.OVERDUE: mark("a case is late by {span}"),
    Event.SOLVED: mark("a case was solved {span} ago"),
}


def event_words(trigger: Data, numbers: Mapping[str, float]) -> str:
    """Say what a trigger waits for.

    >>> event_words({"event": "no answer", "after": {"days": 3}}, {})
    'the customer has not answered for 3 days'
    """
    event = Event(trigger["event"])
    if event not in TIMED:
        return say(EVENT_WORDS[event])
    return say(_TIMED_WORDS[event], span=span_words(trigger["after"], numbers))


def deed_words(trigger: Data, numbers: Mapping[str, float]) -> str:
    """Say what a trigger does.

    >>> deed_words({"note": "Ask again", "priority": "high", "tell": True}, {})
    'note ‘Ask again’, priority high, tell the leads'
    """
    return ", ".join(_deeds(trigger, numbers))


def _deeds(trigger: Data, numbers: Mapping[str, float]) -> Iterator[str]:
    if trigger.get("note"):
        yield say("note ‘{text}’", text=trigger["note"])
    if trigger.get("tags"):
        yield say("tags {tags}", tags=", ".join(trigger["tags"]))
    if trigger.get("priority"):
        yield say("priority {priority}", priority=choice_words("priority", trigger["priority"]))
    if trigger.get("queue"):
        yield say("queue {queue}", queue=choice_words("queue", trigger["queue"]))
    if trigger.get("team"):
        yield say("give it to the team {team}", team=trigger["team"])
    if trigger.get("template"):
        yield say("send ‘{title}’ by itself", title=trigger["template"])
    if trigger.get("snooze"):
        yield say("snooze it for {span}", span=span_words(trigger["snooze"], numbers))
    if trigger.get("solve"):
        yield say("resolve it")
    if trigger.get("tell"):
        yield say("tell the leads")
