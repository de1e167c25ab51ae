"""Clusters of an audience, named by the words that set them apart and by whom most of them follow."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike

from hubbub.influence.core.reach.given import Ints, amounts, rows
from hubbub.kernel.speech import say

FEWEST: Final = 3
"""People of a cluster who use a word that names it."""
PRIOR: Final = 10.0
"""People that the words of all count as, when the words of a cluster are held against those of the rest."""
SURE: Final = 1.96
"""Standard deviations by which a word of a name must stand out."""
_SPLIT = r"[^\p{L}\p{N}#@']+"


@dataclass(frozen=True, slots=True)
class Cluster:
    """People who stick together."""

    label: int
    size: int
    words: tuple[str, ...]
    """Which set them apart, the clearest first."""
    hubs: tuple[int, ...]
    """Rows of those of them who are most in the middle, most first."""

    @property
    def name(self) -> str:
        """What to call them: their first words, else that they have none of their own."""
        return " · ".join(self.words[:3]) or say("no words of their own")


def clusters(
    labels: ArrayLike,
    texts: pa.StringArray,
    weight: ArrayLike,
    *,
    smallest: int = 5,
    words: int = 6,
    hubs: int = 3,
    small: frozenset[str] = frozenset(),
) -> tuple[Cluster, ...]:
    """Return the clusters of an audience, the largest first.

    Words are held against those of all others by log-odds with an informative prior, in standard deviations; each
    person counts once for a word, however often they say it.

    Parameters
    ----------
    labels : array of shape (n_people,), whole numbers from 0 on; below 0: of no cluster
    texts : array of shape (n_people,), what they say of themselves, or what they post
    weight : array of shape (n_people,), how much in the middle each is, as followers within the audience
    small : words that name no cluster, in lower case
    smallest : people below which a group is no cluster

    References
    ----------
    B. Monroe, M. Colaresi, K. Quinn (2008), Fightin' Words.
    """
    label, middle = np.asarray(labels, np.int64), amounts(weight)
    if not rows(label, middle, np.asarray(texts)):
        return ()
    sizes = np.bincount(label[label >= 0])
    kept = [int(each) for each in np.argsort(-sizes, kind="stable") if sizes[each] >= smallest]
    vocabulary, counts = _used(label, texts, len(sizes), small)
    everybody = counts.sum(0)
    found = []
    for each in kept:
        clearest = _clearest(counts[each], everybody, float(sizes[each]), float(len(label)))[:words]
        members = np.flatnonzero(label == each)
        most = members[np.lexsort((members, -middle[members]))][:hubs]
        found.append(
            Cluster(
                each, int(sizes[each]), tuple(vocabulary[word] for word in clearest), tuple(int(row) for row in most)
            )
        )
    return tuple(found)


def _used(label: Ints, texts: pa.StringArray, count: int, small: frozenset[str]) -> tuple[list[str], np.ndarray]:
    """Return words, and how many of each cluster use them; the last row counts those of none."""
    split = pc.split_pattern_regex(pc.utf8_lower(pc.fill_null(texts, "")), _SPLIT)
    split = split.combine_chunks() if isinstance(split, pa.ChunkedArray) else split
    who = np.repeat(np.arange(len(label)), np.diff(np.asarray(split.offsets)))
    coded = pc.utf8_trim(split.flatten(), "'").dictionary_encode()
    code, n = np.asarray(coded.indices), len(coded.dictionary)
    pairs = np.unique(who.astype(np.int64) * max(n, 1) + code)
    who, code = pairs // max(n, 1), pairs % max(n, 1)
    used = np.bincount(code, minlength=n)
    words = coded.dictionary.to_pylist()
    telling = [len(word) > 1 and not word.isdigit() and word not in small for word in words]
    kept = np.flatnonzero((used >= FEWEST) & np.array(telling, bool))
    place = np.full(n, -1)
    place[kept] = np.arange(len(kept))
    told = place[code] >= 0
    rows_ = np.where(label < 0, count, label)[who[told]]
    counts = np.bincount(rows_ * len(kept) + place[code[told]], minlength=(count + 1) * len(kept))
    return [words[word] for word in kept], counts.reshape(count + 1, len(kept))


def _clearest(here: np.ndarray, everywhere: np.ndarray, size: float, whole: float) -> list[int]:
    """Return the words that set a cluster apart, the clearest first."""
    rest, others = everywhere - here, max(whole - size, 0.0)
    # Words of all as a prior of ten people on both sides: a word that few use stands out by chance, and does not.
    usual = PRIOR * everywhere / whole
    with_, without = here + usual, np.maximum(size + PRIOR - here - usual, 0.5)
    others_with, others_without = rest + usual, np.maximum(others + PRIOR - rest - usual, 0.5)
    apart = np.log(with_ / without) - np.log(others_with / others_without)
    z = apart / np.sqrt(1 / with_ + 1 / without + 1 / others_with + 1 / others_without)
    fits = np.flatnonzero((here >= FEWEST) & (z >= SURE))
    return fits[np.argsort(-z[fits], kind="stable")].tolist()  # type: ignore[no-any-return]
