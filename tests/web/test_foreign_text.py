"""What strangers write is shown as they typed it."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from tests.channels.hostile import XSS
from tests.make import make_town, make_workspace

from hubbub.accounts.models import Person
from hubbub.care.services import settings as care_settings
from hubbub.infra.places import Places


@pytest.mark.django_db
def test_markup_is_shown_as_it_was_typed(places: Places) -> None:
    mia = make_workspace()
    care_settings.first_playbook(mia, now=datetime.now(UTC))
    town = make_town(mia, places, at=datetime.now(UTC))
    client = Client()
    client.force_login(Person.objects.get(pk=mia.person))
    for number, text in enumerate(XSS):
        town.person(f"ann_{number}", name=text)
        town.says(f"ann_{number}", f"@AcmeCustServ my acme widget is broken {text}")
    for case, text in zip(town.cases(), XSS, strict=True):
        page = client.get(f"/w/{mia.slug}/inbox/all/{case.number}/").content.decode()
        said = re.sub(r"</?a\b[^>]*>", "", page[page.index('id="moments"') :])  # addresses are links
        assert f"my acme widget is broken {text}" in unescape(said), text
        assert "<" not in text or f"broken {text}" not in said, text
