"""Train the model that reads posts, and measure it: `python tools/train.py --data DIR`.

DIR holds what the weights are made from, besides our own texts in `training/`:

* `semeval/*.tsv`, SemEval 2013-2016 sentiment: id, label, text;
* `banking77/train.csv`, questions of a bank's customers: text, category;

and, only to measure with, where they are there:

* `airline.csv`, text and sentiment of posts to airlines;
* `complaints.csv`, text, complaint (0 or 1) and domain.

The weights go to `src/hubbub/care/data/understanding.npz`, and those of the quick estimate, which is distilled from
them, to `estimate.npz` beside it; the figures of each are printed as one JSON line. How rare words and runs of letters
are, which a workspace's own model is fitted with, goes to `rarity.npz`.
`docs/model-card.md` says what the model is good for.
"""

import argparse
import csv
import json
import random
import re
import time
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score, roc_auc_score

from hubbub.care.core import measures
from hubbub.care.core.estimate import WordTable
from hubbub.care.core.features import BUCKETS_LOG2, Feature, features
from hubbub.care.core.understanding import KINDS, SENTIMENTS, Kind, LinearModel, Reading, Sentiment
from hubbub.listening.core.buffer import joined
from hubbub.listening.core.glance import BUCKETS_LOG2 as GLANCE_LOG2
from hubbub.listening.core.glance import COLUMNS as GLANCE_COLUMNS
from hubbub.listening.core.glance import buckets, glance

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "src" / "hubbub" / "care" / "data" / "understanding.npz"
QUICK = OUT.with_name("estimate.npz")
RARITY = OUT.with_name("rarity.npz")
SEED = 20
BUCKETS = 1 << BUCKETS_LOG2
HARDER = 1.1  # held-out posts of our own are easier than real ones: be so much less sure of kinds
HELD_OUT = 0.15  # how many held-out posts are made for each post that is trained on
SHRINK = 6.0  # brings inverse document frequencies near one
STACKED = 0.3  # size of the sentiment logits beside the other features
NUDGE = 0.5  # own texts are plainer than real ones, so that the stack leans too little on sentiment
OWN_IN_SENTIMENT = 0.3  # weight of one of our posts beside one of SemEval's
WEAK = 0.1  # weight of a post whose kind is only guessed from its sentiment
BANK = 0.15
RIDGE = 2.0

Floats = NDArray[np.float64]


# Our own texts ------------------------------------------------------------


@dataclass(frozen=True)
class Post:
    """A text with its labels. `weight` is what it counts in training."""

    text: str
    kind: Kind
    sentiment: Sentiment
    weight: float = 1.0


@dataclass(frozen=True)
class Section:
    """Templates of one kind, and how many posts are made from them."""

    kind: Kind
    sentiment: Sentiment
    count: int
    templates: list[str] = field(default_factory=list)


HEADER = re.compile(r"\[(?:posts (?P<kind>\w+) (?P<sentiment>\w+) (?P<count>\d+)|(?P<name>\w+))\]")
SLOT = re.compile(r"\{([^{}]*)\}")
FEW = 10
"""Lists shorter than this are not split: held-out posts use them too."""


