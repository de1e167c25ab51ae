"""What people do with cases, a module a deed. Each leaves a line in the audit log."""

from hubbub.care.services.cases.answer import message_of, reply
from hubbub.care.services.cases.delivery import delivery_failed, happened, has_arrived, send_again, take_back
from hubbub.care.services.cases.life import assign, close, note, park, reopen, resolve, snooze, take_up, wake
from hubbub.care.services.cases.looking import leave, look, threads_read
from hubbub.care.services.cases.row import event, lock, store
from hubbub.care.services.cases.time import close_due, wake_due

__all__ = [
    "assign",
    "close",
    "close_due",
    "delivery_failed",
    "event",
    "happened",
    "has_arrived",
    "leave",
    "lock",
    "look",
    "message_of",
    "note",
    "park",
    "reopen",
    "reply",
    "resolve",
    "send_again",
    "snooze",
    "store",
    "take_back",
    "take_up",
    "threads_read",
    "wake",
    "wake_due",
]
