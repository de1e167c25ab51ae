"""Reads of the care domain, a noun a module."""

from hubbub.care.selectors.answers import (
    accounts_called,
    answers_on,
    authors_of,
    case_of,
    cases_of,
    in_cases,
    replied_on,
    replies,
)
from hubbub.care.selectors.files import files_in_use, heard_file, sent_file
from hubbub.care.selectors.levels import calendars, levels, main_calendar, open_hours, policies
from hubbub.care.selectors.lists import cases, counts, due
from hubbub.care.selectors.playbooks import day_end, playbook, playbook_versions
from hubbub.care.selectors.settings import canned, case_counts, colleagues
from hubbub.care.selectors.threads import followed, threads_since, threads_to_read
from hubbub.care.selectors.timeline import case, case_row, decisions, lookers, number_of, post_of, talk
from hubbub.care.selectors.understanding import own_model, own_models, understanding
from hubbub.care.selectors.ways import last_from_customer, ways

__all__ = [
    "accounts_called",
    "answers_on",
    "authors_of",
    "calendars",
    "canned",
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
    "due",
    "files_in_use",
    "followed",
    "heard_file",
    "in_cases",
    "last_from_customer",
    "levels",
    "lookers",
    "main_calendar",
    "number_of",
    "open_hours",
    "own_model",
    "own_models",
    "playbook",
    "playbook_versions",
    "policies",
    "post_of",
    "replied_on",
    "replies",
    "sent_file",
    "talk",
    "threads_since",
    "threads_to_read",
    "understanding",
    "ways",
]
