"""The same desk once more, written to be read: objects and one heap of events. Only for small cases."""

import heapq
import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from hubbub.workforce import Day, Kind, Team
from hubbub.workforce.core.blended.items import Items

CHANGE, FINISH, AGED, COMES = range(4)


@dataclass(eq=False)
class Person:
    team: Team
    number: int
    there: bool = False
    going: bool = False
    chats: bool = False
    work: list[float] = field(default_factory=list)
    """What is left of each item in hand, as if it were the only one."""
    since: float = 0.0
    version: int = 0


class Desk:
    """Plays one row of intervals; `waits` as `play.Floor` has them."""

    def __init__(self, day: Day, items: Items) -> None:
        self.day, self.items, self.now = day, items, 0.0
        self.waits = np.full(len(items.came), np.nan)
        self.queue: list[deque[int]] = [deque() for _ in day.queues]
        self.people = [
            Person(team, k) for t, team in enumerate(day.teams) for k in range(int(day.people[t].max(initial=0)))
        ]
        self.free: list[Person] = []
        """Who is there and may take something; who came to their number of items last stands last."""
        self.teams = list(day.teams)
        if day.routing.specialists_first:
            self.teams.sort(key=lambda team: len(set(team.skills)))
        self.events: list[tuple[float, int, int, int, int]] = []
        self.order = 0

    def run(self) -> np.ndarray:
        end = self.items.spans * self.day.per
        for span in range(self.items.spans):
            self.at(span * self.day.per, CHANGE, span)
        for q in range(len(self.queue)):
            for k in range(self.items.first[q], self.items.first[q + 1]):
                self.at(float(self.items.came[k]), COMES, q, k)
        while self.events:
            self.now, what, one, other, _ = self.pop()
            if self.now >= end:
                break
            (self.change, self.finish, self.aged, self.comes)[what](one, other)
        self.now = end
        for q in range(len(self.queue)):
            self.waiting(q)
            for k in self.queue[q]:
                if end - self.items.came[k] > self.items.stays[k]:
                    self.waits[k] = -self.items.stays[k]
        return self.waits

    def at(self, when: float, what: int, one: int, other: int = 0) -> None:
        self.order += 1
        heapq.heappush(self.events, (when, what, self.order, one, other))

    def pop(self) -> tuple[float, int, int, int, int]:
        when, what, order, one, other = heapq.heappop(self.events)
        return when, what, one, other, order

    # What happens
    def comes(self, q: int, k: int) -> None:
        self.queue[q].append(k)
        queue = self.day.queues[q]
        if queue.kind is Kind.DEFERRED:
            self.at(float(self.items.came[k]) + self.day.routing.old * queue.within, AGED, q)
        self.place(q)

    def aged(self, q: int, _: int) -> None:
        self.place(q)

    def finish(self, who: int, version: int) -> None:
        person = self.people[who]
        if person.version != version:
            return
        self.progress(person)
        person.work.remove(min(person.work))
        person.chats = person.chats and bool(person.work)
        self.schedule(person)
        if person in self.free:
            self.free.remove(person)
        if person.going:
            if not person.work:
                person.there = person.going = False
        else:
            self.free.append(person)
            self.look(person)

    def change(self, span: int, _: int) -> None:
        for t, team in enumerate(self.day.teams):
            wanted = int(self.day.people[t, span % self.day.intervals])
            crew = [person for person in self.people if person.team is team]
            staying = [person for person in crew if person.there and not person.going]
            for person in sorted(staying, key=lambda each: len(each.work))[: max(0, len(staying) - wanted)]:
                if person in self.free:
                    self.free.remove(person)
                person.there, person.going = bool(person.work), bool(person.work)
            more = [each for each in crew if each.going] + [each for each in crew if not each.there]
            for person in more[: max(0, wanted - len(staying))]:
                person.there, person.going = True, False
                if not person.work or person.chats:
                    self.free.append(person)
                self.look(person)

    # Who takes what
    def waiting(self, q: int) -> bool:
        while self.queue[q]:
            k = self.queue[q][0]
            if self.now - self.items.came[k] <= self.items.stays[k]:
                return True
            self.waits[k] = -self.items.stays[k]
            self.queue[q].popleft()
        return False

    def most(self, q: int) -> int:
        return self.day.queues[q].at_once if self.day.queues[q].kind is Kind.CHAT else 1

    def calls(self, team: Team) -> bool:
        return any(queue.kind is Kind.CALL and queue.name in team.skills for queue in self.day.queues)

    def may(self, team: Team, q: int) -> bool:
        queue, rules = self.day.queues[q], self.day.routing
        if queue.kind is not Kind.DEFERRED or not self.calls(team):
            return True
        free = sum(1 for person in self.free if not person.work and self.calls(person.team))
        return free > rules.reserve or self.now >= self.items.came[self.queue[q][0]] + rules.old * queue.within

    def place(self, q: int) -> None:
        name = self.day.queues[q].name
        while self.waiting(q):
            able = [
                (len(person.work), self.teams.index(person.team), -at, person)
                for at, person in enumerate(self.free)
                if name in person.team.skills and len(person.work) < self.most(q) and self.may(person.team, q)
            ]
            if not able:
                return
            self.take(min(able, key=lambda each: each[:3])[3], q)

    def look(self, person: Person) -> None:
        while person in self.free:
            able = []
            for q, queue in enumerate(self.day.queues):
                if queue.name in person.team.skills and len(person.work) < self.most(q) and self.waiting(q):
                    came = self.items.came[self.queue[q][0]]
                    by = came + queue.within if self.day.routing.by_deadline else float(q)
                    if self.may(person.team, q):
                        able.append((by, q))
            if not able:
                break
            self.take(person, min(able)[1])
        if person in self.free and not person.work:
            for q, queue in enumerate(self.day.queues):
                if queue.kind is Kind.DEFERRED:
                    self.place(q)

    def take(self, person: Person, q: int) -> None:
        k = self.queue[q].popleft()
        assert math.isnan(self.waits[k]), "an item is served once"
        self.waits[k] = self.now - self.items.came[k]
        self.progress(person)
        person.work.append(float(self.items.work[k]))
        self.free.remove(person)
        person.chats = self.day.queues[q].kind is Kind.CHAT
        if person.chats:
            self.free.append(person)
        self.schedule(person)

    def slower(self, person: Person) -> float:
        slows = [
            queue.slows for queue in self.day.queues if queue.kind is Kind.CHAT and queue.name in person.team.skills
        ]
        return 1 + max(slows, default=0.0) * (len(person.work) - 1)

    def progress(self, person: Person) -> None:
        if person.work:
            done = (self.now - person.since) / self.slower(person)
            person.work = [each - done for each in person.work]
        person.since = self.now

    def schedule(self, person: Person) -> None:
        person.version += 1
        if person.work:
            when = self.now + max(0.0, min(person.work)) * self.slower(person)
            self.at(when, FINISH, self.people.index(person), person.version)
