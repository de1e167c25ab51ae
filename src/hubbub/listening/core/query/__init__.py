"""A topic's query: what it may say (`grammar`), what it is made of (`nodes`), what it means (`meaning`, `words`).

`docs/queries.md` tells the rules to the people who write queries.
"""

from hubbub.listening.core.query.grammar import MAX_LENGTH, QueryError, parse
from hubbub.listening.core.query.meaning import Facts, brute, spans
from hubbub.listening.core.query.nodes import Query, has_filters
from hubbub.listening.core.query.words import explain

__all__ = ["MAX_LENGTH", "Facts", "Query", "QueryError", "brute", "explain", "has_filters", "parse", "spans"]
