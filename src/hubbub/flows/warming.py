"""Getting ready before anybody waits: loading the model and the compiled loops takes seconds, once a process.

After an update the loops are compiled first, which takes a processor some fifteen seconds more, once a machine.
"""

from dataclasses import replace
from functools import cache

import numpy as np
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
from hubbub.workforce import Day, Queue, Team, chats_served, play_days, served
from hubbub.workforce import Kind as Served
from hubbub.workforce.core.plan.need import need
from hubbub.workforce.core.plan.queue import Kind, usual

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


@cache
def warm_planning() -> None:
    """Reckon with a few contacts of each kind, so that no page of planning waits for loops to be compiled."""
    for kind in Kind:
        for patience_s in (None, 120.0):
            need(replace(usual(kind), patience_s=patience_s), [0.0, 3.0], per=1800)
    served([0.0, 3.0], 2, patience=120.0)
    chats_served([0.0, 3.0], 2)
    queues = tuple(Queue(each.name, each, np.full(2, 2.0), within=1800.0) for each in Served)
    play_days(Day(queues, (Team("All", tuple(each.name for each in queues), 2),)), days=2)
