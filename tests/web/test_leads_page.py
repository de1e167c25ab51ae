"""The form of a lead, in both languages."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.web.office import Office

from hubbub.accounts.core.access import Role
from hubbub.care import selectors as care
from hubbub.care.services import leads

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_lead_that_is_saved_as_it_stands_keeps_its_value(office: Office, language: str) -> None:
    lead = office.things["lead"]
    leads.change(office.access, lead, value="1,250.50", now=datetime.now(UTC))
    client = office.client(office.people[Role.MANAGER])
    at, spoken = f"/w/{office.access.slug}/leads/{lead}/", {"Accept-Language": language}
    page = client.get(at, headers=spoken).content.decode()
    form = dict(re.findall(r'name="(title|value|currency|expected_on)"[^>]* value="([^"]*)"', page))
    stage = care.lead(office.access, lead).line.stage
    assert client.post(at, {**form, "stage": stage, "owner": ""}, headers=spoken).status_code == 302
    assert care.lead(office.access, lead).line.value == Decimal("1250.50")
