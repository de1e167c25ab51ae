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


def test_chats_need_fewer_people_who_have_several_at_a_time() -> None:
    chats = ("--calls", "100", "--aht", "10m", "--target", "80/60s")
    one, three = (int(staff(*chats, "--chats", many).output.splitlines()[0]) for many in ("1", "3"))
    assert three < one / 2.5
    assert int(staff(*chats, "--chats", "3", "--slows", "0.2").output.splitlines()[0]) == 18
    told = json.loads(staff(*chats, "--chats", "3", "--json").output)
    assert told["agents"] == three and told["service_level"] >= 0.8 and told["chats_each"] <= 3


def test_work_with_a_deadline_needs_people_for_its_bursts() -> None:
    posts = ("--calls", "300", "--per", "1h", "--aht", "4m", "--deadline", "1h")
    number, why, bursts = staff(*posts, "--late", "10%", "--bursts", "0.9").output.splitlines()
    assert number == "26"
    assert "Work for 20.0 people comes in. 26 people begin 90.0% of it within 1 h" in why
    assert bursts == "It comes in bursts: if it did not, 21 would do."
    assert staff(*posts).output.startswith("21\n") and "bursts" not in staff(*posts).output
    told = json.loads(staff(*posts, "--bursts", "0.9", "--shrinkage", "30%", "--json").output)
    assert (told["agents"], told["scheduled"]) == (26, 38)


@pytest.mark.parametrize(
    ("words", "says"),
    [(("--calls", "-1", "--aht", "3m"), "-1"), (("--calls", "9", "--aht", "180"), "with its unit"),
     (("--calls", "9", "--aht", "0s"), "above 0"), ((*USUAL, "--target", "80"), "as 80/20s"),
     ((*USUAL, "--target", "180/20s"), "up to 100 %"), ((*USUAL, "--target", "100/20s"), "below 1"),
     ((*USUAL, "--abandon", "5%"), "needs a patience"),
     ((*USUAL, "--deadline", "4h", "--target", "80/20s"), "does not go with"),
     ((*USUAL, "--deadline", "4h", "--bursts", "1"), "0<=x<1"), ((*USUAL, "--late", "10%"), "goes with --deadline"),
     ((*USUAL, "--chats", "3", "--wait", "5s"), "does not go with"), ((*USUAL, "--chats", "0"), "1<=x<=20"),
     ((*USUAL, "--deadline", "4h", "--late", "100%"), "below 1")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(words: tuple[str, ...], says: str) -> None:
    answer = staff(*words)
    assert answer.exit_code != 0
    assert says in answer.output + str(answer.exception)