class Corpus:
    """Posts made from the templates in `training/`."""

    def __init__(self, folder: Path) -> None:
        self.lists: dict[str, list[str]] = {}
        self.sections: list[Section] = []
        for path in sorted(folder.glob("*.txt")):
            self._load(path)

    def _load(self, path: Path) -> None:
        lines: list[str] | None = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line or line.startswith("# "):
                continue
            if header := HEADER.fullmatch(line):
                lines = []
                if name := header["name"]:
                    if name in self.lists:
                        raise SystemExit(f"{path.name}:{number}: there are two lists called {name}.")
                    self.lists[name] = lines
                else:
                    kind, sentiment = Kind(header["kind"]), Sentiment(header["sentiment"])
                    self.sections.append(Section(kind, sentiment, int(header["count"]), lines))
            elif lines is None:
                raise SystemExit(f"{path.name}:{number}: a phrase stands before the first [list].")
            else:
                lines.append(line)

    def posts(self, *, held_out: bool) -> list[Post]:
        """Return the posts to train on, or held-out ones, whose phrases are never trained on."""
        chance = random.Random(SEED + held_out)
        made: dict[str, Post] = {}
        for section in self.sections:
            new = _part(section.templates, held_out=held_out)
            for _ in range(int(section.count * (HELD_OUT if held_out else 1))):
                # Half of the held-out posts are known templates with unknown phrases in them.
                templates = section.templates if held_out and chance.random() < 0.5 else new
                text = self._filled(chance.choice(templates), chance, held_out=held_out)
                text = self._worn(text, section.kind, chance)
                made.setdefault(text, Post(text, section.kind, section.sentiment))
        return list(made.values())

    def _filled(self, template: str, chance: random.Random, *, held_out: bool) -> str:
        """Fill every slot, the innermost first."""
        while slot := SLOT.search(template):
            name = slot[1]
            choices = name.split("|") if "|" in name else _part(self.lists[name], held_out=held_out)
            template = template[: slot.start()] + chance.choice(choices) + template[slot.end() :]
        return template

    def _worn(self, text: str, kind: Kind, chance: random.Random) -> str:
        """Write it as people do: in a hurry, with handles, tags and slips of the pen."""
        odds = chance.random
        if odds() < 0.3:
            text = text.lower()
        elif odds() < 0.03 and kind is not Kind.TALK:
            text = text.upper()
        if odds() < 0.2:
            text = text.replace("'", "")
        if odds() < 0.08:
            text = text.replace(" you ", " u ").replace(" your ", " ur ").replace("please", "pls")
        if odds() < 0.15:
            words = text.split(" ")
            place = chance.randrange(len(words))
            words[place] = _mistyped(words[place], chance)
            text = " ".join(words)
        if odds() < 0.25:
            text = text.rstrip(".!? ")
        if odds() < 0.1:
            text += " " + chance.choice(SIGNS[kind])
        if odds() < 0.07:
            text += " " + chance.choice(TAGS[kind])
        if odds() < 0.04:
            text += " https://t.co/x"
        if odds() < 0.05:
            text = "#" + chance.choice(self.lists["brand"]).replace(" ", "") + " " + text
        if odds() < ADDRESSED[kind]:
            handle = chance.choice(self.lists["handle"])
            form = chance.choices(("{0} {1}", "{1} {0}", "Hey {0} {1}", ".{0} {1}"), (75, 10, 7, 8))[0]
            text = form.format(handle, text)
        return text


SIGNS: dict[Kind, tuple[str, ...]] = {
    Kind.COMPLAINT: ("😡", "🤬", "😤", "🙄", "😠", "😒", "👎", "😭", "💀"),
    Kind.QUESTION: ("🤔", "🙏"),
    Kind.PRAISE: ("😊", "👏", "❤️", "👍", "🙌", "😀", ":)", "🎉", "😍"),
    Kind.SUGGESTION: ("🙏", "💡"),
    Kind.OPPORTUNITY: ("🤔", "🙏"),
    Kind.PROMOTION: ("🔥", "🎉", "👉", "😍"),
    Kind.SPAM: ("🔥", "🎁", "💰", "😘"),
    Kind.TALK: ("😂", "😂😂", "👀", "😅", ":)", ":("),
}
TAGS: dict[Kind, tuple[str, ...]] = {
    Kind.COMPLAINT: ("#fail", "#customerservice", "#frustrated", "#help", "#badservice", "#annoyed"),
    Kind.QUESTION: ("#help", "#question"),
    Kind.PRAISE: ("#thankyou", "#happy", "#customerservice", "#love"),
    Kind.SUGGESTION: ("#feedback", "#idea"),
    Kind.OPPORTUNITY: ("#help", "#advice", "#recommend"),
    Kind.PROMOTION: ("#sale", "#offer", "#deal", "#ad", "#win", "#jobs"),
    Kind.SPAM: ("#free", "#win", "#crypto", "#voucher", "#money"),
    Kind.TALK: ("#monday", "#throwback", "#travel", "#food", "#life"),
}
ADDRESSED: dict[Kind, float] = {
    Kind.COMPLAINT: 0.6,
    Kind.QUESTION: 0.75,
    Kind.PRAISE: 0.6,
    Kind.SUGGESTION: 0.6,
    Kind.OPPORTUNITY: 0.15,
    Kind.PROMOTION: 0.08,
    Kind.SPAM: 0.3,
    Kind.TALK: 0.45,
}


