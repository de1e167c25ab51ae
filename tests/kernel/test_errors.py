"""Errors are sentences for people and names for programs."""

from hubbub.kernel.errors import HubbubError, NotAllowed


class LampOff(HubbubError):
    message = "The lamp in {room} is off."


def test_an_error_says_its_facts_in_a_sentence_and_has_a_name_for_programs() -> None:
    error = LampOff(room="the hall")
    assert (str(error), error.code, error.facts) == ("The lamp in the hall is off.", "lamp_off", {"room": "the hall"})
    refusal = NotAllowed(who="An agent", deed="change topics", needed="A manager")
    assert (str(refusal), refusal.code, refusal.status) == (
        "An agent can't change topics here. A manager can.",
        "not_allowed",
        403,
    )
