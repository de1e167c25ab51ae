"""Many people with a like problem at once are one incident."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hubbub.accounts.core.access import Role
from hubbub.accounts.models import Membership
from hubbub.care.core.case import Status
from hubbub.care.core.facts import About, Facts
from hubbub.care.core.incidents import title_of
from hubbub.care.core.likeness import Complaint, headings
from hubbub.care.core.notices import Why
from hubbub.care.core.playbook import Decision, Rule
from hubbub.care.core.storm import (
    DAY,
    UNKNOWN,
    Usual,
    gathering,
    is_storm,
    reasons_of,
    usual_of_today,
    usual_of_weeks,
    windows,
)
from hubbub.care.core.understanding import Kind
from hubbub.care.models import Incident
from hubbub.care.services import notices
from hubbub.care.services.desk import Alike, Glance
from hubbub.care.services.draft import CaseDraft
from hubbub.care.services.triage.second_looks import SecondLooks
from hubbub.kernel.speech import say
from hubbub.listening.core.post import HeardPost
from hubbub.listening.selectors import heard_since, topic_names

MOST_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Storm:
    """A like problem of many: the incident of it, or why it is to become one."""

    incident: Incident | None
    cases: Sequence[CaseDraft | Glance] = ()  # of the others
    heading: str = ""
    voices: int = 0
    since: datetime | None = None
    usual: Usual = UNKNOWN


class Storms:
    """Finds storms, and puts cases into incidents."""

    def __init__(self, looks: SecondLooks) -> None:
        self.looks, self.rulings, self.posts, self.desk = looks, looks.rulings, looks.posts, looks.desk
        self.playbook, self.now = self.desk.playbook, self.desk.now
        numbers = self.playbook.numbers
        self.span = timedelta(hours=numbers["storm_hours"])
        self.needed, self.times = numbers["storm_voices"], numbers["storm_times"]
        self.weeks = int(min(numbers["storm_weeks"], MOST_WEEKS))
        self._usual: dict[tuple[str, datetime], Usual] = {}  # by heading and hour
        self._heard_since: dict[int, datetime | None] = {}

    def of(self, mine: Complaint, alike: Alike) -> Storm | None:
        """Return the storm that a complaint belongs to, if there is one."""
        watched = {case.number: case for case, _ in alike if case.status == Status.WATCHING}
        joined = next((it for case, _ in alike if (it := self.desk.incident(case.incident_id))), None)
        if joined is not None:
            return Storm(joined, list(watched.values()))
        near = [(case, other) for case, other in alike if abs(other.said_at - mine.said_at) <= self.span]
        of = self.posts.doubles.of
        said = [(other.said_at, of(other.voice)) for _, other in near] + [(mine.said_at, of(mine.voice))]
        found = gathering(said, mine.said_at, self.span)
        if len(found.voices) < self.needed:
            return None
        heads = self._headings(mine)
        heading = heads[0] if heads else ""
        usual = max(
            (self._usual_at(each, found.since) for each in heads), key=lambda each: each.voices, default=UNKNOWN
        )
        if not is_storm(len(found.voices), usual, needed=self.needed, times=self.times):
            return None
        inside = {case.number: case for case, other in near if found.since <= other.said_at <= found.since + self.span}
        return Storm(None, list((inside | watched).values()), heading, len(found.voices), found.since, usual)

    def _headings(self, mine: Complaint) -> list[str]:
        """Return under which headings the usual is looked up, products first: the largest counts."""
        found = headings(mine.topics, mine.problems)
        return sorted(found, key=lambda heading: int(heading.partition("/")[0]) not in self.posts.products)

    def _usual_at(self, heading: str, since: datetime) -> Usual:
        hour = since.replace(minute=0, second=0, microsecond=0)
        if (heading, hour) not in self._usual:
            self._usual[heading, hour] = self._learn(heading, since)
        return self._usual[heading, hour]

    def _learn(self, heading: str, since: datetime) -> Usual:
        topic = int(heading.partition("/")[0])
        if topic not in self._heard_since:
            self._heard_since[topic] = self._compared_since(topic)
        heard = self._heard_since[topic]
        if starts := windows(since, self.span, self.weeks, heard):
            said = self.desk.said_under(heading, [(start, start + self.span) for start in starts])
            return usual_of_weeks(said, starts, self.span)
        said = self.desk.said_under(heading, [(since - DAY, since)])
        return usual_of_today(said, since, self.span, heard)

    def _compared_since(self, topic: int) -> datetime | None:
        """Return since when complaints on a topic are compared: heard of it, and cases made of what was heard.

        A topic that looked back was heard of before, but what was said then is counted only.
        """
        heard, first = heard_since(self.desk.workspace.pk, topic), self.desk.first_case_at()
        return max(heard, first) if heard is not None and first is not None else None

    # What becomes of it ----------------------------------------------------
    def take_in(self, storm: Storm, case: CaseDraft, post: HeardPost, facts: Facts) -> None:
        """Put the case of a post into the incident of its storm, which begins with it if need be."""
        rule = self.rule_for(facts)
        if storm.incident is None and rule is None:
            return  # this playbook makes no incidents
        incident = storm.incident or self._begin(storm, post, rule)
        for each in self.desk.whole([each for each in (case, *storm.cases) if each.incident_id != incident.pk]):
            self._group(each, incident, rule)
        new = set(self.posts.reading(post).severities) - set(incident.severities)
        incident.severities = sorted({*incident.severities, *new})
        incident.began_at = min(incident.began_at, post.said_at)

    def rule_for(self, facts: Facts) -> Rule | None:
        """Return the rule that makes an incident of such a post, were it said in public by somebody new."""
        public = replace(facts, private=False, same_voice_case=False, storm=True)
        rules = (rule for rule in self.playbook.rules if rule.decide is Decision.INCIDENT)
        return next((rule for rule in rules if rule.matches(public)), None)

    def _begin(self, storm: Storm, post: HeardPost, rule: Rule | None) -> Incident:
        since = storm.since or post.said_at
        why = reasons_of(storm.voices, storm.usual, since, self.span)
        topic, _, problem = storm.heading.partition("/")
        incident = Incident(
            workspace=self.desk.workspace,
            title=title_of(topic_names(self.desk.workspace.pk).get(int(topic or 0), ""), problem),
            began_at=since,
            opened_at=self.now,
            topic=int(topic or 0),
            problem=problem,
            rule=rule.id if rule else "",
            playbook=self.playbook.version,
            reasons=[each.data() for each in why],
            usual={**storm.usual.data(), "within_hours": self.span / timedelta(hours=1)},
        )
        self.desk.open_incident(incident)
        leads = Membership.objects.filter(workspace=self.desk.workspace, role__in=(Role.LEAD, Role.MANAGER, Role.OWNER))
        notices.tell(
            self.desk.workspace.pk,
            leads.values_list("person_id", flat=True),
            why=Why.INCIDENT,
            text=say("An incident began: {title}. {number} people have it.", title=incident.title, number=storm.voices),
            place=f"incidents/{incident.pk}/",
            now=self.now,
        )
        return incident

    def _group(self, case: CaseDraft, incident: Incident, rule: Rule | None) -> None:
        case.incident_id = incident.pk
        if rule is not None and not case.private and not case.alert and self.looks.undecided(case):
            held = case.not_before is not None
            case.decision, case.rule, case.rule_name, case.say = rule.decide, rule.id, say(rule.name), say(rule.say)
            case.reasons = [*incident.reasons, *case.reasons]
            case.status, case.not_before, case.due_at, case.review_at = Status.NEW, None, None, None
            part = say("The hold is over: part of an incident.") if held else say("Part of an incident.")
            self.desk.note(case, self.now, part)
        case.take(case.value())
        self.desk.touch(case)


def may_be_part(facts: Facts) -> bool:
    """Say whether a post can belong to a storm: a complaint to us or about us."""
    return facts.kind == Kind.COMPLAINT and facts.about in (About.TO_US, About.ABOUT_US)