def _part(phrases: list[str], *, held_out: bool) -> list[str]:
    """A fixed fifth of the phrases is held out; a short list is shared."""
    if len(phrases) < FEW:
        return phrases
    return [phrase for phrase in phrases if (zlib.crc32(phrase.encode()) % 5 == 0) is held_out] or phrases


def _mistyped(word: str, chance: random.Random) -> str:
    """Leave a letter out, double it, or swap it with the next."""
    if len(word) < 4 or not word.isalpha():
        return word
    place = chance.randrange(1, len(word) - 1)
    before, letter, following, after = word[:place], word[place], word[place + 1], word[place + 2 :]
    return before + chance.choice((following, letter * 2 + following, following + letter)) + after


# Texts of others ----------------------------------------------------------


def semeval(folder: Path) -> list[tuple[str, Sentiment]]:
    """Read the SemEval tweets, without near-copies of one another."""
    found: dict[str, tuple[str, Sentiment]] = {}
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            columns = line.split("\t")
            if len(columns) < 3 or columns[1] not in set(Sentiment):
                continue
            text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), columns[2])
            text = text.strip().strip('"').replace('\\""', '"').replace('""', '"').replace("\\n", " ").strip()
            plain = re.sub(r"https?:\S+|@\w+|^rt ", "", text.lower())
            key = re.sub(r"[^a-z]+", " ", plain).strip()[:60]
            if text and text != "Not Available":
                found.setdefault(key, (text, Sentiment(columns[1])))
    return list(found.values())


ASKS = re.compile(
    r"\?|^(how|what|where|when|which|who|can|could|do|does|is|are|will|would|may|should|(please )?tell me|explain)\b",
    re.IGNORECASE,
)
TROUBLE = re.compile(
    r"not_|wrong|declined|failed|charged_twice|pending|swallowed|compromised|reverted|blocked|extra_charge|unable|stolen",
    re.IGNORECASE,
)


def banking77(path: Path) -> Iterator[Post]:
    """Read the bank's customers: in trouble and not asking is a complaint, asking in trouble is half of each."""
    with path.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            asks, trouble = bool(ASKS.search(row["text"])), bool(TROUBLE.search(row["category"]))
            share = BANK / 2 if asks and trouble else BANK
            if trouble:
                yield Post(row["text"], Kind.COMPLAINT, Sentiment.NEGATIVE, share)
            if asks:
                yield Post(row["text"], Kind.QUESTION, Sentiment.NEUTRAL, share)


# Fitting ------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How often each bucket occurs in each text, divided by the root of how many there are."""

    words: Any  # scipy.sparse.csr_matrix (n, BUCKETS)
    letters: Any

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Counts":
        """Count the features of many texts."""
        words, letters = [], []
        for start in range(0, len(texts), 1000):
            part = texts[start : start + 1000]
            found = features(part)
            words.append(_matrix(found.words, len(part)))
            letters.append(_matrix(found.letters, len(part)))
        return cls(scipy.sparse.vstack(words, format="csr"), scipy.sparse.vstack(letters, format="csr"))

    def rows(self, chosen: NDArray[np.intp]) -> "Counts":
        """Return some of the rows."""
        return Counts(self.words[chosen], self.letters[chosen])


