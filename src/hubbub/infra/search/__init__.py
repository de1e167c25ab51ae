"""Search by words: an index a kind of thing, the same results on SQLite and PostgreSQL.

Both databases are given the words we cut (`kernel/tokens.py`), never a text, so that neither cuts by its own rules.
"""

from hubbub.infra.search.index import Index
from hubbub.infra.search.query import Query, parse

__all__ = ["Index", "Query", "parse"]
