"""What people do with incidents. Each deed leaves a line in the audit log."""

from hubbub.care.services.incidents.closing import Closing, close
from hubbub.care.services.incidents.life import add, lead, merge, note, rename, start, take_out
from hubbub.care.services.incidents.saying import Offered, keep, offer, post, reply_first

__all__ = [
    "Closing",
    "Offered",
    "add",
    "close",
    "keep",
    "lead",
    "merge",
    "note",
    "offer",
    "post",
    "rename",
    "reply_first",
    "start",
    "take_out",
]