def _matrix(family: Sequence[Feature], texts: int) -> Any:
    total = scipy.sparse.csr_matrix((texts, BUCKETS), dtype=np.float32)
    for columns, ends in family:
        total = total + scipy.sparse.csr_matrix(
            (np.ones(len(columns), dtype=np.float32), columns, ends), shape=(texts, BUCKETS)
        )
    counts = np.asarray(total.sum(axis=1)).ravel()
    return scipy.sparse.diags(1 / np.sqrt(np.maximum(counts, 1))).dot(total).tocsr()


class Space:
    """The features as they are trained on: rare buckets count more."""

    def __init__(self, counts: Sequence[Counts]) -> None:
        seen_words = sum(np.asarray((each.words > 0).sum(axis=0)).ravel() for each in counts)
        seen_letters = sum(np.asarray((each.letters > 0).sum(axis=0)).ravel() for each in counts)
        texts = sum(each.words.shape[0] for each in counts)
        seen = np.concatenate([np.asarray(seen_words), np.asarray(seen_letters)])
        self.rarity = (np.log((1 + texts) / (1 + seen)) + 1) / SHRINK

    def rows(self, counts: Counts) -> Any:
        """Return the matrix (n, 2 * BUCKETS) to train on."""
        return scipy.sparse.hstack([counts.words, counts.letters]).multiply(self.rarity).tocsr()


def rarity(data: Path) -> NDArray[np.uint8]:
    """Return how much each bucket counts when labels are learnt from, in hundredths.

    Others' texts only: in ours the words of service are common, and would count for little.
    """
    texts = [text for text, _ in semeval(data / "semeval")]
    texts += dict.fromkeys(post.text for post in banking77(data / "banking77" / "train.csv"))
    found: NDArray[np.uint8] = np.round(100 * Space([Counts.of(texts)]).rarity).astype(np.uint8)
    return found


def fit(rows: Any, labels: NDArray[np.intp], weights: Floats, *, strength: float, balanced: bool) -> tuple[Any, Floats]:
    """Return weights (classes, features) and bias (classes,) of a logistic regression."""
    model = LogisticRegression(C=strength, max_iter=50, class_weight="balanced" if balanced else None)
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):  # stopping early is meant
        model.fit(rows, labels, sample_weight=weights)
    return model.coef_, model.intercept_


def temperature(logits: Floats, labels: NDArray[np.intp]) -> float:
    """Return what to divide logits by, so that held-out posts are as likely as they can be; classes weigh the same."""
    weights = 1 / np.bincount(labels)[labels]

    def loss(log_t: float) -> float:
        scaled = logits / np.exp(log_t)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        chosen = scaled[np.arange(len(labels)), labels] - np.log(np.exp(scaled).sum(axis=1))
        return float(-(chosen * weights).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x))


