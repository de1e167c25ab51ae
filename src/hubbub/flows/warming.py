"""Getting ready before anybody waits: loading the model and the compiled loops takes seconds, once a process.

After an update the loops are compiled first, which takes a processor some fifteen seconds more, once a machine.
"""

from functools import cache

import pyarrow as pa

from hubbub.care.core.reading import read_texts
from hubbub.care.core.understanding import LinearModel
from hubbub.infra import identities
from hubbub.kernel.batch import columns_of
from hubbub.kernel.hashing import hashes
from hubbub.listening.core.glance import look
from hubbub.listening.core.marks import marks
from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.query import parse

_SAID = "Where is my order? I have been waiting for a week! https://example.org #late @acme Größe"


@cache
def warm() -> None:
    """Read one text as if it were heard. The second time costs nothing."""
    texts = pa.array([_SAID])
    Matcher([(0, parse("order OR #late"))]).match([_SAID])
    read_texts([_SAID], LinearModel.shipped())
    look([_SAID])
    marks(texts)
    hashes(texts)
    columns_of({"text": texts}, 1)
    identities.keys_of([1], ["x"])
