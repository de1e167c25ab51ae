"""A decision in words: one sentence, then three or four reasons. Icons are names of the sprite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hubbub.care.core.facts import About, Facts
from hubbub.care.core.playbook import Decision, Rule

_HEADLINES = {
    Decision.ANSWER: "Answer",
    Decision.APPEND: "Goes with what they told us",
    Decision.ASK: "A person decides",
    Decision.HOLD: "Hold a moment, then answer",
    Decision.WATCH: "Watch",
    Decision.INTERVENE: "Intervene",
    Decision.INCIDENT: "One incident",
    Decision.TAKE_PRIVATE: "Offer private",
    Decision.THANK: "Thank them",
    Decision.JOIN_IN: "Join in",
    Decision.LEAVE: "Leave it",
}
_SEVERITIES = {
    "danger": "danger to people",
    "legal": "a legal threat",
    "leak": "a data leak",
    "money": "money",
    "delay": "a delay",
    "annoyance": "annoyance",
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
    said = _HEADLINES.get(Decision(decision), decision)
    return f"{said} in private" if private and decision == Decision.ANSWER else said


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
    grave = [_SEVERITIES[each] for each in ("danger", "legal", "leak") if each in facts.severity]
    if grave:
        said.append(Reason("alert", "Speaks of " + " and ".join(grave), ", so it comes before all else."))
    if facts.noise >= 0.5 and rule.id == "P3":
        why = "; ".join(noise_words[:2])
        said.append(Reason("filter", f"Likely spam, promotion or bot, {facts.noise:.0%}", f": {why}." if why else "."))
    if facts.muted:
        said.append(Reason("filter", "Muted", " by somebody here."))
    if facts.automatic:
        said.append(Reason("filter", "A machine wrote it", ", as the message itself says."))
    if facts.same_voice_case:
        said.append(Reason("person", "The same person", " has an open case on this."))
    if facts.known:
        said.append(Reason("person", "Known customer", ", confirmed by a person."))
    if facts.crowd_solved:
        said.append(
            Reason("check", "Somebody helped" if not helper else f"{helper} helped", ", and the author said so.")
        )
    elif facts.wrote_again:
        said.append(Reason("hourglass", "They wrote again", " while nobody had answered."))
    if facts.second_voice:
        said.append(Reason("people", f"{voices} people" if voices > 1 else "A second person", " with a like problem."))
    if facts.asks_anyone:
        said.append(Reason("question", "Asks anyone for help", "."))
    if facts.abusive:
        said.append(Reason("alert", "Abusive", ": people are insulted or threatened."))
    if facts.asks_favour and not facts.private:
        said.append(Reason("people", "Asks a favour", _how_they_are(facts)))
    if facts.kind == "opportunity" and facts.about != About.TO_US:
        said.append(_etiquette(facts))
    if facts.in_warranty:
        said.append(Reason("check", "In warranty", ", so we can put it right."))
    if facts.lists:
        said.append(Reason("star", "On the list " + ", ".join(sorted(facts.lists)), "."))
    if not facts.open_hours:
        said.append(Reason("hourglass", "Came outside our hours", "."))
    if facts.listed:
        said.append(Reason("star", "On a list", " of people to answer at once."))
    said.append(_seen_by(facts, reach_words))
    return tuple(said)


def _how_they_are(facts: Facts) -> str:
    if not facts.community:
        return ", and we never had to do with them."
    return f"; {facts.adverts:.0%} of what they post are adverts."


def _etiquette(facts: Facts) -> Reason:
    """Say whether it would be polite to join in."""
    if facts.others_talk:
        return Reason("people", "They talk among themselves", ": joining in would be rude.")
    if not facts.open_question:
        return Reason("people", "No open question", ": nobody asked for advice.")
    if facts.spoke_lately:
        return Reason("hourglass", "We wrote to them lately", ": once in 30 days is enough.")
    return Reason("question", "An open question", ": help before offers.")


def _what(facts: Facts, kind_p: float, names_us: bool) -> Reason:
    kind = facts.kind.capitalize()
    if facts.unsure:
        return Reason("question", f"Perhaps {facts.kind}, {kind_p:.0%}", ": not sure enough to go by.")
    match facts.about:
        case About.TO_US if facts.private:
            return Reason("lock", f"{kind} to us", ", in private.")
        case About.TO_US:
            return Reason("bolt", f"{kind} to us", ", names our account." if names_us else ", in answer to us.")
        case About.ABOUT_US:
            return Reason("waves", f"{kind} about us", ", not to us.")
        case About.ABOUT_OTHERS:
            return Reason("waves", f"{kind} about others", " in our market.")
    return Reason("waves", kind, ", not about us.")


def _seen_by(facts: Facts, reach_words: Sequence[str]) -> Reason:
    if facts.private:
        return Reason("eye", "Only they and we", " see it.")
    why = reach_words[0] if reach_words else ""
    return Reason("eye", f"About {_round(facts.exposure):,}", f" may see it{f': {why}' if why else ''}.")


def _round(number: float) -> int:
    """Two figures are all an estimate is worth."""
    whole = max(0, int(number))
    step: int = 10 ** max(0, len(str(whole)) - 2)
    return round(whole / step) * step
