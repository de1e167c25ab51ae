"""Tables of care, a module a noun."""

from hubbub.care.models.answers import AnswerRules, Draft, PendingReply, PersonaRow
from hubbub.care.models.calls import CallBack, CallReject, CallRow
from hubbub.care.models.canned import CannedReply
from hubbub.care.models.cases import CaseRow, Entry, Presence, ReadMark, carry, state_of
from hubbub.care.models.customers import Consent, Erasure, Match, Merge, Owned, Trait
from hubbub.care.models.incidents import Incident, IncidentEvent, IncidentMessage, IncidentNote
from hubbub.care.models.labels import Label, Learning, OwnModel
from hubbub.care.models.levels import CalendarRow, ClockRow, LevelsChanged, PolicyRow
from hubbub.care.models.notices import Notice, NoticeWish
from hubbub.care.models.people import Customer, SocialAccount
from hubbub.care.models.playbooks import DecisionRow, Likeness, PlaybookVersion
from hubbub.care.models.rules import CaseRules
from hubbub.care.models.search import SearchState

__all__ = [
    "AnswerRules",
    "CalendarRow",
    "CallBack",
    "CallReject",
    "CallRow",
    "CannedReply",
    "CaseRow",
    "CaseRules",
    "ClockRow",
    "Consent",
    "Customer",
    "DecisionRow",
    "Draft",
    "Entry",
    "Erasure",
    "Incident",
    "IncidentEvent",
    "IncidentMessage",
    "IncidentNote",
    "Label",
    "Learning",
    "LevelsChanged",
    "Likeness",
    "Match",
    "Merge",
    "Notice",
    "NoticeWish",
    "OwnModel",
    "Owned",
    "PendingReply",
    "PersonaRow",
    "PlaybookVersion",
    "PolicyRow",
    "Presence",
    "ReadMark",
    "SearchState",
    "SocialAccount",
    "Trait",
    "carry",
    "state_of",
]
