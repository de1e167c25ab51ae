"""`hubbub staff`: the number first, why after it, and what to mend where it can't be."""

import json

import pytest
from click.testing import CliRunner, Result

from hubbub.cli.main import cli

USUAL = ("--calls", "100", "--per", "30m", "--aht", "180s")


def staff(*words: str) -> Result:
    return CliRunner().invoke(cli, ["staff", *words])


def test_the_number_comes_first_and_is_explained() -> None:
    number, why, fewer, scheduled = staff(*USUAL, "--target", "80/20s", "--shrinkage", "30%").output.splitlines()
    assert number == "14"
    assert "88.8% are answered within 20 s, after 7.8 s on average; people talk 71.4% of their time" in why
    assert "With one fewer, 79.6% are answered in time." in fewer
    assert scheduled.startswith("20 stand on the schedule")


def test_without_a_target_it_is_eighty_twenty_and_all_targets_are_met() -> None:
    assert staff(*USUAL).output.startswith("14\n")
    assert staff(*USUAL, "--target", "80/20", "--occupancy", "60").output.startswith("17\n")
    assert staff(*USUAL, "--wait", "1s").output.startswith("17\n")
    told = json.loads(staff(*USUAL, "--abandon", "5%", "--patience", "3m", "--json").output)
    assert told["agents"] < 14 and told["gives_up"] <= 0.05


@pytest.mark.parametrize(
    ("words", "says"),
    [(("--calls", "-1", "--aht", "3m"), "-1"), (("--calls", "9", "--aht", "180"), "with its unit"),
     (("--calls", "9", "--aht", "0s"), "above 0"), ((*USUAL, "--target", "80"), "as 80/20s"),
     ((*USUAL, "--target", "180/20s"), "up to 100 %"), ((*USUAL, "--target", "100/20s"), "below 1"),
     ((*USUAL, "--abandon", "5%"), "needs a patience")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(words: tuple[str, ...], says: str) -> None:
    answer = staff(*words)
    assert answer.exit_code != 0
    assert says in answer.output + str(answer.exception)
