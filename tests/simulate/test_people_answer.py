"""They answer when answered, and never without end."""

import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulate.living import Living, acme, quiet, said, small, with_habits

from hubbub.simulate.dialogue import LAST_WORDS, Cue, Move, cues, move
from hubbub.simulate.values import Message, Post
from hubbub.simulate.world import Kind, Role, World

DAN = "dan_hollowmere"


def only_story(name: str, patience: float | None = None) -> World:
    """A quiet world in which one story happens at its beginning."""
    story = next(each for each in acme().story if each.name == name)
    world = msgspec.structs.replace(quiet(), story=(msgspec.structs.replace(story, starts_s=0),))
    if patience is None:
        return world
    person = tuple(msgspec.structs.replace(each, patience=patience) for each in world.person)
    return msgspec.structs.replace(world, person=person)


def complaint(living: Living) -> Post:
    found = living.run(1)[0].post
    assert found is not None
    return found


def answers(living: Living, seconds: float = 20) -> list[Post | Message]:
    brand = living.world.brand.handle
    return [said(event) for event in living.run(seconds) if said(event).author.handle != brand]


def test_the_author_answers_back_within_a_quarter_of_a_minute() -> None:
    living = Living(only_story("broken-5-days"))
    reply = living.answer(complaint(living), "We're sorry to hear that! Which model is it?")
    (back,) = answers(living)
    assert isinstance(back, Post)
    assert (back.author.handle, back.parent) == (DAN, reply.uri)
    assert timedelta(seconds=4) <= back.created_at - reply.created_at <= timedelta(seconds=15)


def test_asked_for_a_private_message_they_send_one_and_say_so() -> None:
    living = Living(only_story("broken-5-days", patience=1.0))
    living.answer(complaint(living), "So sorry! Please send us a DM with your serial number.")
    message, note = answers(living)
    assert isinstance(message, Message) and isinstance(note, Post)
    assert message.to == "AcmeCustServ" and message.text in filled("details")
    assert note.text.rstrip(".") in [text.rstrip(".") for text in acme().texts["en"]["noted"]]


def filled(kind: str) -> "Like":
    return Like(kind)


class Like:
    """Equal to any text of a kind, whatever fills its slots."""

    def __init__(self, kind: str) -> None:
        self.starts = [text.split("{")[0].lower() for lang in acme().texts.values() for text in lang.get(kind, ())]

    def __contains__(self, text: str) -> bool:
        return any(text.lower().startswith(start) for start in self.starts)


def test_the_conversation_goes_on_in_private_until_it_is_solved() -> None:
    living = Living(only_story("broken-5-days", patience=1.0))
    living.answer(complaint(living), "So sorry! Please send us a DM.")
    answers(living)
    living.write_to(DAN, "Thank you. Could you tell us since when?")
    (detail,) = answers(living)
    assert isinstance(detail, Message)
    for _ in range(4):
        living.write_to(DAN, "A replacement is on its way to you.")
        back = answers(living)
        if not back:
            break
        assert back[0].to == "AcmeCustServ" if isinstance(back[0], Message) else False
    assert answers(living, 60) == []


def test_asked_to_tell_others_they_do_it_once_in_public() -> None:
    living = Living(only_story("broken-5-days", patience=1.0))
    first = complaint(living)
    living.answer(first, "We've replaced it. Would you mind sharing that, or leave us a review?")
    (post,) = answers(living)
    assert isinstance(post, Post) and post.parent is None
    living.answer(first, "And would you tell others once more?")
    assert answers(living) == []


def test_a_private_message_is_answered_in_private() -> None:
    living = Living(only_story("private-help"))
    living.run(1)
    living.write_to("omar_lindquay", "Of course! What is the serial number?")
    (back,) = answers(living)
    assert isinstance(back, Message) and back.author.handle == "omar_lindquay"


def test_people_answer_in_their_own_language() -> None:
    living = Living(only_story("question-in-french"))
    living.answer(complaint(living), "Bonjour ! Essayez : réglages, langue, français.")
    (back,) = answers(living)
    assert back.lang == "fr" and back.text in acme().texts["fr"]["thanks"] + acme().texts["fr"]["ask_again"]


def test_a_refusal_makes_an_impatient_person_cross() -> None:
    living = Living(only_story("broken-5-days", patience=0.0))
    living.answer(complaint(living), "Unfortunately this is not covered by the warranty.")
    (back,) = answers(living)
    assert back.text in filled("cross")


def test_bots_competitors_and_employees_never_answer() -> None:
    living = Living(acme())
    living.run(120)
    silent = {each.handle for each in acme().person if each.role in (Role.BOT, Role.COMPETITOR, Role.EMPLOYEE)}
    spoken = [e.post for e in living.network.events if e.post and e.post.author.handle in silent and e.type == "post"]
    assert len(spoken) >= 2
    replies = {living.answer(post, "Can we help you?").uri for post in spoken}
    assert not {e.post.parent for e in living.run(60) if e.post} & replies


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_brand_says_every_conversation_ends(seed: int) -> None:
    world = with_habits(small(seed=seed), help_share=0.0)
    living = Living(world)
    living.run(100)
    brand, heard, said_back = world.brand.handle, 0, 0
    lines = ("Sorry!", "Which one?", "Could you send us a DM?", "Unfortunately not.", "Try a reset.", "Tell others!")
    openings = [e.post for e in living.network.events if e.post and e.type == "post" and not e.post.parent]
    waiting: list[Post | Message] = list(openings)
    for turn in range(40):
        for thing in waiting:
            text = lines[(turn + heard) % len(lines)]
            if isinstance(thing, Message):
                living.write_to(thing.author.handle, f"{text} {heard}")
            else:
                living.answer(thing, f"{text} {heard}")
            heard += 1
        marked = [said(event) for event in living.run(20) if said(event).author.handle != brand]
        waiting = [thing for thing in marked if re.search(r"/(re|praise)-[0-9a-f]{12}", thing.id)]
        said_back += len(waiting)
        if not waiting:
            break
    assert not waiting  # the last round drew no answer
    assert said_back > 10
    assert turn <= 4 * world.habits.turns


