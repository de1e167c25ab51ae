"""A decision in words: one sentence, then three or four reasons. Icons are names of the sprite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hubbub.care.core.facts import About, Facts
from hubbub.care.core.playbook import Decision, Rule
from hubbub.kernel.speech import mark, say

_HEADLINES = {
    Decision.ANSWER: mark("Answer"),
    Decision.APPEND: mark("Goes with what they told us"),
    Decision.ASK: mark("A person decides"),
    Decision.HOLD: mark("Hold a moment, then answer"),
    Decision.WATCH: mark("Watch"),
    Decision.INTERVENE: mark("Intervene"),
    Decision.INCIDENT: mark("One incident"),
    Decision.TAKE_PRIVATE: mark("Offer private"),
    Decision.THANK: mark("Thank them"),
    Decision.JOIN_IN: mark("Join in"),
    Decision.LEAVE: mark("Leave it"),
}
_SEVERITIES = {
    "danger": mark("danger to people"),
    "legal": mark("a legal threat"),
    "leak": mark("a data leak"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: an icon's name, the words that carry it, and what follows them."""

    icon: str
    strong: str
    text: str = ""

    def data(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {"icon": self.icon, "strong": self.strong, "text": self.text}


def headline(decision: str, *, private: bool) -> str:
    """Say what to do, in two or three words."""
    if private and decision == Decision.ANSWER:
        return say("Answer in private")
    return say(_HEADLINES.get(Decision(decision), decision))


def reasons(
    facts: Facts,
    rule: Rule,
    *,
    kind_p: float,
    names_us: bool,
    reach_words: Sequence[str],
    noise_words: Sequence[str],
    voices: int,
    helper: str,
) -> tuple[Reason, ...]:
    """Say why a post is where it is, the weightiest first.

    `reach_words` and `noise_words` are what the influence domain says of the author; `helper` names
    who solved it, where somebody did.
    """
    said = [_what(facts, kind_p, names_us)]
    grave = [say(_SEVERITIES[each]) for each in ("danger", "legal", "leak") if each in facts.severity]
    if grave:
        strong = say("Speaks of {what}", what=say(" and ").join(grave))
        said.append(Reason("alert", strong, say(", so it comes before all else.")))
    if facts.noise >= 0.5 and rule.id == "P3":
        why = "; ".join(noise_words[:2])
        said.append(
            Reason(
                "filter",
                say("Likely spam, promotion or bot, {likely:.0%}", likely=facts.noise),
                f": {why}." if why else ".",
            )
        )
    if facts.muted:
        said.append(Reason("filter", say("Muted"), say(" by somebody here.")))
    if facts.automatic:
        said.append(Reason("filter", say("A machine wrote it"), say(", as the message itself says.")))
    if facts.same_voice_case:
        said.append(Reason("person", say("The same person"), say(" has an open case on this.")))
    if facts.known:
        said.append(Reason("person", say("Known customer"), say(", confirmed by a person.")))
    if facts.crowd_solved:
        strong = say("{name} helped", name=helper) if helper else say("Somebody helped")
        said.append(Reason("check", strong, say(", and the author said so.")))
    elif facts.wrote_again:
        said.append(Reason("hourglass", say("They wrote again"), say(" while nobody had answered.")))
    if facts.second_voice:
        strong = say("{number} people", number=voices) if voices > 1 else say("A second person")
        said.append(Reason("people", strong, say(" with a like problem.")))
    if facts.asks_anyone:
        said.append(Reason("question", say("Asks anyone for help"), "."))
    if facts.abusive:
        said.append(Reason("alert", say("Abusive"), say(": people are insulted or threatened.")))
    if facts.asks_favour and not facts.private:
        said.append(Reason("people", say("Asks a favour"), _how_they_are(facts)))
    if facts.kind == "opportunity" and facts.about != About.TO_US:
        said.append(_etiquette(facts))
    if facts.in_warranty:
        said.append(Reason("check", say("In warranty"), say(", so we can put it right.")))
    if facts.lists:
        said.append(Reason("star", say("On the list {names}", names=", ".join(sorted(facts.lists))), "."))
    if not facts.open_hours:
        said.append(Reason("hourglass", say("Came outside our hours"), "."))
    if facts.listed:
        said.append(Reason("star", say("On a list"), say(" of people to answer at once.")))
    said.append(_seen_by(facts, reach_words))
    return tuple(said)


def _how_they_are(facts: Facts) -> str:
    if not facts.community:
        return say(", and we never had to do with them.")
    return say("; {share:.0%} of what they post are adverts.", share=facts.adverts)


def _etiquette(facts: Facts) -> Reason:
    """Say whether it would be polite to join in."""
    if facts.others_talk:
        return Reason("people", say("They talk among themselves"), say(": joining in would be rude."))
    if not facts.open_question:
        return Reason("people", say("No open question"), say(": nobody asked for advice."))
    if facts.spoke_lately:
        return Reason("hourglass", say("We wrote to them lately"), say(": once in 30 days is enough."))
    return Reason("question", say("An open question"), say(": help before offers."))


def _what(facts: Facts, kind_p: float, names_us: bool) -> Reason:
    kind = say(facts.kind).capitalize()
    if facts.unsure:
        return Reason(
            "question",
            say("Perhaps {kind}, {likely:.0%}", kind=say(facts.kind), likely=kind_p),
            say(": not sure enough to go by."),
        )
    match facts.about:
        case About.TO_US if facts.private:
            return Reason("lock", say("{kind} to us", kind=kind), say(", in private."))
        case About.TO_US:
            return Reason(
                "bolt",
                say("{kind} to us", kind=kind),
                say(", names our account.") if names_us else say(", in answer to us."),
            )
        case About.ABOUT_US:
            return Reason("waves", say("{kind} about us", kind=kind), say(", not to us."))
        case About.ABOUT_OTHERS:
            return Reason("waves", say("{kind} about others", kind=kind), say(" in our market."))
    return Reason("waves", kind, say(", not about us."))


def _seen_by(facts: Facts, reach_words: Sequence[str]) -> Reason:
    if facts.private:
        return Reason("eye", say("Only they and we"), say(" see it."))
    why = reach_words[0] if reach_words else ""
    strong = say("About {number:,}", number=_round(facts.exposure))
    return Reason("eye", strong, say(" may see it: {why}.", why=why) if why else say(" may see it."))


def _round(number: float) -> int:
    """Two figures are all an estimate is worth."""
    whole = max(0, int(number))
    step: int = 10 ** max(0, len(str(whole)) - 2)
    return round(whole / step) * step
