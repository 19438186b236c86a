"""A quarter's days: who does what when, and how many pushes each act should lead to."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Engine

from scripts.quarter import acts
from scripts.quarter.world import Branch, World
from server.db import transaction
from server.pushes.rules import Occasion

T = TypeVar("T")
CLAIMS_A_DAY = 1 / 250
"""Per member, on weekdays."""

CALLED_OFF, MOVED, ON_LEAVE, GRANTED, HAS_READ, HAS_PAID = 0.05, 0.15, 0.02, 0.8, 0.6, 0.9
A_WHILE = timedelta(days=60)
"""So far off that nobody is reminded of it while the last pushes are tried again, after the last day."""

SATURDAY = 5
CONFIRMING_DAY, PLANNING_DAY, DUES_DAY, NOTICE_DAYS = 4, 5, 20, (1,)


@dataclass(slots=True)
class Days:
    """The people's own acts, before `until`. `expected` counts the pushes due by occasion, one per person told."""

    engine: Engine
    world: World
    chance: Random
    until: date
    expected: Counter[Occasion] = field(default_factory=Counter)
    _meetings: dict[int, tuple[Branch, date]] = field(default_factory=dict)
    _waiting: list[tuple[int, Branch]] = field(default_factory=list)
    _notices: dict[int, date] = field(default_factory=dict)
    _away: Counter[int] = field(default_factory=Counter)

    def morning(self, day: date, now: datetime) -> None:
        """Officers plan, change, confirm and announce."""
        if day.day in NOTICE_DAYS:
            self._notices[self._do(acts.announce, world=self.world, day=day, now=now)] = day
            self.expected[Occasion.notice] += self.world.members
        for branch in self.world.branches:
            if day.day == PLANNING_DAY:
                self._plan(branch, day, now)
            if day.day == DUES_DAY:
                self._register_dues(branch, day, now)
        if day.day == CONFIRMING_DAY:
            self._do(acts.confirm_months, chance=self.chance, now=now)
        self._do(acts.publish_bulletins, now=now)
        for notice_id, published in self._notices.items():
            if day - published == timedelta(days=3):
                self._remind(notice_id, now)
        for meeting_id, (branch, on) in list(self._meetings.items()):
            if on - day == timedelta(days=2):
                self._disturb(meeting_id, branch, now)
            if day - on == timedelta(days=1):
                self._do(acts.confirm, meeting_id=meeting_id, branch=branch, now=now)

    def noon(self, day: date, now: datetime) -> None:
        """Members report what they did, on weekdays: each once, since the same on the same day counts once."""
        if day.weekday() >= SATURDAY:
            return
        reporters = [(branch, each) for branch in self.world.branches for each in branch.ordinary_ids]
        for branch, member_id in self.chance.sample(reporters, round(self.world.members * CLAIMS_A_DAY)):
            claim_id = self._do(acts.claim, branch=branch, member_id=member_id, day=day, now=now)
            self._waiting.append((claim_id, branch))

    def afternoon(self, day: date, now: datetime) -> None:
        """Secretaries decide what waits, and the day's meetings are attended."""
        for claim_id, branch in self._waiting:
            fate = self.chance.random()
            returned = self._do(acts.review_claim, claim_id=claim_id, branch=branch, fate=fate, now=now)
            self.expected[Occasion.claim_returned if returned else Occasion.claim_reviewed] += 1
        self._waiting.clear()
        for meeting_id, (branch, on) in self._meetings.items():
            if on - day == timedelta(days=1):
                self.expected[Occasion.meeting_tomorrow] += len(branch.member_ids) - self._away[meeting_id]
            if on == day:
                self._do(acts.attend, meeting_id=meeting_id, chance=self.chance, now=now)

    def months(self) -> None:
        """Count the months that were confirmed, by secretaries or by themselves: each line is a push."""
        self.expected[Occasion.month_score] = self._do(acts.confirmed_lines)

    def _plan(self, branch: Branch, day: date, now: datetime) -> None:
        on = day + timedelta(days=self.chance.randrange(4, 20))
        if on >= self.until:
            on += A_WHILE
        self._meetings[self._do(acts.plan, branch=branch, on=on, now=now)] = (branch, on)
        self.expected[Occasion.meeting_planned] += len(branch.member_ids)

    def _register_dues(self, branch: Branch, day: date, now: datetime) -> None:
        payers = [each for each in branch.member_ids if self.chance.random() < HAS_PAID]
        self._do(acts.register_dues, branch=branch, payers=payers, day=day, now=now)
        self.expected[Occasion.dues_reminder] += len(branch.member_ids) - len(payers)

    def _remind(self, notice_id: int, now: datetime) -> None:
        readers = [each for each in range(1, self.world.members + 1) if self.chance.random() < HAS_READ]
        author = self.world.branches[0].secretary_id
        unread = self._do(acts.remind, notice_id=notice_id, readers=readers, account_id=author, now=now)
        self.expected[Occasion.notice_unread] += unread

    def _disturb(self, meeting_id: int, branch: Branch, now: datetime) -> None:
        """Two days before, a few meetings are called off, some move, and some people ask for leave."""
        people, fate = len(branch.member_ids), self.chance.random()
        if fate < CALLED_OFF:
            self._do(acts.call_off, meeting_id=meeting_id, branch=branch, now=now)
            self.expected[Occasion.meeting_cancelled] += people
            del self._meetings[meeting_id]
            return
        if fate < MOVED:
            self._do(acts.move, meeting_id=meeting_id, branch=branch, now=now)
            self.expected[Occasion.meeting_changed] += people
        for member_id in branch.ordinary_ids:
            if self.chance.random() < ON_LEAVE:
                granted = self.chance.random() < GRANTED
                wish = {"meeting_id": meeting_id, "branch": branch, "member_id": member_id, "granted": granted}
                self._do(acts.ask_leave, **wish, now=now)
                self.expected[Occasion.leave_answered] += 1
                self._away[meeting_id] += granted

    def _do(self, act: Callable[..., T], **values: Any) -> T:
        return transaction(self.engine, partial(act, **values))
