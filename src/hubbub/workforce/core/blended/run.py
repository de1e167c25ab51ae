"""From a day and what comes on it to the arrays that are played."""

import numpy as np

from hubbub.workforce.core.blended import play
from hubbub.workforce.core.blended.day import Day, Kind
from hubbub.workforce.core.blended.items import Items


def ran(day: Day, items: Items) -> play.Floor:
    """Play it, from an empty floor on; return the floor as it is at the end."""
    floor = _floor(day, items)
    play.played(floor)
    return floor


def _floor(day: Day, items: Items) -> play.Floor:
    staff = day.people
    many = staff.max(axis=1)
    queues, teams, spans, slots = _queues(day, items), _teams(day, many), items.spans, int(many.sum())
    can = np.array([[queue.name in team.skills for queue in day.queues] for team in day.teams])
    most = max(1, int(queues["at_once"].max()))
    skills = can.sum(axis=1) if day.routing.specialists_first else np.zeros(len(teams))
    everyone = np.zeros(slots, play.PERSON)
    everyone["team"] = np.repeat(np.arange(len(teams)), many)
    for name in ("up", "down", "place"):
        everyone[name] = play.NOBODY
    return play.Floor(
        queues, teams, everyone, items.came, items.work, items.stays, np.full(len(items.came), np.nan), can,
        np.argsort(skills, kind="stable"), staff, np.zeros((slots, most)),
        np.full((len(teams), most + 1), play.NOBODY), np.zeros(slots, play.FINISH), np.zeros(2, np.int64),
        np.zeros((len(queues), spans)), np.zeros((len(teams), spans)), np.zeros((len(teams), spans)),
        float(day.per), spans, int(day.routing.reserve), bool(day.routing.by_deadline),
    )  # fmt: skip


def _queues(day: Day, items: Items) -> np.ndarray:
    out = np.zeros(len(day.queues), play.QUEUE)
    out["first"] = out["head"] = out["tail"] = items.first[:-1]
    out["end"] = items.first[1:]
    out["within"] = [queue.within for queue in day.queues]
    out["older"] = day.routing.old * out["within"]
    out["at_once"] = [queue.at_once if queue.kind is Kind.CHAT else 0 for queue in day.queues]
    out["may_wait"] = [queue.kind is Kind.DEFERRED for queue in day.queues]
    return out


def _teams(day: Day, many: np.ndarray) -> np.ndarray:
    out = np.zeros(len(day.teams), play.TEAM)
    out["end"] = np.cumsum(many)
    out["first"] = out["end"] - many
    for at, team in enumerate(day.teams):
        able = [queue for queue in day.queues if queue.name in team.skills]
        out[at]["calls"] = any(queue.kind is Kind.CALL for queue in able)
        out[at]["slows"] = max((queue.slows for queue in able if queue.kind is Kind.CHAT), default=0.0)
    return out
