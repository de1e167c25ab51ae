"""How labels are spelt in files that people bring, and which texts are near copies of others."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from hubbub.care.core.features import tokens
from hubbub.care.core.learning import Labelled
from hubbub.care.core.understanding import KINDS, Kind, Sentiment
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

NOT_A_COMPLAINT = frozenset(KINDS) - {Kind.COMPLAINT}
IS_A_COMPLAINT = frozenset({Kind.COMPLAINT})

_FEELINGS = {
    **dict.fromkeys(("negative", "neg", "-1", "-1.0"), Sentiment.NEGATIVE),
    **dict.fromkeys(("neutral", "neu", "0", "0.0", "mixed", "none"), Sentiment.NEUTRAL),
    **dict.fromkeys(("positive", "pos", "1", "1.0", "+1"), Sentiment.POSITIVE),
}
_YES = {"1", "1.0", "true", "t", "yes", "y", "complaint", "complaints", "complains"}
_NO = {"0", "0.0", "false", "f", "no", "n", "none", "other", "not complaint", "no complaint", "non complaint"}
_NO |= {"not a complaint", "noncomplaint", *(kind for kind in KINDS if kind is not Kind.COMPLAINT)}


def sentiments(labels: Sequence[str]) -> list[Sentiment]:
    """Read labels of feelings: negative, neutral, positive (neg, neu, pos), or -1, 0, 1.

    Raises InvalidInput where a label is none of these, or where all are 0 and 1, which could mean two things.

    >>> [str(each) for each in sentiments(["Negative", "POS", "0"])]
    ['negative', 'positive', 'neutral']
    """
    words = [_plain(label) for label in labels]
    known = set(words)
    if known and known <= {"0", "0.0", "1", "1.0"}:
        raise InvalidInput(
            reason="All labels are 0 and 1, and of feelings that could mean two things. "
            "Write negative, neutral and positive, or -1, 0 and 1."
        )
    _check(known, set(_FEELINGS), mark("Write negative, neutral and positive, or -1, 0 and 1."))
    return [_FEELINGS[word] for word in words]


def kinds(labels: Sequence[str]) -> list[Kind]:
    """Read labels that name one of the eight kinds.

    >>> [str(each) for each in kinds(["Praise", "talk"])]
    ['praise', 'talk']
    """
    words = [_plain(label) for label in labels]
    _check(set(words), set(KINDS), say("Write {names} or {last}.", names=", ".join(KINDS[:-1]), last=KINDS[-1]))
    return [Kind(word) for word in words]


def complaints(labels: Sequence[str]) -> list[bool]:
    """Read labels that say whether a post is a complaint: 1 or 0, yes or no, true or false, a kind, or a feeling.

    Of feelings, negative is a complaint and the others are none; so are -1, 0 and 1 where there is a -1.

    >>> complaints(["yes", "No"]), complaints(["-1", "0", "1"]), complaints(["negative", "positive"])
    ([True, False], [True, False, False], [True, False])
    """
    words = [_plain(label) for label in labels]
    known = set(words)
    if are_feelings(labels):
        return [_FEELINGS[word] is Sentiment.NEGATIVE for word in words]
    _check(known, _YES | _NO, mark("Write 1 and 0, yes and no, true and false, or negative, neutral and positive."))
    return [word in _YES for word in words]


def are_feelings(labels: Iterable[str]) -> bool:
    """Say whether labels name feelings: all are spelt so, and one of them can't be a yes or no."""
    known = {_plain(label) for label in labels}
    return known <= set(_FEELINGS) and not known <= _YES | _NO


def labelled(texts: Sequence[str], labels: Sequence[str], *, complaint: bool) -> list[Labelled]:
    """Join texts and labels to what can be learnt from: feelings, or whether each is a complaint."""
    if not complaint:
        return [Labelled(text, sentiment=one) for text, one in zip(texts, sentiments(labels), strict=True)]
    feelings = sentiments(labels) if are_feelings(labels) else [None] * len(labels)
    return [
        Labelled(text, IS_A_COMPLAINT if told else NOT_A_COMPLAINT, feeling)
        for text, told, feeling in zip(texts, complaints(labels), feelings, strict=True)
    ]


def _plain(label: str) -> str:
    """Fold a label: 'Non-complaint' and 'non_complaint' are the same, and so are 1 and 1.0; -1 stays."""
    word = label.strip().strip("\"'").casefold()
    return word if word[:1] in "+-" else " ".join(word.replace("_", " ").replace("-", " ").split())


def _check(found: set[str], spellings: set[str], hint: str) -> None:
    if strange := sorted(found - spellings):
        shown = ", ".join(f"'{each}'" for each in strange[:5]) + (", …" if len(strange) > 5 else "")
        raise InvalidInput(reason=say("These labels can't be read: {shown}. {hint}", shown=shown, hint=say(hint)))


# Near copies --------------------------------------------------------------

SHARED = 0.7
"""Of a near copy, so much of its runs of three words stands in the other text."""
FEWEST_WORDS = 5
"""Shorter texts are copies only where they are the same letter for letter: everybody says thank you."""
_COMMON = 200  # a run of words that so many texts share tells little


def near_copies(texts: Sequence[str], others: Sequence[str]) -> list[bool]:
    """Say for each text whether one of the others is a near copy: handles, links, signs and case aside."""
    same = set(others)
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, words in enumerate(_words(others)):
        for run in _runs(words):
            if len(places[run]) < _COMMON:
                places[run].append(place)
    found = []
    for text, words in zip(texts, _words(texts), strict=True):
        hits: dict[int, int] = defaultdict(int)
        runs = _runs(words) if len(words) >= FEWEST_WORDS else set()
        for run in runs:
            for place in places.get(run, ()):
                hits[place] += 1
        found.append(text in same or max(hits.values(), default=0) >= SHARED * len(runs) > 0)
    return found


def _words(texts: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for word in tokens(texts):
        if word == "\n":
            found.append([])
        elif word[0].isalpha() and not word.isupper():  # USER, LINK and MAIL are upper case
            found[-1].append(word)
    return found[:-1]


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + 3]) for at in range(max(0, len(words) - 2))}
