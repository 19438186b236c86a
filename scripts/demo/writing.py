"""The whole demo, step by step, everything through the services, with the time handed in: one day, one demo."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

import server.app  # noqa: F401  (its subscriptions open the members' year)
from scripts.demo import claiming, founding, months, paying, people, reporting
from scripts.demo.gatherings import meeting
from scripts.demo.last_year import closing, facts
from scripts.demo.university import University, at
from server.config import Settings

SEED = 75
HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is written. Below eight members in a branch, some of those whom documents name are missing.

    `last_year_months`: for so many months, at least one, the pioneers were here before.
    """

    members_per_branch: int = people.MEMBERS_PER_BRANCH
    claims_per_member: float = 1.25
    dues_months: int = 2
    meeting_months: int = 12
    last_year_months: int = 4


FULL = Scale()
SMALL = Scale(claims_per_member=0.1, dues_months=1, meeting_months=1, last_year_months=1)


def write(settings: Settings, engine: Engine, *, today: date, now: datetime | None = None, scale: Scale = FULL) -> None:
    """Write the demo as of `today`: half a year of it, but no further back than the year of `today`; and of the last
    year what the pioneers did, and how it ended.

    `now` is a moment of it (default: half past two): today's check-in is open then, and what is due later is not done.
    """
    university = begin(settings, engine, today=today, now=now or at(today, 14, 30), scale=scale)
    claiming.claim(university, claiming.plans(university, scale.claims_per_member))
    paying.register_dues(university, paying.last_months(university, scale.dues_months))
    meeting.meet(university, months=scale.meeting_months)
    months.sum_up(university)
    reporting.report(university)


def begin(settings: Settings, engine: Engine, *, today: date, now: datetime, scale: Scale) -> University:
    """Write who is there, and the last year."""
    chance = random.Random(SEED)
    university = University(
        settings=settings,
        engine=engine,
        tried_from=date(today.year - 1, 13 - scale.last_year_months, 1),
        begin=max(today - HALF_A_YEAR, date(today.year, 1, 1)),
        today=today,
        now=now,
        chance=chance,
        people=list(people.members(chance, scale.members_per_branch)),
    )
    founding.found(university)
    facts.live(university, claims_per_member=scale.claims_per_member)
    closing.close(university)
    return university
