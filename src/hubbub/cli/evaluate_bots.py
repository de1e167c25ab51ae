"""`hubbub evaluate --task bot`: how well bots are told from people, in a set and on kinds of accounts never seen."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np

from hubbub.care.core.measures import auc, ece
from hubbub.cli.labelled_accounts import LabelledAccounts, read_labelled_accounts
from hubbub.influence.core.bots.account import Account, facts_of_many
from hubbub.influence.core.bots.evaluation import (
    Judged,
    across_kinds,
    across_years,
    counts_only,
    held_out,
    judged_by,
    kinds_of,
)
from hubbub.influence.core.bots.fitting import fit
from hubbub.influence.core.bots.model import Model

RESAMPLES = 200
WITHIN = 0.95
ACROSS = 0.70
LIKELY = 0.5


def evaluate_bots(data: Path, elsewhere: Sequence[Path], seed: int, *, as_json: bool) -> None:
    """Print the figures, as a table or as one JSON line."""
    found = read_labelled_accounts(data)
    model = fit(found.facts, found.bots, kinds_of(found.facts, found.bots), seed)
    within = held_out(found.facts, found.bots, seed=seed)
    kinds, years = list(across_kinds(found.facts, found.bots)), list(across_years(found.facts, found.bots))
    counted = list(across_kinds(found.facts, found.bots, counts_only(found.facts)))
    others = [_judged(model, read_labelled_accounts(path)) for path in elsewhere]
    at_work = within.at_work >= LIKELY
    shipped = Model.shipped()
    told: dict[str, Any] = {
        "task": "bot",
        "model": shipped.version,
        "n": len(found.bots),
        "bots": int(found.bots.sum()),
        "left_out": found.left_out,
        "gathered": found.gathered_at.date().isoformat(),
        **_figures(within),
        "interval": _interval(within, seed),
        "people_called_bots": round(float(at_work[~found.bots].mean()), 4),
        "bots_found": round(float(at_work[found.bots].mean()), 4),
        "across": {each.name: _figures(each) for each in (*kinds, *years)},
        "cross_auc": _mean(kinds),
        "cross_auc_worst": _worst(kinds),
        "cross_auc_four_counts": _mean(counted),
        "cross_auc_four_counts_worst": _worst(counted),
        "demo_world": _figures(_demo(model)),
        "shipped": _figures(_judged(shipped, found)),
        "shipped_learnt_from_it": shipped.version == model.version if seed == 0 else None,
        "elsewhere": {each.name: _figures(each) for each in others},
    }
    if as_json:
        click.echo(json.dumps(told))
    else:
        _show(told)


def _judged(model: Model, found: LabelledAccounts) -> Judged:
    return judged_by(model, found.name, found.facts, found.bots)


def _figures(judged: Judged) -> dict[str, float]:
    said = judged.likelihoods
    return {
        "auc": round(auc(judged.bots, judged.odds), 4),
        "brier": round(float(np.mean((said - judged.bots) ** 2)), 4),
        "ece": round(ece(said, judged.bots), 4),
    }


def _mean(judged: Sequence[Judged]) -> float | None:
    return round(float(np.mean([auc(each.bots, each.odds) for each in judged])), 4) if judged else None


def _worst(judged: Sequence[Judged]) -> float | None:
    return min((round(auc(each.bots, each.odds), 4) for each in judged), default=None)


def _interval(judged: Judged, seed: int) -> list[float]:
    """Where the AUC lies in 95 % of sets drawn from this one."""
    chance, n = np.random.default_rng(seed), len(judged.bots)
    drawn = [auc(judged.bots[rows], judged.odds[rows]) for rows in (chance.integers(0, n, n) for _ in range(RESAMPLES))]
    return [round(float(each), 4) for each in np.nanquantile(drawn, (0.025, 0.975))]


def _demo(model: Model) -> Judged:
    """The accounts of our own demo world, which were made up without looking at any set."""
    from hubbub.simulate.people import people_of
    from hubbub.simulate.world import Role, read_world

    people = list(people_of(read_world()).values())
    now = datetime(2026, 1, 1, tzinfo=UTC)
    accounts = [
        Account(
            handle=person.handle,
            name=person.name,
            followers=person.followers,
            follows=person.follows,
            posts=person.posts,
            bio=person.bio,
            reactions=person.reactions,
            joined_at=now - timedelta(days=person.joined_days),
        )
        for person in people
    ]
    bots = np.array([person.role is Role.BOT for person in people])
    return judged_by(model, "demo world", facts_of_many(accounts, now), bots)


def _show(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    left_out = "".join(f"; {count:,} {why}" for why, count in told["left_out"].items())
    console.print(
        f"bot, model {told['model']}: {told['n']:,} accounts judged, {told['bots']:,} of them bots, "
        f"gathered by {told['gathered']}. Rows left out or read in part: {left_out.lstrip('; ') or 'none'}.",
        highlight=False,
    )
    table = Table("judged by a model that never saw them", "AUC", "Brier", "ECE")
    low, high = told["interval"]
    rows = {f"held out, five folds ({low:.3f} to {high:.3f}; bar {WITHIN})": told, **told["across"]}
    rows |= {"the demo world": told["demo_world"]}
    rows |= {f"elsewhere: {name}": figures for name, figures in told["elsewhere"].items()}
    for name, figures in rows.items():
        table.add_row(name, *(f"{figures[key]:.3f}" for key in ("auc", "brier", "ece")))
    console.print(table)
    console.print(
        f"Where one in ten is a bot, as care has it, {told['people_called_bots']:.1%} of the people are called likely "
        f"bots (from {LIKELY} on), and {told['bots_found']:.0%} of the bots are.",
        highlight=False,
    )
    if told["cross_auc"] is not None:
        console.print(
            f"From some kinds of accounts to others: AUC {told['cross_auc']:.3f} on average, "
            f"{told['cross_auc_worst']:.3f} at worst; of others with nothing known but four counts, "
            f"{told['cross_auc_four_counts']:.3f} and {told['cross_auc_four_counts_worst']:.3f}. The bar on sets from "
            f"elsewhere is {ACROSS:.2f}. Kinds of one set share its network and year: expect less elsewhere.",
            highlight=False,
        )
    console.print(
        f"The model that is shipped: AUC {told['shipped']['auc']:.3f}"
        + (", having learnt from these very accounts." if told["shipped_learnt_from_it"] else "."),
        highlight=False,
    )
