"""What people do with cases, a module a deed. Each leaves a line in the audit log."""

from hubbub.care.services.cases.answer import message_of, reply
from hubbub.care.services.cases.delivery import delivery_failed, happened, has_arrived, send_again, take_back
from hubbub.care.services.cases.life import assign, note, reopen, resolve, take_up
from hubbub.care.services.cases.looking import leave, look, threads_read
from hubbub.care.services.cases.row import event, lock, store

__all__ = [
    "assign",
    "delivery_failed",
    "event",
    "happened",
    "has_arrived",
    "leave",
    "lock",
    "look",
    "message_of",
    "note",
    "reopen",
    "reply",
    "resolve",
    "send_again",
    "store",
    "take_back",
    "take_up",
    "threads_read",
]
