"""Texts cut into the word pieces that sentence models of the BERT family read.

References
----------
Devlin et al. (2019), BERT: Pre-training of Deep Bidirectional Transformers. `data/wordpieces.txt.gz` is the vocabulary
of bert-base-uncased (Apache-2.0): one piece a line, in the order of their numbers.
"""

import gzip
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

LONGEST_WORD = 100
"""In characters; a longer one is unknown."""

_UNKNOWN, _BEGIN, _END = "[UNK]", "[CLS]", "[SEP]"
_CHINESE = re.compile("([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ceaf\U0002f800-\U0002fa1f])")


@cache
def pieces() -> dict[str, int]:
    """Return the number of every piece."""
    packed = files("hubbub.care").joinpath("data", "wordpieces.txt.gz").read_bytes()
    return {piece: number for number, piece in enumerate(gzip.decompress(packed).decode().split("\n"))}


def numbers(text: str, most: int) -> list[int]:
    """Return the numbers of a text's pieces between those for begin and end, `most` in all.

    >>> known = list(pieces())
    >>> [known[number] for number in numbers("My suitcases are héré!", 20)]
    ['[CLS]', 'my', 'suitcase', '##s', 'are', 'here', '!', '[SEP]']
    """
    known = pieces()
    found = [known[_BEGIN]]
    for word in _words(text):
        found += _cut(word)
        if len(found) >= most:
            break
    return [*found[: most - 1], known[_END]]


def _words(text: str) -> list[str]:
    """Return words and single signs, lower case and without accents."""
    plain = "".join(" " if sign.isspace() else sign for sign in text if not _dropped(sign))
    bare = unicodedata.normalize("NFD", _CHINESE.sub(r" \1 ", plain))
    lower = "".join(sign.lower() for sign in bare if unicodedata.category(sign) != "Mn")
    return "".join(f" {sign} " if _is_sign(sign) else sign for sign in lower).split()


def _dropped(sign: str) -> bool:
    return sign == "\ufffd" or (unicodedata.category(sign)[0] == "C" and not sign.isspace())


def _is_sign(sign: str) -> bool:
    return (sign.isascii() and sign.isprintable() and not sign.isalnum() and sign != " ") or (
        unicodedata.category(sign)[0] == "P"
    )


@lru_cache(maxsize=50_000)
def _cut(word: str) -> tuple[int, ...]:
    """Return the longest known pieces of a word, from its beginning on."""
    known, found, at = pieces(), [], 0
    if len(word) > LONGEST_WORD:
        return (known[_UNKNOWN],)
    while at < len(word):
        for end in range(len(word), at, -1):
            number = known.get(("##" if at else "") + word[at:end])
            if number is not None:
                break
        else:
            return (known[_UNKNOWN],)
        found.append(number)
        at = end
    return tuple(found)