def train(data: Path) -> LinearModel:
    """Return the model."""
    corpus = Corpus(ROOT / "training")
    own, held = corpus.posts(held_out=False), corpus.posts(held_out=True)
    bank = list(banking77(data / "banking77" / "train.csv"))
    tweets = semeval(data / "semeval")
    chance = np.random.default_rng(SEED)
    kept_back = chance.random(len(tweets)) < 0.1
    feeling = np.array([SENTIMENTS.index(sentiment) for _, sentiment in tweets])

    own_counts, held_counts = Counts.of([post.text for post in own]), Counts.of([post.text for post in held])
    bank_counts, tweet_counts = Counts.of([post.text for post in bank]), Counts.of([text for text, _ in tweets])
    space = Space([own_counts, tweet_counts])
    own_rows, held_rows = space.rows(own_counts), space.rows(held_counts)
    bank_rows, tweet_rows = space.rows(bank_counts), space.rows(tweet_counts)
    kind_of_own = np.array([KINDS.index(post.kind) for post in own])
    kind_of_held = np.array([KINDS.index(post.kind) for post in held])

    # Sentiment, from SemEval alone: it has not seen our own posts, so that it judges them as it judges strangers'.
    seen = np.flatnonzero(~kept_back)
    plain, plain_bias = fit(tweet_rows[seen], feeling[seen], np.ones(len(seen)), strength=0.5, balanced=True)
    plain, plain_bias = plain - plain.mean(axis=0), plain_bias - plain_bias.mean()

    # Sentiment, as shipped.
    sentiment, sentiment_bias = fit(
        scipy.sparse.vstack([tweet_rows[seen], own_rows], format="csr"),
        np.concatenate([feeling[seen], [SENTIMENTS.index(post.sentiment) for post in own]]),
        np.concatenate([np.ones(len(seen)), np.full(len(own), OWN_IN_SENTIMENT)]),
        strength=0.5,
        balanced=True,
    )

    # Kinds. A first model of our own posts says which tweets are plainly something else than talk.
    first, first_bias = fit(own_rows, kind_of_own, np.ones(len(own)), strength=0.5, balanced=False)
    guess = _probabilities(tweet_rows @ first.T + first_bias)
    complaint, talk = KINDS.index(Kind.COMPLAINT), KINDS.index(Kind.TALK)
    negative = feeling == SENTIMENTS.index(Sentiment.NEGATIVE)
    others = [place for place in range(len(KINDS)) if place not in (complaint, talk)]
    draw = chance.random(len(tweets))
    calm_talk = ~negative & (guess[:, others].max(axis=1) < 0.35) & (draw < 0.2)
    cross_talk = negative & (guess[:, complaint] < 0.5) & (draw < 0.3)
    complaints = negative & (guess[:, complaint] > 0.8) & (draw < 0.3)
    weak = np.flatnonzero((calm_talk | cross_talk | complaints) & ~kept_back)

    rows = scipy.sparse.vstack([own_rows, bank_rows, tweet_rows[weak]], format="csr")
    stacked = scipy.sparse.csr_matrix(STACKED * (rows @ plain.T + plain_bias))
    labels = np.concatenate(
        [kind_of_own, [KINDS.index(post.kind) for post in bank], np.where(complaints[weak], complaint, talk)]
    )
    weights = np.concatenate([np.ones(len(own)), [post.weight for post in bank], np.full(len(weak), WEAK)])
    both, kind_bias = fit(scipy.sparse.hstack([rows, stacked]).tocsr(), labels, weights, strength=0.7, balanced=False)
    kinds, lean = both[:, : rows.shape[1]], both[:, rows.shape[1] :] * STACKED
    lean[complaint] += NUDGE * np.array([1.0, -0.5, -0.5])
    kinds, kind_bias = kinds + lean @ plain, kind_bias + lean @ plain_bias

    # Calibration, on what was not trained on.
    kind_t = HARDER * temperature(held_rows @ kinds.T + kind_bias, kind_of_held)
    back = np.flatnonzero(kept_back)
    sentiment_t = temperature(
        scipy.sparse.vstack([tweet_rows[back], held_rows], format="csr") @ sentiment.T + sentiment_bias,
        np.concatenate([feeling[back], [SENTIMENTS.index(post.sentiment) for post in held]]),
    )
    print(f"temperatures: kinds {kind_t:.2f}, sentiment {sentiment_t:.2f}")
    return LinearModel.packed(
        "linear-1-",
        np.vstack([kinds / kind_t, sentiment / sentiment_t]) * space.rarity,
        np.concatenate([kind_bias / kind_t, sentiment_bias / sentiment_t]),
    )


# The quick estimate -------------------------------------------------------


