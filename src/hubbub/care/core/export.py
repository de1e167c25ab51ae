"""One row a case: the columns of a file of cases, and how its cells are kept from being formulas."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

Value = int | float | str | bool | datetime | None


class Form(StrEnum):
    """What a file can be."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """What the web calls it."""
        return _MEDIA[self]


_MEDIA: Final[Mapping[Form, str]] = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PARQUET: "application/vnd.apache.parquet",
}


COLUMNS: Final[Mapping[str, type]] = {
    "number": int, "opened_at": datetime, "time_zone": str, "channel": str, "private": bool, "kind": str,
    "priority": str, "status": str, "owner": str, "team": str, "queue": str, "tags": str, "wrap_up_group": str,
    "wrap_up": str, "topic": str, "language": str, "who": str, "title": str, "customer": str,
    "customer_reference": str, "first_replied_at": datetime, "last_replied_at": datetime, "resolved_at": datetime,
    "due_at": datetime, "first_reply_s": int, "first_reply_open_s": int, "first_reply_level": str,
    "next_reply_longest_s": int, "next_reply_level": str, "resolution_s": int, "resolution_open_s": int,
    "resolution_level": str, "replies": int, "handled_s": float, "rating": int, "posts": int, "voices": int,
    "exposure": int, "rule": str, "rule_name": str, "problems": str, "incident": str,
}  # fmt: skip
"""Each is defined in docs/reports.md; a workspace's own fields follow, as texts."""


def defused(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: the quote before it says that it is a text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text
