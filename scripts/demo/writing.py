"""The whole demo, step by step, everything through the services, with the time handed in: one day, one demo."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

import server.app  # noqa: F401  (its subscriptions open the members' year)
from scripts.demo import claiming, founding, months, paying, people, reporting
from scripts.demo.gatherings import meeting
from scripts.demo.university import University, at
from server.config import Settings

SEED = 75
HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is written. Below eight members in a branch, some of those whom documents name are missing."""

    members_per_branch: int = people.MEMBERS_PER_BRANCH
    claims_per_member: float = 1.25
    dues_months: int = 2
    meeting_months: int = 12


FULL = Scale()
SMALL = Scale(claims_per_member=0.1, dues_months=1, meeting_months=1)


def write(settings: Settings, engine: Engine, *, today: date, now: datetime | None = None, scale: Scale = FULL) -> None:
    """Write the demo as of `today`: half a year of it, but no further back than the roster's year.

    `now` moves the check-in of today's theme day (default: half past two) and nothing else.
    """
    chance = random.Random(SEED)
    begin = max(today - HALF_A_YEAR, date(today.year, 1, 1))
    roster = list(people.members(chance, scale.members_per_branch))
    university = University(settings, engine, begin, today, now or at(today, 14, 30), chance, roster)
    founding.found(university)
    claiming.claim(university, per_member=scale.claims_per_member)
    paying.register_dues(university, months=scale.dues_months)
    meeting.meet(university, months=scale.meeting_months)
    months.sum_up(university)
    reporting.report(university)
