"""The steps of the clock: closing after the cut-off, settled after the last day, archived once received.

Each branch has transactions of its own. One that fails is logged, the others go on, and in the end the run fails with
it. Two machines may do this at once, and what one leaves half done when it dies, the next run does.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial

import structlog
from sqlalchemy import ColumnElement, Engine, Select, and_, or_, select
from sqlalchemy.orm import Session

from server.annual.steps import conditions
from server.annual.steps.holding import held
from server.annual.steps.models import AnnualCourse
from server.annual.steps.rules import MAKEUPS_AFTER_CUT_OFF, Track, next_step
from server.annual.steps.taking import move
from server.days import shanghai_date
from server.db import reading, transaction
from server.meetings.leave.ending import end_makeups
from server.organizations.beginning import had_begun
from server.organizations.models import Membership, Organization, OrganizationKind
from server.standards.rules import Audience
from server.standards.versions import in_force_everywhere
from server.years.models import BranchYear
from server.years.queries import standing_of
from server.years.rules import YearState

log = structlog.get_logger()

Key = tuple[int, int]
"""A branch and a year."""


class UntakenSteps(RuntimeError):
    """Some steps that were due could not be taken; the log says why."""


def close_due(engine: Engine, *, now: datetime) -> int:
    """Close the past year of every branch whose cut-off is over, and end its 补课; return how many were closed.

    A branch has such a year if somebody belonged to it at its end and a standard measures it. Raises UntakenSteps.
    """
    year = shanghai_date(now).year - 1
    with reading(engine) as session:
        keys = [(branch_id, year) for branch_id in session.scalars(_to_close(year))]
    return _each(engine, keys, YearState.closing, now)


def settle_due(engine: Engine, *, now: datetime) -> int:
    """Settle the years whose last day for objections is over; return how many. Raises UntakenSteps."""
    shown = AnnualCourse.stars_state == YearState.publicized
    open_ones = BranchYear.state.in_((YearState.reported, YearState.publicized))
    return _each(engine, _those(engine, or_(open_ones, shown)), YearState.settled, now)


def archive_due(engine: Engine, *, now: datetime) -> int:
    """Archive the years of which everything is filed and received; return how many. Raises UntakenSteps."""
    return _each(engine, _those(engine, BranchYear.state == YearState.filed), YearState.archived, now)


def _to_close(year: int) -> Select[int]:
    """The branches that may still have to close a year, those already closing too: their 补课 is ended."""
    last = date(year, 12, 31)
    belongs = select(Membership.id).where(Membership.organization_id == Organization.id, Membership.holds_on(last))
    measured = in_force_everywhere(year)
    of_members = select(measured.c.organization_id).where(
        measured.c.organization_id == Organization.id, measured.c.audience == Audience.members
    )
    return (
        select(Organization.id)
        .outerjoin(BranchYear, and_(BranchYear.organization_id == Organization.id, BranchYear.year == year))
        .where(
            Organization.kind == OrganizationKind.branch,
            had_begun(last),
            belongs.exists(),
            of_members.exists(),
            BranchYear.state.is_(None) | BranchYear.state.in_((YearState.open, YearState.closing)),
        )
        .order_by(Organization.id)
    )


def _those(engine: Engine, which: ColumnElement[bool]) -> list[Key]:
    query = (
        select(BranchYear.organization_id, BranchYear.year)
        .outerjoin(AnnualCourse, AnnualCourse.branch_year_id == BranchYear.id)
        .where(which)
        .order_by(BranchYear.id)
    )
    with reading(engine) as session:
        return [(branch_id, year) for branch_id, year in session.execute(query)]


def _each(engine: Engine, keys: Sequence[Key], step: YearState, now: datetime) -> int:
    done, failed = 0, list[Key]()
    for key in keys:
        work: Callable[[Session], bool] = partial(_step, key=key, step=step, now=now)
        try:
            done += transaction(engine, work)
        except Exception:
            log.exception("year_step_failed", organization_id=key[0], year=key[1], step=step)
            failed.append(key)
    if failed:
        raise UntakenSteps(f"{step}: {len(failed)} of {len(keys)}: {', '.join(map(str, failed[:20]))}")
    return done


def _step(session: Session, *, key: Key, step: YearState, now: datetime) -> bool:
    """Take a step of the clock if it follows and lacks nothing; return whether it was taken."""
    organization_id, year = key
    if step is YearState.closing and shanghai_date(now) <= standing_of(session, organization_id, year).cut_off:
        return False
    way = held(session, organization_id, year, now=now)
    taken = False
    for track in Track:
        follows = next_step(way.course, way.progress, track) is step
        if follows and not conditions.missing(session, way, track, step, now=now):
            way = move(session, way, track, step, account_id=None, now=now)
            taken = True
    if step is YearState.closing:
        cut_off = standing_of(session, organization_id, year).cut_off
        last = date.fromordinal(cut_off.toordinal() + MAKEUPS_AFTER_CUT_OFF)
        end_makeups(session, organization_id=organization_id, year=year, last=last)
    return taken