def distil(model: LinearModel, data: Path) -> WordTable:
    """Return a table of words that says, as far as words and pairs can, what the model says of the same texts."""
    corpus = Corpus(ROOT / "training")
    own, held = corpus.posts(held_out=False), corpus.posts(held_out=True)
    bank = [post.text for post in banking77(data / "banking77" / "train.csv")]
    tweets = semeval(data / "semeval")
    kept_back = np.random.default_rng(SEED).random(len(tweets)) < 0.1  # as in `train`
    seen = [text for (text, _), back in zip(tweets, kept_back, strict=True) if not back]
    back = [(text, feeling) for (text, feeling), back in zip(tweets, kept_back, strict=True) if back]
    texts = [*(post.text for post in own), *bank, *seen]
    rows = _glances(texts)
    rarity = (np.log((1 + len(texts)) / (1 + np.asarray((rows > 0).sum(axis=0)).ravel())) + 1) / SHRINK
    read = model.read(texts)
    wanted = np.hstack([_centred(np.log(np.clip(part, 1e-3, 1))) for part in (read.kinds, read.sentiment)])
    fitted = Ridge(alpha=RIDGE, solver="sparse_cg", max_iter=200).fit(rows.multiply(rarity).tocsr(), wanted)
    weights, bias = fitted.coef_ * rarity, fitted.intercept_

    # Calibrated by itself, against what people said of texts that neither it nor the model was made from.
    held_rows, back_rows = _glances([post.text for post in held]), _glances([text for text, _ in back])
    kinds, feelings = len(KINDS), [SENTIMENTS.index(feeling) for _, feeling in back]
    kind_t = HARDER * temperature(
        held_rows @ weights[:kinds].T + bias[:kinds], np.array([KINDS.index(post.kind) for post in held])
    )
    sentiment_t = temperature(
        scipy.sparse.vstack([back_rows, held_rows], format="csr") @ weights[kinds:].T + bias[kinds:],
        np.array([*feelings, *(SENTIMENTS.index(post.sentiment) for post in held)]),
    )
    print(f"estimate's temperatures: kinds {kind_t:.2f}, sentiment {sentiment_t:.2f}")
    divided = np.array([kind_t] * kinds + [sentiment_t] * len(SENTIMENTS))
    weights, bias = weights / divided[:, np.newaxis], bias / divided
    buckets, halves, scales = 1 << GLANCE_LOG2, [], []
    for half in (weights[:, :buckets], weights[:, buckets:]):
        scale = np.quantile(np.abs(half), 0.9999, axis=1) / 127
        whole = np.clip(np.round(half / scale[:, np.newaxis]), -127, 127).astype(np.int8).T
        halves.append(np.pad(whole, ((0, 0), (0, GLANCE_COLUMNS - whole.shape[1]))))
        scales.append(scale)
    mark = zlib.crc32(halves[1].tobytes(), zlib.crc32(halves[0].tobytes()))
    return WordTable(f"words-1-{mark:08x}", halves[0], halves[1], np.array(scales), bias)


def _glances(texts: Sequence[str]) -> Any:
    """Return how often each word and pair occurs, divided by the root of how many words there are."""
    size, parts = 1 << GLANCE_LOG2, []
    for start in range(0, len(texts), 1000):
        part = texts[start : start + 1000]
        found = buckets(joined(pa.array(part)), len(part))
        values = [1 / np.sqrt(max(1, len(words))) for words, pairs in found for _ in (*words, *pairs)]
        places = [place for words, pairs in found for place in (*words, *(size + pair for pair in pairs))]
        ends = np.cumsum([0, *(len(words) + len(pairs) for words, pairs in found)])
        parts.append(scipy.sparse.csr_matrix((values, places, ends), shape=(len(part), 2 * size)))
    total = scipy.sparse.vstack(parts, format="csr")
    total.sum_duplicates()
    return total


def _centred(logits: Floats) -> Floats:
    return np.asarray(logits - logits.mean(axis=1, keepdims=True))


