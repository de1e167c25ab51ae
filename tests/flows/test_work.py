"""The worker: one in a home; it sends, ends holds, archives, finishes what a killed process left, and tidies."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async as db
from django.db import connections

from hubbub.care.models import CaseRow
from hubbub.care.services.triage import due_for_review
from hubbub.flows.work import Worker, only_one
from hubbub.infra.models import Change
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict
from hubbub.listening.models import Post, Segment, Tombstone
from tests.flows.demo_network import DemoNetwork, Desk, states
from tests.flows.hearing import archived, hear
from tests.make import NOON

ALLOWED = frozenset(("demo",))


@pytest.mark.django_db(transaction=True)
async def test_a_worker_does_all_that_waits(demo_network: DemoNetwork, places: Places, tmp_path: Path) -> None:
    def morning() -> tuple[Desk, str]:
        desk = Desk(demo_network, places)
        handle, case = desk.asked()
        desk.answer(case, "We are on it.")
        desk.town.at = datetime.now(UTC) - timedelta(hours=25)
        desk.asked()
        CaseRow.objects.filter(folder="held").update(not_before=NOON - timedelta(days=900))  # the crowd did not answer
        _, line = desk.town.line("ben", "I love my acme, where is the manual for it?")
        hear(desk.access, desk.town.connection, [line], places, now=desk.town.at)  # and left undecided
        assert Post.objects.filter(pending=True).exists()
        Change.objects.create(workspace=desk.access.workspace, kind="old", at=NOON - timedelta(days=900))
        gone = Tombstone(workspace_id=desk.access.workspace, uri="demo://acme/x/1", at=NOON - timedelta(days=900))
        gone.save()
        Segment.objects.update(committed_at=NOON - timedelta(days=900))
        assert due_for_review(datetime.now(UTC))
        return desk, handle

    desk, handle = await db(morning)()
    worker = Worker(tmp_path, places, ALLOWED)
    working = asyncio.create_task(worker.run())
    try:
        await until(lambda: states() == ["delivered"])
        await until(lambda: not due_for_review(datetime.now(UTC)))
        await until(lambda: not Post.objects.filter(pending=True).exists())
        await until(lambda: not Change.objects.filter(kind="old").exists() and not Tombstone.objects.exists())
        await until(lambda: len(archived(places)) == 3)
    finally:
        worker.stop.set()
        await working
        await db(connections.close_all)()
    assert desk.network.answers(handle) == ["We are on it."]


async def until(find: Callable[[], Any]) -> None:
    """Look until something is true."""
    async with asyncio.timeout(20):
        while not await db(find)():  # noqa: ASYNC110 - others write what is looked for
            await asyncio.sleep(0.05)


async def test_a_second_worker_of_a_home_steps_back_and_one_after_the_other_may(tmp_path: Path, places: Places) -> None:
    with only_one(tmp_path / "worker.lock"):
        with pytest.raises(Conflict, match="only one runs in a home"):
            await Worker(tmp_path, places, ALLOWED).run()
        with only_one(tmp_path / "elsewhere" / "worker.lock"):
            pass
    with only_one(tmp_path / "worker.lock"):
        pass
