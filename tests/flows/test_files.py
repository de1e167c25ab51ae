"""Files go both ways over a network that is there: what somebody shows us, and what we answer with."""

import io
import json
import urllib.request
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from PIL import Image

from hubbub.care import selectors as care
from hubbub.care.core.errors import CannotSend
from hubbub.care.core.views import Moment
from hubbub.flows import files
from hubbub.flows.files import Upload, take_in
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput, NotFound
from tests.flows.demo_network import DemoNetwork, Desk, states, time_passes
from tests.flows.test_send import send
from tests.make import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)


def png(size: tuple[int, int] = (900, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def desk(demo_network: DemoNetwork, places: Places) -> Desk:
    return Desk(demo_network, places)


def put(network: DemoNetwork, data: bytes) -> str:
    request = urllib.request.Request(network.address + "/files", data, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.loads(answer.read())["key"])


def shown_picture(desk: Desk, data: bytes, name: str, alt: str = "") -> Moment:
    """Somebody shows us a file; return the line of the case's timeline."""
    told = {"key": put(desk.network, data), "name": name, "type": "image/png", "alt": alt}
    said = {"as": "quokka", "text": "@AcmeCustServ my acme widget is broken, look!", "files": [told]}
    uri = desk.network._request("POST", "/posts", said, {"Content-Type": "application/json"})["uri"]
    desk.town.hear(desk.network.lines(uri), now=datetime.now(UTC))
    return care.case(desk.access, desk.town.cases()[-1].number, datetime.now(UTC)).moments[0]


ALLOWED = frozenset(("demo",))


def test_a_picture_that_somebody_shows_us_is_fetched_and_made_anew(desk: Desk) -> None:
    moment = shown_picture(desk, png() + b"<script>", "broken.png", "A broken widget")
    assert moment.said is not None
    [file] = moment.said.details.files
    assert (file.name, file.alt, file.size, moment.said.media) == ("broken.png", "A broken widget", len(png()) + 8, 1)
    whole = files.heard(desk.access, moment.said.post, 0, small=False, allow_private=ALLOWED)
    small = files.heard(desk.access, moment.said.post, 0, small=True, allow_private=ALLOWED)
    assert (whole.type, whole.is_picture) == ("image/png", True)
    assert b"<script>" not in whole.data
    assert Image.open(io.BytesIO(whole.data)).size == (900, 300)
    assert Image.open(io.BytesIO(small.data)).size == (480, 160)


def test_what_only_claims_to_be_a_picture_is_handed_out_to_be_kept(desk: Desk) -> None:
    moment = shown_picture(desk, b"<svg onload=alert(1)>", "../../evil.svg\n.png")
    assert moment.said is not None
    found = files.heard(desk.access, moment.said.post, 0, small=False, allow_private=ALLOWED)
    assert (found.name, found.type, found.is_picture) == ("evil.svg_.png", "text/plain", False)


def test_files_of_another_workspace_and_files_that_are_not_are_nowhere(desk: Desk) -> None:
    moment = shown_picture(desk, png(), "broken.png")
    assert moment.said is not None
    stranger = make_workspace("Globex", "charlie@globex.example")
    post = moment.said.post
    for access, which, place in ((stranger, post, 0), (desk.access, post, 1), (desk.access, 0, 0)):
        with pytest.raises(NotFound):
            files.heard(access, which, place, small=False, allow_private=ALLOWED)
    desk.network.take_back(moment.said.uri)


def test_an_answer_takes_its_files_along_once(desk: Desk, places: Places) -> None:
    handle, case = desk.asked()
    picture = Upload("C:\\fakepath\\reset.png", png(), "Where to press")
    kept = take_in([picture, Upload("steps.txt", b"Press it.")], places.files)
    assert [(each.name, each.type, each.alt) for each in kept] == [
        ("reset.png", "image/png", "Where to press"),
        ("steps.txt", "text/plain", ""),
    ]
    desk.answer(case, "Press here.", attached=kept)
    desk.network.fail("lost")
    send(files=places.files, patiently=False)
    assert states() == ["queued"]
    time_passes()
    send(files=places.files)
    assert states() == ["delivered"]
    assert desk.network.answers(handle) == ["Press here."]
    posts = [each["post"] for each in desk.network._events() if each["post"]]
    [there] = [each["files"] for each in posts if each["text"] == "Press here."]
    assert [(each["name"], each["alt"]) for each in there] == [("reset.png", "Where to press"), ("steps.txt", "")]
    with urllib.request.urlopen(f"{desk.network.address}/files/{there[0]['key']}") as answer:
        assert Image.open(io.BytesIO(answer.read())).size == (900, 300)
    reply = next(each for each in care.case(desk.access, case, datetime.now(UTC)).moments if each.kind == "reply")
    assert [each.name for each in reply.files] == ["reset.png", "steps.txt"]
    assert files.sent(desk.access, reply.id, 1, places.files, small=False).data == b"Press it."
    with pytest.raises(NotFound):
        files.sent(make_workspace("Globex", "charlie@globex.example"), reply.id, 0, places.files, small=False)


def test_a_picture_alone_is_an_answer(desk: Desk, places: Places) -> None:
    _, case = desk.asked()
    desk.answer(case, "", attached=take_in([Upload("a.png", png())], places.files))
    send(files=places.files)
    assert states() == ["delivered"]


def test_what_a_network_does_not_take_is_refused_before_it_is_queued(desk: Desk, places: Places) -> None:
    _, case = desk.asked()
    five = take_in([Upload(f"{number}.txt", b"%d" % number) for number in range(5)], places.files)
    with pytest.raises(CannotSend, match="takes at most 4 files with a message"):
        desk.answer(case, "Look.", attached=five)
    large = msgspec.structs.replace(five[0], size=9_000_000)
    with pytest.raises(CannotSend, match=r"takes files of at most 8 MB; 0\.txt is larger"):
        desk.answer(case, "Look.", attached=(large,))
    assert states() == []


def test_a_file_that_was_lost_fails_in_words(desk: Desk, places: Places) -> None:
    _, case = desk.asked()
    kept = take_in([Upload("steps.txt", b"Press it.")], places.files)
    desk.answer(case, "Look.", attached=kept)
    files.files.remove(places.files, kept[0].ref)
    send(files=places.files)
    assert states() == ["failed"]


def test_a_file_that_can_not_be_taken_in_is_refused_in_words(places: Places) -> None:
    for name, data, words in (("a.txt", b"", "a.txt is empty"), ("b.bin", b"x" * 20_000_001, "larger than 20 MB")):
        with pytest.raises(InvalidInput, match=words):
            take_in([Upload(name, data)], places.files)


def test_files_that_no_message_has_are_swept_and_others_stay(desk: Desk, places: Places) -> None:
    _, case = desk.asked()
    used, unused = take_in([Upload("used.txt", b"used"), Upload("unused.txt", b"unused")], places.files)
    desk.answer(case, "Look.", attached=(used,))
    now = datetime.now(UTC)
    assert files.sweep(places.files, now=now) == 0  # somebody may be about to send it
    assert files.sweep(places.files, now=now + timedelta(days=3)) == 1
    kept = files.files
    assert (kept.read(places.files, used.ref), kept.read(places.files, unused.ref)) == (b"used", None)
