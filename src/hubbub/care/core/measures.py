"""How good guesses are: the figures that `compare`, `hubbub evaluate` and the model card tell. NumPy only."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

BINS = 15


def recalls(truth: Places, guessed: Places, classes: int) -> Floats:
    """Return, for each class, which share of what is of it was found; NaN where nothing is."""
    return _shares(np.bincount(truth[truth == guessed], minlength=classes), np.bincount(truth, minlength=classes))


def precisions(truth: Places, guessed: Places, classes: int) -> Floats:
    """Return, for each class, which share of what was called so is so; NaN where nothing was."""
    return _shares(np.bincount(truth[truth == guessed], minlength=classes), np.bincount(guessed, minlength=classes))


def macro_f1(truth: Places, guessed: Places, classes: int) -> float:
    """Return the mean of the classes' F1, over the classes that occur in either."""
    hits = np.bincount(truth[truth == guessed], minlength=classes)
    both = np.bincount(truth, minlength=classes) + np.bincount(guessed, minlength=classes)
    return float(np.mean(2 * hits[both > 0] / both[both > 0])) if both.any() else float("nan")


def auc(truth: NDArray[np.bool_], score: NDArray[np.floating]) -> float:
    """Return how often a true one has a higher score than a false one, ties half; NaN where one of them is missing."""
    yes = int(truth.sum())
    no = len(truth) - yes
    if not yes or not no:
        return float("nan")
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((rank[truth].sum() - yes * (yes + 1) / 2) / (yes * no))


def recall_at(truth: NDArray[np.bool_], score: NDArray[np.floating], precision: float) -> float:
    """Return how many of the true ones the best threshold of this precision finds; NaN where none is true."""
    if not truth.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(truth[order])
    good = hits >= precision * np.arange(1, len(hits) + 1)
    last = np.append(np.diff(score[order]) != 0, True)  # a threshold can't part equal scores
    return float(hits[good & last].max(initial=0) / hits[-1])


def log_loss(chance: NDArray[np.floating]) -> float:
    """Return the mean surprise, given how likely each was said to be that came true."""
    return float(-np.log(np.clip(chance.astype(np.float64), 1e-7, 1)).mean())


def ece(said: NDArray[np.floating], came_true: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return the expected calibration error: how far, on average, 'p' is from how often it is so."""
    place = np.minimum((said * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(place, weights=said.astype(np.float64) - came_true, minlength=bins)
    return float(np.abs(gaps).sum() / len(said)) if len(said) else float("nan")


def _shares(hits: NDArray[np.intp], of: NDArray[np.intp]) -> Floats:
    shares: Floats = np.divide(hits, of, out=np.full(len(of), np.nan), where=of > 0)
    return shares
