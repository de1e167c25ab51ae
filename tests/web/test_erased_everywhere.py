"""After an erasure no table knows the person any more, whatever was done with what they said."""

from datetime import UTC, datetime

from django.apps import apps
from tests.web.walk import Walker

from hubbub.flows import customer_data
from hubbub.infra.places import places

NAMES = ("quokka_fan", "brontë jones", "acme widget brontosaurus", "jabberwock-1")
ELSEWHERE = {"listening.Post"}  # what others said to them is theirs


def knowing() -> dict[str, list[str]]:
    """What still names them, table by table; read by models, since texts lie there escaped or sealed."""
    return {
        model._meta.label: found
        for model in apps.get_models()
        if (found := [row[:400] for row in map(repr, model._default_manager.values_list())
                      if any(name in row.lower() for name in NAMES)])
    }  # fmt: skip


def test_a_person_who_was_erased_stands_in_no_table(walker: Walker) -> None:
    office = walker.office
    before = knowing()
    assert len(before) > 8  # something of everything
    customer_data.erase(office.access, office.things["customer"], places(), now=datetime.now(UTC))
    assert {table: rows for table, rows in knowing().items() if table not in ELSEWHERE} == {}
