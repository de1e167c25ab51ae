"""Setting up the planning: queues, their forms with lengths as people type them, and the rules of the place."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web.office import Office

from hubbub.accounts.core.access import Role
from hubbub.workforce.selectors import queues

pytestmark = pytest.mark.django_db

LINE: dict[str, Any] = {
    "kind": "phone", "name": "Gnome line", "level": "85 %", "within": "30 s", "handling": "4.5 min",
    "patience": "2 min", "gives_up": "5", "day0": "8-20", "day1": "08:30–18:00",
}  # fmt: skip


@pytest.fixture
def client(office: Office) -> Client:
    return office.client(office.people[Role.LEAD])


@pytest.fixture
def at(office: Office) -> str:
    return f"/w/{office.access.slug}/staffing/setup/"


def test_a_queue_is_made_with_lengths_as_people_type_them_and_shown_so_again(
    office: Office, client: Client, at: str
) -> None:
    assert client.post(f"{at}queues/new/", LINE).status_code == 302
    line = queues.queues(office.access)[-1]
    made = line.queue
    assert (made.level, made.within_s, made.handling_s, made.patience_s, made.gives_up) == (0.85, 30, 270, 120, 0.05)
    assert made.week == ((480, 1200), (510, 1080), *(None,) * 5)
    shown = client.get(f"{at}queues/{line.id}/").content.decode()
    for each in ("85", "30 s", "270 s", "2 min", "08:00–20:00", "08:30–18:00"):
        assert f'value="{each}"' in shown, each
    assert "85 % within 30 s" in client.get(at).content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"within": "soon"}, "Within: &#x27;soon&#x27; is no time; write it like 20 s"),
        ({"day3": "20-8"}, "Thursday: &#x27;20-8&#x27; are no hours"),
        ({"level": "lots"}, "Answer: &#x27;lots&#x27; is no share"),
        ({"level": "100"}, "A service level is a share above 0 and below 1"),
        ({"patience": ""}, "say how long people wait before they do"),
        ({"name": "Snark line"}, "There is a queue Snark line already."),
        ({"handling": "0 s"}, "The handling time is in seconds above 0."),
    ],
)
def test_a_queue_that_can_not_be_is_shown_again_with_the_reason_and_what_was_typed(
    client: Client, at: str, changed: dict[str, str], words: str
) -> None:
    wrong = client.post(f"{at}queues/new/", LINE | changed)
    page = wrong.content.decode()
    assert wrong.status_code in (400, 409) and words in page
    assert 'value="8-20"' in page and f'value="{(LINE | changed)["handling"]}"' in page


def test_each_kind_of_work_asks_for_its_own(office: Office, client: Client, at: str) -> None:
    chat = client.get(f"{at}queues/new/", {"kind": "chat"}).content.decode()
    assert "Chats at once" in chat and 'name="patience"' not in chat
    mail = {"kind": "mail", "name": "Gnome mail", "level": "90", "within": "2 days", "handling": "5 min",
            "channels": ["demo", "nonsense"], "calls": "*"}  # fmt: skip
    assert client.post(f"{at}queues/new/", mail).status_code == 302
    made = queues.queues(office.access)[-1].queue
    assert (made.within_s, made.channels, made.calls) == (172_800, ("demo",), "")


def test_what_the_desk_hears_becomes_queues_once(office: Office, client: Client, at: str) -> None:
    assert "Make queues of these" in client.get(at).content.decode()
    before = len(queues.queues(office.access))
    assert client.post(f"{at}found/", {"name": ["Snarks", "Chat", "Letters", "Social", "Nonsense"]}).status_code == 302
    made = [each.queue for each in queues.queues(office.access)[before:]]
    assert [(each.name, each.calls) for each in made] == [
        ("Snarks", "Snarks"), ("Chat", ""), ("Letters", ""), ("Social", ""),
    ]  # fmt: skip
    assert made[1].channels == ("chat",) and "demo" in made[3].channels
    assert "Make queues of these" not in client.get(at).content.decode()
    assert client.post(f"{at}found/", {}).status_code == 400


def test_queues_are_put_in_order_and_forget(office: Office, client: Client, at: str) -> None:
    line = queues.queue(office.access, office.things["queue"])
    assert line.days == 7
    client.post(f"{at}queues/{line.id}/move/", {"to": "earlier"})
    assert queues.queues(office.access)[0].id == line.id
    client.post(f"{at}queues/{line.id}/move/", {"to": "earlier"})
    client.post(f"{at}queues/{line.id}/forget/")
    assert (queues.queues(office.access)[0].id, queues.queue(office.access, line.id).days) == (line.id, 0)


def test_shrinkage_is_said_in_words_while_it_is_typed_and_kept_when_it_is_saved(
    office: Office, client: Client, at: str
) -> None:
    causes = {"cause0": "Holiday", "share0": "20", "of0": "rest", "cause1": "Sickness", "share1": "13,4", "of1": "all"}
    looked = client.post(f"{at}rules/", {**causes, "do": "look"}).content.decode()
    assert "Of 100 paid hours, 66.6 are at work." in looked and "To have 20 at work, plan 31." in looked
    assert "is no share" in client.post(f"{at}rules/", {**causes, "share1": "x", "do": "look"}).content.decode()
    form = {**causes, "step": "30", "rate": "14,50", "currency": "eur", "on_costs": "21", "overtime": "25"}
    assert client.post(f"{at}rules/", form).status_code == 302
    held = queues.rules(office.access)
    assert [(each.name, each.share, each.of_rest) for each in held.causes] == [
        ("Holiday", 0.2, True), ("Sickness", 0.134, False),
    ]  # fmt: skip
    assert (held.rate, held.on_costs, held.currency) == (14.5, 0.21, "EUR")
    other = client.post(f"{at}rules/", {**form, "step": "15"})
    assert other.status_code == 409 and "Remove the history of all queues first." in other.content.decode()
    assert 'value="13,4"' in other.content.decode()


# What came before -------------------------------------------------------------
CAME = "time;queue;calls;aht\n" + "".join(
    f"2026-11-{day:02} {hour:02}:{half:02};{queue};{number};240\n"
    for queue, number in (("Snark line", 7), ("Gnome chat", 3))
    for day in (2, 3, 4, 5, 6, 9, 10, 12, 13, 16, 17, 18, 19, 20)
    for hour in range(8, 18)
    for half in (0, 30)
)


def test_a_file_of_what_came_is_looked_at_before_it_is_kept_and_the_history_is_removed_again(
    office: Office, client: Client, at: str
) -> None:
    rows = CAME + CAME.splitlines()[1] + "\n"
    looked = client.post(f"{at}history/", {"file": SimpleUploadedFile("calls.csv", rows.encode("utf-16"))})
    page = looked.content.decode()
    line = office.things["queue"]
    for words in ("The file tells of 2 queues.", "14 days, 2 Nov 2026 to 20 Nov 2026", "nothing on 11 Nov 2026",
                  "1 line stands there again", f'value="{line}" selected', 'value="new:chat" selected'):  # fmt: skip
        assert words in page, words
    assert queues.queue(office.access, line).days == 7
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert ticket
    form = {"ticket": ticket[1], "to0": "new:chat", "name0": "Gnome chat", "to1": str(line)}
    twice = client.post(f"{at}history/keep/", {**form, "to0": str(line)})
    assert twice.status_code == 400 and "Two of them go to the same queue." in twice.content.decode()
    assert client.post(f"{at}history/keep/", form).status_code == 302
    made = queues.queues(office.access)[-1]
    assert (made.queue.name, made.queue.handling_s, made.days) == ("Gnome chat", 240, 14)
    assert made.queue.week[0] == (480, 1080) and made.queue.week[6] is None
    (first, *_) = queues.history(office.access, made.id)
    assert (first.arrivals[16:18], first.arrivals[0], first.handling_s[16]) == ((3.0, 3.0), None, 240.0)
    charlie = office.client(office.charlie)
    stolen = charlie.post(f"/w/{office.charlie.slug}/staffing/setup/history/keep/", {**form, "to1": ""})
    assert stolen.status_code == 400 and "The file is not here any more." in stolen.content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "Choose a file first, or paste its lines."),
        ("time,calls\n2026-11-30 09:00,many\n", "Line 2: &#x27;many&#x27; is not a number from 0 on."),
        ("time,calls\nyesterday,4\n", "Line 2: &#x27;yesterday&#x27; is not a time."),
        ("calls\n4\n", "No column has times."),
    ],
)
def test_a_file_that_can_not_be_read_says_which_line_and_what_to_mend(
    client: Client, at: str, given: str, words: str
) -> None:
    answer = client.post(f"{at}history/", {"pasted": given})
    assert answer.status_code == 400 and words in answer.content.decode()
