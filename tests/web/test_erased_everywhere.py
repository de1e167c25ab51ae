"""After an erasure no table knows the person any more, whatever was done with what they said."""

from datetime import UTC, datetime

from tests.web.office import everything
from tests.web.walk import Walker

from hubbub.flows import customer_data
from hubbub.infra.places import places

NAMES = ("quokka_fan", "brontë jones", "acme widget brontosaurus", "jabberwock-1")
ELSEWHERE = {"listening.Post"}  # what others said to them is theirs


def test_a_person_who_was_erased_stands_in_no_table(walker: Walker) -> None:
    office = walker.office
    before = {table for table, rows in everything().items() if any(name in str(rows).lower() for name in NAMES)}
    assert len(before) > 8  # something of everything
    customer_data.erase(office.access, office.things["customer"], places(), now=datetime.now(UTC))
    left = {
        table: [row[:400] for row in rows if any(name in row.lower() for name in NAMES)]
        for table, rows in everything().items()
        if table not in ELSEWHERE
    }
    assert {table: rows for table, rows in left.items() if rows} == {}
