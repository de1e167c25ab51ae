"""What SQLite's planner is told of our tables."""

import pytest
from django.db import connection
from django.db.models import Q

from hubbub.care.models import CaseRow
from hubbub.infra.statistics import tell_the_planner
from hubbub.listening.models import Post

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL keeps its own statistics"),
]


@pytest.fixture(autouse=True)
def told() -> None:
    tell_the_planner()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sqlite_schema")  # this connection, too, reads what was written


def test_a_thread_is_found_without_reading_every_post_of_the_workspace() -> None:
    some = ["demo://acme/alice/1", "demo://acme/bob/2"]
    plan = Post.objects.filter(workspace_id=1).filter(Q(uri__in=some) | Q(root__in=some)).explain()
    assert "workspace_id=? AND uri=?" in plan
    assert "workspace_id=? AND root=?" in plan


def test_the_cases_of_a_few_people_are_found_without_reading_every_case() -> None:
    plan = CaseRow.objects.filter(workspace_id=1, account_id__in=range(100), historical=False).explain()
    assert "account_id=?" in plan


def test_every_list_of_the_inbox_is_read_in_its_order() -> None:
    rows = CaseRow.objects.filter(workspace_id=1)
    for which in ({}, {"folder": "needs"}, {"queue": "praise", "folder": "needs"}, {"topic": 3, "folder": "needs"}):
        assert "ORDER BY" not in rows.filter(**which).order_by("sort_at", "id")[:51].explain(), which


def test_telling_it_again_changes_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sqlite_stat1 ORDER BY idx")
        before = cursor.fetchall()
        tell_the_planner()
        cursor.execute("SELECT * FROM sqlite_stat1 ORDER BY idx")
        assert cursor.fetchall() == before != []
