"""From a day and what comes on it to the arrays that are played."""

import numpy as np

from hubbub.workforce.core.blended import play
from hubbub.workforce.core.blended.day import Day, Kind
from hubbub.workforce.core.blended.items import Items


def ran(given: play.Given) -> play.Floor:
    """Play it, from an empty desk on; return the desk as it is at the end."""
    queues, teams, slots = len(given.within), len(given.slots) - 1, int(given.slots[-1])
    most = max(1, int(given.at_once.max()))
    floor = play.Floor(
        head=given.first[:-1].copy(), tail=given.first[:-1].copy(),
        team=np.repeat(np.arange(teams), np.diff(given.slots)), there=np.zeros(slots, bool),
        going=np.zeros(slots, bool), alone=np.zeros(slots, bool), load=np.zeros(slots, np.int64),
        done=np.zeros(slots), since=np.zeros(slots), ends=np.zeros((slots, most)), due=np.full(slots, np.inf),
        top=np.full((teams, most + 1), play.NOBODY), up=np.full(slots, play.NOBODY), down=np.full(slots, play.NOBODY),
        heap=np.zeros(slots + 1, np.int64), place=np.full(slots, play.NOBODY), many=np.zeros(2, np.int64),
        here=np.zeros(teams, np.int64), idle=np.zeros(teams, np.int64), seen=np.zeros(teams),
        waits=np.full(len(given.came), np.nan), left=np.zeros((queues, given.spans)),
        busy=np.zeros((teams, given.spans)), paid=np.zeros((teams, given.spans)),
    )  # fmt: skip
    play.played(given, floor)
    return floor


def given(day: Day, items: Items) -> play.Given:
    """Return who is there, by which rules, and what comes."""
    staff = day.people
    can = np.array([[queue.name in team.skills for queue in day.queues] for team in day.teams])
    calls = np.array([queue.kind is Kind.CALL for queue in day.queues])
    chats = np.array([queue.kind is Kind.CHAT for queue in day.queues])
    within = np.array([queue.within for queue in day.queues], np.float64)
    slows = np.array([queue.slows for queue in day.queues])
    skills = can.sum(axis=1) if day.routing.specialists_first else np.zeros(len(day.teams))
    order = np.argsort(skills, kind="stable")
    return play.Given(
        items.first, items.came, items.work, items.stays, within, np.arange(len(day.queues)),
        np.array([queue.at_once for queue in day.queues]) * chats, ~calls & ~chats, day.routing.old * within,
        can, np.tile(order, (len(day.queues), 1)), (can & calls).any(axis=1), (can * (slows * chats)).max(axis=1),
        staff, np.concatenate([[0], np.cumsum(staff.max(axis=1))]), float(day.per), items.spans,
        day.routing.reserve, day.routing.by_deadline,
    )  # fmt: skip
