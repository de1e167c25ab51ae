"""Which of many patterns may stand in a text, told in one pass: most texts hold none, and `re` tries each in turn."""

import re
import threading
from collections.abc import Sequence

import hyperscan

_FLAGS = (
    hyperscan.HS_FLAG_CASELESS
    | hyperscan.HS_FLAG_UTF8
    | hyperscan.HS_FLAG_UCP
    | hyperscan.HS_FLAG_PREFILTER
    | hyperscan.HS_FLAG_SINGLEMATCH
)


class Prefilter:
    """Compiled once; safe to use from several threads."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._patterns = patterns
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[each.pattern.encode() for each in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[_FLAGS] * len(patterns),
        )
        self._local = threading.local()

    def suspects(self, text: str) -> frozenset[re.Pattern[str]]:
        """Return the patterns that may stand in a text; all others surely do not."""
        if not hasattr(self._local, "scratch"):
            self._local.scratch = hyperscan.Scratch(self._database)
        found: set[int] = set()
        self._database.scan(
            text.encode("utf-8", "replace"),
            match_event_handler=lambda number, *_: found.add(number),
            scratch=self._local.scratch,
        )
        return frozenset(self._patterns[number] for number in found)
