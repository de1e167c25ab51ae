"""Writes on what is known: articles, and what came of them."""

from hubbub.care.services.knowledge.articles import (
    bring_back,
    from_case,
    publish,
    retire,
    save,
    send_back,
    submit,
    write,
)
from hubbub.care.services.knowledge.uses import insert, settle, shown

__all__ = [
    "bring_back",
    "from_case",
    "insert",
    "publish",
    "retire",
    "save",
    "send_back",
    "settle",
    "shown",
    "submit",
    "write",
]
