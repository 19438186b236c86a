"""Whose year is to be opened, or re-based because a standard other than the one that opened it now measures it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Engine, Select, and_, case, or_, select
from sqlalchemy.orm import aliased

from server.days import shanghai_date
from server.db import reading, transaction
from server.organizations.exemptions import filed
from server.organizations.history.queries import stage_on
from server.organizations.models import Exemption, Member, Membership
from server.points.models import Score
from server.points.scores.queries import TOTAL
from server.points.service import OPENED_AT_ONCE, open_year
from server.standards.rules import AUDIENCE_STAGES
from server.standards.versions import in_force_everywhere, published_years
from server.years.queries import is_drafted_at

LATE = timedelta(days=31)
"""How long after its end a year is still opened: its claims come in until January, and so may its standard."""


def openings_due(*, year: int, today: date, places: Select[int] | None = None) -> Select[int]:
    """Return the query for members whose year is not opened, or opened under another version than now measures it.

    `places` are the branches to look at, by default all. Whoever has left by today or is exempt all year is left out,
    and so are branches whose results stand.
    """
    measured = in_force_everywhere(year, places)
    audience = case(
        *((stage_on(date(year, 12, 31)).in_(stages), audience.value) for audience, stages in AUDIENCE_STAGES.items())
    )
    governs = and_(measured.c.organization_id == Membership.organization_id, measured.c.audience == audience)
    opened = and_(Score.member_id == Membership.member_id, Score.year == year, Score.section == TOTAL)
    return (
        select(Membership.member_id)
        .join(Member, Member.id == Membership.member_id)
        .join(measured, governs)
        .outerjoin(Score, opened)
        .where(_last_in(year, today), ~_exempt_all(year), ~is_drafted_at(Membership.organization_id, year))
        .where(or_(Score.standard_id.is_(None), Score.standard_id != measured.c.standard_id))
    )


def open_due(engine: Engine, *, year: int, now: datetime) -> int:
    """Open the year for those due, chunk by chunk; return how many they were. Safe to break off and to repeat."""
    opened = after = 0
    while member_ids := _next(engine, year, after, now):
        transaction(engine, partial(open_year, member_ids=member_ids, year=year, now=now))
        opened, after = opened + len(member_ids), member_ids[-1]
    return opened


def open_years_due(engine: Engine, *, now: datetime) -> None:
    """Open what is due of this year and the next, in January also of the last, if there is a standard."""
    today = shanghai_date(now)
    with reading(engine) as session:
        years = published_years(session, since=(today - LATE).year)
    for year in years:
        if year <= today.year + 1:
            open_due(engine, year=year, now=now)


def _next(engine: Engine, year: int, after: int, now: datetime) -> Sequence[int]:
    due = openings_due(year=year, today=shanghai_date(now)).where(Membership.member_id > after)
    with reading(engine) as session:
        return session.scalars(due.order_by(Membership.member_id).limit(OPENED_AT_ONCE)).all()


def _last_in(year: int, today: date) -> ColumnElement[bool]:
    """The condition that a membership is the member's last in the year (`MemberTimelines.last_in`) and not over yet."""
    later, last_day = aliased(Membership), date(year, 12, 31)
    superseded = select(later.id).where(later.member_id == Membership.member_id, later.from_date <= last_day)
    return and_(
        Membership.from_date <= last_day,
        Membership.ends_after(max(today, date(year, 1, 1))),
        ~superseded.where(later.from_date > Membership.from_date).exists(),
    )


def _exempt_all(year: int) -> ColumnElement[bool]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    own = filed().where(Exemption.member_id == Membership.member_id)
    return own.where(Exemption.from_date <= first, Exemption.ends_after(last)).exists()
