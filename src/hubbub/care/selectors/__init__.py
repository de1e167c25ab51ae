"""Reads of the care domain, a noun a module."""

from hubbub.care.selectors.answering import (
    answer_rules,
    drafting,
    drafts,
    drafts_on,
    due_replies,
    files_waiting,
    names_to_mention,
    pending,
    pending_on,
    pending_reply,
    persona,
    personas,
    undo_of,
    waiting_counts,
    words_of,
)
from hubbub.care.selectors.answers import accounts_called, answers_on, case_of, cases_of, in_cases, replied_on, replies
from hubbub.care.selectors.files import files_in_use, heard_file, sent_file
from hubbub.care.selectors.levels import calendars, levels, main_calendar, open_hours, policies
from hubbub.care.selectors.lists import cases, counts, due
from hubbub.care.selectors.playbooks import day_end, playbook, playbook_versions
from hubbub.care.selectors.settings import canned, canned_count, canned_folders, canned_reply, case_counts, colleagues
from hubbub.care.selectors.threads import followed, threads_since, threads_to_read
from hubbub.care.selectors.timeline import case, case_row, decisions, lookers, number_of, talk
from hubbub.care.selectors.ways import last_from_customer, ways

__all__ = [
    "accounts_called",
    "answer_rules",
    "answers_on",
    "calendars",
    "canned",
    "canned_count",
    "canned_folders",
    "canned_reply",
    "case",
    "case_counts",
    "case_of",
    "case_row",
    "cases",
    "cases_of",
    "colleagues",
    "counts",
    "day_end",
    "decisions",
    "drafting",
    "drafts",
    "drafts_on",
    "due",
    "due_replies",
    "files_in_use",
    "files_waiting",
    "followed",
    "heard_file",
    "in_cases",
    "last_from_customer",
    "levels",
    "lookers",
    "main_calendar",
    "names_to_mention",
    "number_of",
    "open_hours",
    "pending",
    "pending_on",
    "pending_reply",
    "persona",
    "personas",
    "playbook",
    "playbook_versions",
    "policies",
    "replied_on",
    "replies",
    "sent_file",
    "talk",
    "threads_since",
    "threads_to_read",
    "undo_of",
    "waiting_counts",
    "ways",
    "words_of",
]
