"""Learn the points of the signs of a bot: `python tools/train_bots.py --data DIR`.

DIR holds `bots_data.csv` and `nonbots_data.csv`, accounts that people labelled. The points go to
`src/hubbub/influence/data/bots.json`, which holds nothing of any one account; how good they are
`hubbub evaluate --task bot --data DIR` tells, and `docs/model-card.md` what they are good for.
"""

import argparse
import json
from pathlib import Path

from hubbub.cli.labelled_accounts import read_labelled_accounts
from hubbub.influence.core.bots.evaluation import kinds_of
from hubbub.influence.core.bots.fitting import fit

OUT = Path(__file__).resolve().parent.parent / "src" / "hubbub" / "influence" / "data" / "bots.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    found = read_labelled_accounts(parser.parse_args().data)
    model = fit(found.facts, found.bots, kinds_of(found.facts, found.bots))
    OUT.write_text(json.dumps(model.told(), indent=1) + "\n", encoding="utf-8")
    print(f"{model.version}: learnt from {len(found.bots):,} accounts, {found.bots.sum():,} of them bots.")


if __name__ == "__main__":
    main()
