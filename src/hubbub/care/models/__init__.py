"""Tables of care, a module a noun."""

from hubbub.care.models.advocates import AdvocateRules, FollowUp, FollowUpVoice, Thanks
from hubbub.care.models.answers import AnswerRules, Draft, PendingReply, PersonaRow
from hubbub.care.models.calls import CallBack, CallReject, CallRow
from hubbub.care.models.canned import CannedReply
from hubbub.care.models.cases import CaseRow, Entry, Presence, ReadMark, carry, state_of
from hubbub.care.models.customers import Consent, Erasure, Match, Merge, Owned, Trait
from hubbub.care.models.doings import Doing, Macro
from hubbub.care.models.happenings import Fired, Happening, Mute
from hubbub.care.models.incidents import Incident, IncidentEvent, IncidentMessage, IncidentNote
from hubbub.care.models.knowledge import Article, ArticleUse, ArticleVersion, ArticleWord
from hubbub.care.models.labels import Label, Learning, OwnModel
from hubbub.care.models.leads import Lead, LeadEvent, LeadStage
from hubbub.care.models.levels import CalendarRow, ClockRow, LevelsChanged, PolicyRow
from hubbub.care.models.notices import Notice, NoticeWish
from hubbub.care.models.people import AuthorPast, Customer, SecondAccount, SocialAccount
from hubbub.care.models.people_lists import ListMember, PeopleList
from hubbub.care.models.playbooks import DecisionRow, DryRun, Likeness, PlaybookDraft, PlaybookVersion
from hubbub.care.models.quality import Review, ReviewForm
from hubbub.care.models.ratings import Rating, RatingSettings
from hubbub.care.models.rules import CaseRules
from hubbub.care.models.search import SearchState
from hubbub.care.models.tags import CaseLink, CaseTag, Field, FieldValue, Tag, WrapUp
from hubbub.care.models.team import (
    AgentRow,
    AgentSkill,
    Contact,
    OwnState,
    Route,
    Routed,
    Skill,
    SkillNeed,
    StateSpan,
    TeamRules,
)
from hubbub.care.models.views import SavedViewRow

__all__ = [
    "AdvocateRules",
    "AgentRow",
    "AgentSkill",
    "AnswerRules",
    "Article",
    "ArticleUse",
    "ArticleVersion",
    "ArticleWord",
    "AuthorPast",
    "CalendarRow",
    "CallBack",
    "CallReject",
    "CallRow",
    "CannedReply",
    "CaseLink",
    "CaseRow",
    "CaseRules",
    "CaseTag",
    "ClockRow",
    "Consent",
    "Contact",
    "Customer",
    "DecisionRow",
    "Doing",
    "Draft",
    "DryRun",
    "Entry",
    "Erasure",
    "Field",
    "FieldValue",
    "Fired",
    "FollowUp",
    "FollowUpVoice",
    "Happening",
    "Incident",
    "IncidentEvent",
    "IncidentMessage",
    "IncidentNote",
    "Label",
    "Lead",
    "LeadEvent",
    "LeadStage",
    "Learning",
    "LevelsChanged",
    "Likeness",
    "ListMember",
    "Macro",
    "Match",
    "Merge",
    "Mute",
    "Notice",
    "NoticeWish",
    "OwnModel",
    "OwnState",
    "Owned",
    "PendingReply",
    "PeopleList",
    "PersonaRow",
    "PlaybookDraft",
    "PlaybookVersion",
    "PolicyRow",
    "Presence",
    "Rating",
    "RatingSettings",
    "ReadMark",
    "Review",
    "ReviewForm",
    "Route",
    "Routed",
    "SavedViewRow",
    "SearchState",
    "SecondAccount",
    "Skill",
    "SkillNeed",
    "SocialAccount",
    "StateSpan",
    "Tag",
    "TeamRules",
    "Thanks",
    "Trait",
    "WrapUp",
    "carry",
    "state_of",
]
