"""Getting ready before anybody waits: loading the model and the compiled loops takes seconds, once a process."""

from functools import cache

import pyarrow as pa

from hubbub.care.core.reading import read_texts
from hubbub.care.core.understanding import LinearModel
from hubbub.kernel.hashing import hashes
from hubbub.listening.core.glance import look
from hubbub.listening.core.marks import marks

_SAID = "Where is my order? I have been waiting for a week! https://example.org #late @acme"


@cache
def warm() -> None:
    """Read one text as if it were heard. The second time costs nothing."""
    read_texts([_SAID], LinearModel.shipped())
    look([_SAID])
    marks(pa.array([_SAID]))
    hashes(pa.array([_SAID]))