def _probabilities(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


# Measuring ----------------------------------------------------------------


class Quick:
    """The quick estimate, asked as the model is."""

    def __init__(self, table: WordTable) -> None:
        self.table, self.version = table, table.version

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the probabilities of each kind and sentiment."""
        seen = glance(joined(pa.array(texts)), len(texts), self.table.words, self.table.pairs)
        return self.table.read(seen)


def measure(model: LinearModel | Quick, data: Path) -> dict[str, float | str]:
    """Return the figures of the model card, from sets that were never trained on."""
    figures: dict[str, float | str] = {"version": model.version}
    held = Corpus(ROOT / "training").posts(held_out=True)
    guessed = model.read([post.text for post in held]).kinds.argmax(axis=1)
    figures["own held-out kinds, macro-F1"] = f1_score(
        [KINDS.index(post.kind) for post in held], guessed, average="macro"
    )
    if (path := data / "airline.csv").exists():
        rows = list(csv.DictReader(path.open(encoding="utf-8", errors="replace")))
        texts = [row["text"] for row in rows]
        truth = np.array([SENTIMENTS.index(Sentiment(row["sentiment"])) for row in rows])
        started = time.process_time()
        pages = [model.read(texts[start : start + 1000]) for start in range(0, len(texts), 1000)]
        figures["posts per CPU-second"] = len(texts) / (time.process_time() - started)
        kinds, sentiment = (np.concatenate([getattr(page, name) for page in pages]) for name in ("kinds", "sentiment"))
        figures["airline sentiment, macro-F1"] = f1_score(truth, sentiment.argmax(axis=1), average="macro")
        figures["airline sentiment, ECE"] = measures.ece(sentiment.max(axis=1), sentiment.argmax(axis=1) == truth)
        figures["airline complaint, AUC"] = roc_auc_score(truth == 0, kinds[:, 0])
        figures["airline complaint, ECE"] = measures.ece(kinds[:, 0], truth == 0)
    if (path := data / "complaints.csv").exists():
        rows = list(csv.DictReader(path.open(encoding="utf-8", errors="replace")))
        kinds = model.read([row["text"] for row in rows]).kinds
        told = np.array([row["complaint"] == "1" for row in rows])
        service = np.array([not row["domain"].startswith("random") for row in rows])
        figures["complaints.csv, AUC"] = roc_auc_score(told, kinds[:, 0])
        figures["complaints.csv, AUC, customer service only"] = roc_auc_score(told[service], kinds[service, 0])
        figures["complaints.csv, ECE"] = measures.ece(kinds[:, 0], told)
    return {name: value if isinstance(value, str) else round(float(value), 3) for name, value in figures.items()}


def main() -> None:
    """Train, write, measure."""
    parser = argparse.ArgumentParser(description="Train the model that reads posts.")
    parser.add_argument("--data", type=Path, required=True, help="the folder with semeval/ and banking77/")
    parser.add_argument("--measure-only", action="store_true", help="measure the weights that are there")
    parser.add_argument("--rarity-only", action="store_true", help="count anew how rare words are, and no more")
    parser.add_argument(
        "--quick-only", action="store_true", help="make the quick estimate anew from the weights there are"
    )
    options = parser.parse_args()
    if not (options.measure_only or options.quick_only):
        np.savez_compressed(RARITY, hundredths=rarity(options.data))
    if options.rarity_only:
        return
    if not (options.measure_only or options.quick_only):
        model = train(options.data)
        OUT.parent.mkdir(exist_ok=True)
        model.save(OUT)
    model = LinearModel.load(OUT)
    if not options.measure_only:
        table = distil(model, options.data)
        np.savez_compressed(
            QUICK,
            version=np.array(table.version),
            words=table.words,
            pairs=table.pairs,
            scales=table.scales,
            bias=table.bias,
        )
    quick = Quick(WordTable.load(QUICK))
    quick.read(["compiled once"])
    for each, path in ((model, OUT), (quick, QUICK)):
        print(json.dumps(measure(each, options.data) | {"bytes": path.stat().st_size}))


if __name__ == "__main__":
    main()
