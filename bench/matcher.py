"""How many posts the matcher sees in a second of processor time, against parsing the same posts.

1,000 topics of 10 terms, texts of 280 characters, about 5 % matching, 18 % in other languages than
English. Times are processor time of one thread, medians. The last line is one JSON object.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence

import msgspec
import pyarrow as pa

from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.query import Query, brute, parse

POSTS = 20_000
BATCH = 1_000
LENGTH = 280
TOPICS = 1_000
PLANTED = 0.07  # of the texts get a term; about 5 % then match
CHECKED = 150

LATIN = "abcdefghijklmnoprstuvwz"
ACCENTS = 0.03  # of the letters of Spanish and its like
ALPHABETS = {
    "es": "áéíóúñ",
    "de": "äöüß",
    "pt": "ãçéêõ",
    "tr": "çğıöşü",
    "ru": "абвгдежзийклмнопрстуфхцчшыьэюя",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "ja": "あいうえおかきくけこさしすせそたちつてとなにのはまみめもやよらりるれ日本東京今新商品電車買",
}
MOSTLY_LATIN = ("es", "de", "pt", "tr")
OTHERS = 0.18
ADORNED = 0.25  # of English texts: an emoji, a curly apostrophe, a new line


class Author(msgspec.Struct, gc=False):
    """Who wrote a post, as a network tells it."""

    id: str
    username: str
    name: str
    created_at: str
    followers_count: int
    following_count: int
    tweet_count: int
    verified: bool


class Metrics(msgspec.Struct, gc=False):
    """How others reacted."""

    repost_count: int
    reply_count: int
    like_count: int


class Post(msgspec.Struct, gc=False):
    """A post of 15 fields, as a network tells it."""

    id: str
    created_at: str
    text: str
    lang: str
    source: str
    author: Author
    metrics: Metrics


def words(rng: random.Random, alphabet: str, count: int, shortest: int = 2, longest: int = 9) -> list[str]:
    """Make up some words."""
    return ["".join(rng.choices(alphabet, k=rng.randint(shortest, longest))) for _ in range(count)]


def foreign_words(rng: random.Random, lang: str) -> list[str]:
    """Make up words of another language."""
    if lang not in MOSTLY_LATIN:
        return words(rng, ALPHABETS[lang], 2_000)
    accented = words(rng, LATIN, 2_000)
    return ["".join(rng.choice(ALPHABETS[lang]) if rng.random() < ACCENTS else c for c in word) for word in accented]


def made_texts(rng: random.Random, terms: Sequence[str]) -> list[str]:
    """Make up texts, some of which hold a term. Japanese has no spaces and half as many characters."""
    english = words(rng, LATIN, 20_000)
    foreign = {lang: foreign_words(rng, lang) for lang in ALPHABETS}
    made = []
    for _ in range(POSTS):
        lang = rng.choice(list(foreign)) if rng.random() < OTHERS else "en"
        said = rng.choices(foreign.get(lang, english), k=LENGTH // 4)
        said[0] = said[0].capitalize()
        if lang == "en" and rng.random() < ADORNED:
            said[5] = rng.choice(("🎉", "\n\n", "isn’t", "❤️ 😀", "“quite”"))
        if rng.random() < PLANTED:
            said[rng.randint(1, 10)] = rng.choice(terms)
        made.append("".join(said)[: LENGTH // 2] if lang == "ja" else " ".join(said)[:LENGTH])
    return made


def line(rng: random.Random, number: int, text: str) -> bytes:
    """Return one post as a network sends it."""
    name = "".join(rng.choices(LATIN, k=12))
    at = "2025-01-01T00:00:00.000Z"
    author = Author(f"did:plc:{name * 2}", name, name.title(), at, number, number // 2, number * 3, False)
    post = Post(f"at://did:plc:{name * 2}/post/{number}", at, text, "en", "web", author, Metrics(1, 2, 3))
    document = msgspec.to_builtins(post)
    document["entities"] = {"urls": [{"start": 1, "end": 24, "url": f"https://example.com/{name}"}], "tags": []}
    document["conversation"] = f"at://did:plc:{name * 2}/post/{number - 1}"
    return msgspec.json.encode(document)


def topics(terms: Sequence[str]) -> list[tuple[tuple[int, int], Query]]:
    """Return topics of ten terms each: any of seven or both of two, and without the tenth."""
    made = []
    for topic in range(len(terms) // 10):
        said = [f'"{term}"' for term in terms[topic * 10 : topic * 10 + 10]]
        made.append(((1, topic), parse(f"({' OR '.join(said[:7])} OR ({said[7]} {said[8]})) NOT {said[9]}")))
    return made


def cpu_s(*works: Callable[[], object], times: int = 7) -> list[float]:
    """Return the median processor time of each work, in seconds; they take turns, so that noise hits all."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for work, seconds in zip(works, taken, strict=True):
            start = time.process_time()
            work()
            seconds.append(time.process_time() - start)
    return [statistics.median(seconds) for seconds in taken]


