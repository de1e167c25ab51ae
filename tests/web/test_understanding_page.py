"""The page on understanding says when only half of a model reads."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from tests.web.office import Office

from hubbub.accounts.core.access import Role
from hubbub.care.core.close import CloseModel
from hubbub.care.core.trial import Trial
from hubbub.care.core.understanding import COLUMNS, LinearModel
from hubbub.care.models import Learning
from hubbub.care.services import learning

pytestmark = pytest.mark.django_db


class Nobody:
    """A sentence model that is not asked."""

    version = "nobody-1"
    cpu_s = 0.0


@pytest.mark.parametrize(
    ("language", "there", "words"),
    [
        ("en", True, "The unsure third of what has to be decided"),
        ("en", False, "The sentence model is not installed here any more"),
        ("de", False, "Das Satzmodell ist hier nicht mehr installiert"),
    ],
)
def test_whether_a_model_reads_closely_stands_beside_its_name(
    office: Office, monkeypatch: pytest.MonkeyPatch, language: str, there: bool, words: str
) -> None:
    monkeypatch.setattr("hubbub.care.selectors.learning.installed", lambda: there)
    client, at = office.client(office.people[Role.MANAGER]), f"/w/{office.access.slug}/settings/understanding/"
    spoken = {"Accept-Language": language}
    assert words not in client.get(at, headers=spoken).content.decode()
    shipped, file = LinearModel.shipped(), io.BytesIO()
    meaning = np.zeros((COLUMNS, 4), np.float32)
    model = CloseModel.made(shipped, shipped, meaning, (True, True), 0.5, Nobody())  # type: ignore[arg-type]
    model.save(file)
    row = Learning.objects.filter(workspace_id=office.access.workspace).select_related("in_use").first()
    against = row.in_use.version if row and row.in_use else shipped.version
    made = Trial(model.version, file.getvalue(), 60, against, (), 0.0, True, "So it is.")
    assert learning.keep(office.access.workspace, made, now=datetime.now(UTC))
    page = client.get(at, headers=spoken).content.decode()
    assert words in page and model.version in page