def test_an_outsider_is_left_alone() -> None:
    living = Living(quiet())
    living.network.say("visitor", "Hello @AcmeCustServ, nice to be here", living.now)
    assert living.run(120) == []


def test_an_outsider_who_answers_somebody_gets_an_answer_but_not_for_ever() -> None:
    living = Living(only_story("broken-5-days"))
    parent = complaint(living)
    backs = []
    for number in range(6):
        text, key = f"Mine is fine, number {number}", f"k-{number}"
        living.network.say("visitor", text, living.now, key=key, reply_to=parent.id)
        backs += answers(living)
    assert [back.author.handle for back in backs if back.author.handle != "visitor"] == [DAN, DAN]


def test_an_outsiders_good_advice_is_taken_up() -> None:
    living = Living(only_story("broken-5-days"))
    living.network.say("visitor", "hold the reset for 10 s", living.now, key="k", reply_to=complaint(living).id)
    (back,) = answers(living)
    assert back.text in filled("helped") or back.text in filled("not_helped")


def test_helpers_step_in_unless_the_brand_was_quicker() -> None:
    world = with_habits(small(story=()), help_share=1.0, help_s=(30.0, 30.0))
    living = Living(world)
    living.run(200)
    tips = [e.post for e in living.network.events if e.post and e.post.id.partition("/")[2].startswith("tip-")]
    assert tips
    thanked = {e.post.parent for e in living.run(30) if e.post} | {
        e.post.parent for e in living.network.events if e.post
    }
    assert all(tip.uri in thanked for tip in tips[:3])
    fresh = next(e.post for e in reversed(living.run(60)) if e.post and "/fault-" in e.post.id and not e.post.parent)
    living.answer(fresh, "We are on it!")
    living.run(60)
    assert not [post for post in living.network.thread(fresh.id) if "/tip-" in post.id]


def test_a_deleted_complaint_gets_no_further_ado() -> None:
    living = Living(with_habits(small(story=()), help_share=1.0))
    fault = next(e.post for e in living.run(120) if e.post and "/fault-" in e.post.id)
    living.network.delete(fault.id, living.now)
    living.run(300)
    assert not [e for e in living.network.events if e.post and e.post.parent == fault.uri and "/tip-" in e.post.id]


def test_an_answer_that_was_due_when_the_network_died_still_comes_and_only_once(tmp_path: Path) -> None:
    living = Living(only_story("broken-5-days"), home=tmp_path)
    reply = living.answer(complaint(living), "Which model is it?")
    living.save()
    living.die()
    again = Living(only_story("broken-5-days"), home=tmp_path, start=living.now + timedelta(hours=5))
    again.run(30)
    again.save()
    again.die()
    third = Living(only_story("broken-5-days"), home=tmp_path, start=again.now)
    third.run(60)
    third.die()
    assert [e.post.author.handle for e in third.network.events if e.post and e.post.parent == reply.uri] == [DAN]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We're sorry! Could you send us a DM?", {Cue.SORRY, Cue.PRIVATE, Cue.ASKS}),
        ("Hold the reset for 10 s.", {Cue.FIXES}),
        ("Unfortunately that is not covered.", {Cue.REFUSES}),
        ("Would you mind sharing that?", {Cue.TELL_OTHERS, Cue.ASKS}),
        ("Es tut uns leid. Bitte schreiben Sie uns!", {Cue.SORRY, Cue.PRIVATE}),
        ("Désolés ! Pouvez-vous nous dire le modèle ?", {Cue.SORRY, Cue.ASKS}),
        ("申し訳ありません。再起動してください。", {Cue.SORRY, Cue.FIXES}),
        ("Send us a message and we'll look into it.", {Cue.PRIVATE}),
        ("Would you mind sharing your serial number?", {Cue.ASKS}),
        ("Thank you for telling us.", set()),
    ],
)
def test_cues_are_heard(text: str, expected: set[Cue]) -> None:
    assert cues(text) == expected


@given(
    kind=st.sampled_from(Kind),
    text=st.text(max_size=500),
    turn=st.integers(0, 50),
    patience=st.floats(0, 1),
    private=st.booleans(),
    rng=st.randoms(use_true_random=False),
)
def test_any_answer_has_a_next_move_that_ends_or_has_words(
    kind: Kind, text: str, turn: int, patience: float, private: bool, rng: object
) -> None:
    step = move(kind, cues(text), turn=turn, patience=patience, private=private, rng=rng)  # type: ignore[arg-type]
    texts = acme().texts["en"]
    assert step is Move.NOTHING or step is Move.DETAIL or step.value in texts
    assert not (private and step is Move.NO_PRIVATE)
    assert not (kind is Kind.PRAISE and step is Move.ADVOCATE)  # else praise would draw praise without end
    assert step in LAST_WORDS or kind in (Kind.FAULT, Kind.SERVICE, Kind.PRIVATE, Kind.QUESTION, Kind.HELLO)
