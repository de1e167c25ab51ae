"""Triage: every heard post that has a row gets an assessment and a decision with reasons, and its case."""

from hubbub.care.services.triage.turns import due_for_review, look_again, read_anew, review, triage, turn

__all__ = ["due_for_review", "look_again", "read_anew", "review", "triage", "turn"]
