"""Who does what when, from December to February: the same, to the minute, whatever happens to the schedulers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Engine

from scripts.january import acts
from scripts.quarter import acts as usual
from scripts.quarter.world import Branch, Kind, World
from server.config import Settings
from server.db import transaction
from server.errors import DomainError
from server.organizations.models import Category, Stage

T = TypeVar("T")
YEAR = 2027
"""The one that begins."""

NEW_YEAR = date(YEAR, 1, 1)
CUT_OFF = date(YEAR, 1, 10)
"""The last day on which the old year's work is reported."""

FOUNDED = date(YEAR - 1, 12, 19)
ABSENCE, LEAVING, JOINING = (date(YEAR - 1, 12, day) for day in (21, 28, 30))
TRANSFER = date(YEAR, 1, 2)
RETIREMENT, PUBLICATION, FESTIVAL_KNOWN = date(YEAR, 1, 4), date(YEAR, 1, 12), date(YEAR, 2, 4)
HOLIDAYS = tuple((date(YEAR, 1, day), False) for day in (1, 2, 3))
FESTIVAL = (*((date(YEAR, 2, day), False) for day in range(5, 12)), (date(YEAR, 2, 14), True))
"""Off from 5 to 11 February, made up for on Sunday the 14th; entered only the day after the month was drawn up."""

MEETINGS = {
    date(YEAR - 1, 12, 21): (date(YEAR - 1, 12, 23), date(YEAR - 1, 12, 30)),
    date(YEAR - 1, 12, 29): (date(YEAR, 1, 6),),
    date(YEAR, 1, 13): (date(YEAR, 1, 20), date(YEAR, 2, 3)),
}
"""When theme days are planned, and for when."""

MEETING_BRANCHES = 4
OLD_YEARS_CLAIMS = tuple(CUT_OFF - timedelta(days=back) for back in (2, 1, 0))
NEW_YEARS_CLAIMS = (date(YEAR, 1, 14), date(YEAR, 1, 28))
CLAIMS_A_DAY = 10
CONFIRMING_DAYS, DUES_DAY = (4, 11), 20
ON_LEAVE, IN_ARREARS, EXEMPT, LEAVER, MOVER, RETIRING = 4, 5, 10, 11, 12, 13
"""Their places in the first branch; who is on leave or in arrears is in every branch."""


def kind_of(number: int) -> Kind:
    """Return what a member is, by their number: among ten a student, a retired one, a probationary one, an activist."""
    kinds = {6: (Category.student, Stage.full), 7: (Category.retired, Stage.full)}
    kinds |= {8: (Category.student, Stage.probationary), 9: (Category.student, Stage.activist)}
    return kinds.get(number % 10, (Category.staff, Stage.full))


@dataclass(slots=True)
class Days:
    """The people's own acts. `refused` lists what the product wrongly would not let them do."""

    engine: Engine
    settings: Settings
    world: World
    seed: int
    refused: list[str] = field(default_factory=list)
    _meetings: dict[int, tuple[Branch, date]] = field(default_factory=dict)
    _waiting: list[tuple[int, Branch]] = field(default_factory=list)

    def morning(self, day: date, now: datetime) -> None:
        """Officers decide what was reported, plan, confirm lists and months, and enter who comes and goes."""
        for claim_id, branch in self._waiting:
            self._do(usual.review_claim, claim_id=claim_id, branch=branch, fate=0.0, now=now)
        self._waiting.clear()
        for act in self._changes(day):
            self._do(act, now=now)
        for branch in self.world.branches[:MEETING_BRANCHES]:
            for on in MEETINGS.get(day, ()):
                if meeting_id := self._do(usual.plan, branch=branch, on=on, now=now):
                    self._meetings[meeting_id] = (branch, on)
        for meeting_id, (branch, on) in self._meetings.items():
            if on - day == timedelta(days=1):
                who = {"branch": branch, "member_id": branch.member_ids[ON_LEAVE]}
                self._do(usual.ask_leave, meeting_id=meeting_id, **who, granted=True, now=now)
            if day - on == timedelta(days=1):
                self._do(usual.confirm, meeting_id=meeting_id, branch=branch, now=now)
        if day.day in CONFIRMING_DAYS:
            self._do(usual.confirm_months, chance=self._chance(day), now=now)
        if day.day == DUES_DAY:
            for branch in self.world.branches:
                payers = [each for number, each in enumerate(branch.member_ids) if number != IN_ARREARS]
                self._do(usual.register_dues, branch=branch, payers=payers, day=day, now=now)

    def afternoon(self, day: date, now: datetime) -> None:
        """The day's meetings are attended, and members report: until the cut-off on the old year, then on the new."""
        for meeting_id, (_, on) in self._meetings.items():
            if on == day:
                self._do(usual.attend, meeting_id=meeting_id, chance=self._chance(day, meeting_id), now=now)
        if day in (*OLD_YEARS_CLAIMS, *NEW_YEARS_CLAIMS):
            happened = day if day in NEW_YEARS_CLAIMS else date(YEAR - 1, 12, day.day)
            for branch, member_id in self._reporters():
                who: dict[str, Any] = {"branch": branch, "member_id": member_id}
                seed = member_id * 100 + day.day
                claim_id = self._do(acts.claim, settings=self.settings, **who, day=happened, seed=seed, now=now)
                if claim_id is not None:
                    self._waiting.append((claim_id, branch))

    def _changes(self, day: date) -> Iterator[Callable[..., Any]]:
        first, second = self.world.branches[:2]
        settings = self.settings
        if day == ABSENCE:
            yield partial(acts.enter_holidays, world=self.world, days=HOLIDAYS)
            yield partial(acts.exempt, branch=first, member_id=first.member_ids[EXEMPT], since=day)
        if day == LEAVING:
            yield partial(acts.leave, branch=first, member_id=first.member_ids[LEAVER], on=day)
        if day == JOINING:
            yield partial(acts.join, settings=settings, branch=second)
        if day == TRANSFER:
            yield partial(acts.transfer, member_id=first.member_ids[MOVER], to=second, on=day)
        if day == RETIREMENT:
            yield partial(acts.retire, settings=settings, branch=first, member_id=first.member_ids[RETIRING])
        if day == PUBLICATION:
            yield partial(acts.publish_standard, world=self.world, year=YEAR)
        if day == FESTIVAL_KNOWN:
            yield partial(acts.enter_holidays, world=self.world, days=FESTIVAL)

    def _reporters(self) -> list[tuple[Branch, int]]:
        """Members who are measured, some of each branch."""
        fit = (1, 2, 3, 4, 5)
        able = [
            (branch, each) for branch in self.world.branches for each in branch.ordinary_ids[14:] if each % 10 in fit
        ]
        return able[:CLAIMS_A_DAY]

    def _chance(self, day: date, number: int = 0) -> Random:
        """Return a die that falls the same whatever was thrown before."""
        return Random(f"{self.seed} {day} {number}")

    def _do(self, act: Callable[..., T], **values: Any) -> T | None:
        try:
            return transaction(self.engine, partial(act, **values))
        except DomainError as refusal:
            name = getattr(act, "func", act).__name__
            self.refused.append(f"{name}: {refusal.code}")
            return None
