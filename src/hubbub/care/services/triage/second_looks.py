"""Deciding again: an unanswered case is read anew on every event of its thread, and when its time has come."""

from dataclasses import replace

from hubbub.care.core.playbook import Decision, Rule
from hubbub.care.core.reasons import headline
from hubbub.care.core.thread import Look, look
from hubbub.care.services.desk import UNDECIDED
from hubbub.care.services.draft import CaseDraft
from hubbub.care.services.triage.opinions import said_rule
from hubbub.care.services.triage.rulings import Rulings
from hubbub.kernel.speech import say, spoken


class SecondLooks:
    """What becomes of holds and watches."""

    def __init__(self, rulings: Rulings) -> None:
        self.rulings, self.posts, self.desk = rulings, rulings.posts, rulings.desk
        self.playbook, self.now = self.desk.playbook, self.desk.now

    def undecided(self, case: CaseDraft) -> bool:
        """Whether nobody has acted yet, so that the playbook may still change its mind."""
        untouched = case.first_replied_at is None and case.owner_id is None
        return case.status in UNDECIDED and untouched and not case.historical

    def decide_again(
        self, case: CaseDraft, *, second_voice: bool = False, review_reached: bool = False, because: str = ""
    ) -> None:
        """Read an unanswered case anew, as a hold or watch asks on every event of its thread.

        `because`: what made it so where it was no event of the thread, as a sentence.
        """
        posts = {post.id: post for post in self.desk.posts_of(case) if post.deleted_at is None}
        if not posts:
            return
        seen = look([self.posts.said(post) for post in posts.values()], now=self.now, window=self.posts.window)
        seen = replace(seen, second_voice=seen.second_voice or second_voice)
        lead = posts[seen.lead.post]
        self.rulings.lead_with(case, lead)
        case.voices, case.exposure = seen.voices, int(seen.exposure)
        storm = self.desk.incident(case.incident_id) is not None
        facts = self.posts.facts(lead, seen=seen, review_reached=review_reached, storm=storm)
        base = self.playbook.first(facts)  # a lead that arrived late may make it another matter
        rule = said_rule(lead, base) or self.playbook.again(base.id, facts)
        same = base.id == self.playbook.base_of(case.rule) if rule is None else rule.id == case.rule
        rule = rule or base
        if same or rule.id == case.rule:
            if because:  # the same decision about something that is read otherwise now
                case.reasons = [each.data() for each in self.posts.reasons(lead, facts, rule, seen)]
            return
        held = case.not_before is not None
        why = self.posts.reasons(lead, facts, rule, seen)
        self.rulings.rule(case, rule, why, facts, arrived=case.opened_at)
        self.rulings.record(lead, case, rule.id, rule.decide, why, facts, again=True)
        what = headline(rule.decide, private=case.private)
        again = say("Decided again: {what}.", what=what.lower() if spoken() == "en" else what)
        self.desk.note(case, self.now, f"{because} {again}" if because else _what_happened(rule, seen, held))
        self.desk.audit("decided again", case, rule=rule.id, decision=rule.decide.value)

    def time_has_come(self, case: CaseDraft) -> None:
        """End a hold whose minutes are over, or review a watch."""
        if case.folder == "held":
            case.take(case.value().end_hold(case.due_at))
            self.desk.note(
                case, self.now, say("Held in case someone else solved it. Nobody did: now it is ours to answer.")
            )
            self.desk.audit("hold ended", case)
        else:
            case.review_at = None
            self.decide_again(case, review_reached=True)
            case.take(case.value())
        self.desk.touch(case)


def _what_happened(rule: Rule, seen: Look, was_held: bool) -> str:
    """Say in the timeline why a case was decided again."""
    if seen.crowd_solved:
        who = seen.lead.name or say("the author")
        return say("{helper} helped, and {name} said so.", helper=seen.helper, name=who)
    if rule.decide is Decision.LEAVE:
        return say("Watched: nothing more came of it.")
    if seen.second_voice:
        said = say("{number} people have this problem now: due now.", number=max(2, seen.voices))
    elif seen.wrote_again:
        said = say("{name} wrote again: due now.", name=seen.lead.name or say("The author"))
    else:
        said = say("{what}: due now.", what=say(rule.say))
    return say("The hold is over: {what}", what=said) if was_held else said