def main() -> None:
    """Measure, check a sample against the plain rules, and print."""
    rng = random.Random(7)
    terms = list(dict.fromkeys(words(rng, LATIN, 250_000, 6, 12)))[: TOPICS * 100]
    for number in range(0, len(terms), 4):
        terms[number] += " " + terms[number + 1][:5]
    few = terms[: TOPICS * 10]
    texts = made_texts(rng, few)
    lines = [line(rng, number, text) for number, text in enumerate(texts)]
    blobs = [b"\n".join(lines[first : first + BATCH]) for first in range(0, POSTS, BATCH)]
    batches = [pa.array(texts[first : first + BATCH], pa.string()) for first in range(0, POSTS, BATCH)]
    decoder = msgspec.json.Decoder(Post)

    def parse_all() -> None:
        for blob in blobs:
            decoder.decode_lines(blob)

    def match_all(matcher: Matcher[tuple[int, int]]) -> int:
        return sum(len(matcher.match(batch)) for batch in batches)

    asked, many = topics(few), topics(terms)
    matcher, large = Matcher(asked), Matcher(many)
    compile_s, large_compile_s = cpu_s(lambda: Matcher(asked), lambda: Matcher(many), times=1)
    matched = match_all(matcher)
    dense = [pa.array([f"{text[:200]} {rng.choice(few)}" for text in batch.to_pylist()]) for batch in batches]
    parse_s, match_s, dense_s, large_s = cpu_s(
        parse_all,
        lambda: match_all(matcher),
        lambda: [matcher.match(batch) for batch in dense],
        lambda: match_all(large),
    )
    found = dict(matcher.match(texts))
    sample = rng.sample(sorted(found), CHECKED // 2) + rng.sample(range(POSTS), CHECKED // 2)
    wrong = sum(found.get(row, ()) != tuple(key for key, query in asked if brute(query, texts[row])) for row in sample)
    print(
        json.dumps(
            {
                "bench": "matcher",
                "posts_per_cpu_s": round(POSTS / match_s),
                "parse_per_cpu_s": round(POSTS / parse_s),
                "ratio_parse": round(parse_s / match_s, 2),
                "matched": round(matched / POSTS, 3),
                "bytes_per_post": sum(map(len, lines)) // POSTS,
                "terms": len(few),
                "compile_cpu_s": round(compile_s, 2),
                "all_matching_per_cpu_s": round(POSTS / dense_s),
                "terms_large": len(terms),
                "large_compile_cpu_s": round(large_compile_s, 2),
                "large_posts_per_cpu_s": round(POSTS / large_s),
                "large_ratio_parse": round(parse_s / large_s, 2),
                "checked": len(sample),
                "wrong": wrong,
            }
        )
    )


if __name__ == "__main__":
    main()
