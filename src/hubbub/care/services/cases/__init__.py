"""What people do with cases, a module a deed. Each leaves a line in the audit log."""

from hubbub.care.services.cases.answer import message_of, reply
from hubbub.care.services.cases.delivery import delivery_failed, happened, has_arrived, send_again, take_back
from hubbub.care.services.cases.drafts import (
    drop_draft_file,
    files_of_drafts,
    forget_empty_drafts,
    keep_draft,
    keep_draft_files,
)
from hubbub.care.services.cases.life import assign, close, note, park, reopen, resolve, snooze, take_up, wake
from hubbub.care.services.cases.looking import forget_presences, leave, look, threads_read
from hubbub.care.services.cases.many import do, do_one
from hubbub.care.services.cases.merging import merge, split
from hubbub.care.services.cases.pending import (
    Answered,
    answer,
    approve,
    change_time,
    send_back,
    send_due,
    send_now,
    take_to_composer,
)
from hubbub.care.services.cases.row import event, lock, store
from hubbub.care.services.cases.time import close_due, wake_due
from hubbub.care.services.cases.undo import undo

__all__ = [
    "Answered",
    "answer",
    "approve",
    "assign",
    "change_time",
    "close",
    "close_due",
    "delivery_failed",
    "do",
    "do_one",
    "drop_draft_file",
    "event",
    "files_of_drafts",
    "forget_empty_drafts",
    "forget_presences",
    "happened",
    "has_arrived",
    "keep_draft",
    "keep_draft_files",
    "leave",
    "lock",
    "look",
    "merge",
    "message_of",
    "note",
    "park",
    "reopen",
    "reply",
    "resolve",
    "send_again",
    "send_back",
    "send_due",
    "send_now",
    "snooze",
    "split",
    "store",
    "take_back",
    "take_to_composer",
    "take_up",
    "threads_read",
    "undo",
    "wake",
    "wake_due",
]
