"""The form of a macro: a row more than there are steps, and more where somebody asks for them."""

import re

import pytest
from tests.web.office import Office

from hubbub.care import selectors as care

pytestmark = pytest.mark.django_db


def rows(page: str) -> list[str]:
    return re.findall(r'<select[^>]* name="do_(\d+)"', page)


def test_the_form_of_a_macro_has_a_row_more_than_steps_and_gives_another_without_losing_words(office: Office) -> None:
    client, at = office.client(office.access), f"/w/{office.access.slug}/settings/macros/"
    assert rows(client.get(at + "new/").content.decode()) == ["0"]
    assert rows(client.get(f"{at}{office.things['macro']}/").content.decode()) == ["0", "1"]
    form = {"name": "Long", "do_0": "note", "with_0": "Look", "do_1": "", "with_1": ""}
    more = client.post(at + "new/", {**form, "do": "more"}).content.decode()
    assert rows(more) == ["0", "1", "2"]
    assert ">Look</textarea>" in more and 'value="Long"' in more
    steps = {f"do_{row}": "note" for row in range(12)} | {f"with_{row}": f"Word {row}" for row in range(12)}
    client.post(at + "new/", {"name": "Long", **steps})
    (made,) = [each for each in care.macros(office.access) if each.name == "Long"]
    assert [each["text"] for each in made.deeds] == [f"Word {row}" for row in range(12)]
