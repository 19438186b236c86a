"""A branch's year takes the day from Shanghai's calendar: who is in charge, what is late, what belongs to the year."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.annual.steps import reminders, supervising
from server.annual.steps.left import left
from server.identity.models import Grant
from server.meetings.leave.ending import end_makeups
from server.organizations.models import Organization
from server.pushes.models import Push
from server.years.rules import YearState
from server.years.service import begun
from tests.annual import assembly, by_clock, closed, draft, drafted, ready, report, state, told
from tests.cast import Cast, Person
from tests.days import at, until
from tests.meeting import make_meeting
from tests.refusing import refused
from tests.settling import excused
from tests.years import OLD

DUE, LAST = date(2027, 1, 15), date(2027, 2, 9)
"""When the draft is due, and the last of the fifteen working days after it, with no holidays announced yet."""

EARLY = "00:30"


def appointed_on(session: Session, day: date, *people: Person) -> None:
    accounts = [each.account_id for each in people]
    session.execute(update(Grant).where(Grant.account_id.in_(accounts)).values(from_date=day))
    session.commit()


def appoint(session: Session, cast: Cast, *, now: datetime) -> object:
    return supervising.appoint(
        session,
        organization_id=cast.branch,
        year=OLD,
        delegate_id=cast.wang_fang.account_id,
        reason="逾期未办",
        account_id=cast.chen_jing.account_id,
        now=now,
    )


def reminded(session: Session) -> set[tuple[int | None, str]]:
    rows = session.execute(select(Push.member_id, Push.subject).where(Push.occasion == "year_end"))
    return {(member_id, subject.rsplit(":", 1)[-1]) for member_id, subject in rows}


def test_who_is_appointed_today_is_in_charge_of_the_year(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)
    appointed_on(session, DUE, cast.li_wei)
    draft(session, cast, now=at(DUE, EARLY))
    assert state(session, cast.branch) is YearState.drafted


@until(LAST)
def test_a_deputy_is_appointed_once_fifteen_working_days_are_over(
    engine: Engine, session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    ready(session, cast)
    closed(session, engine)
    if in_time:
        refused("not_late", partial(appoint, session, cast, now=now))
    else:
        appoint(session, cast, now=now)


def test_who_is_on_the_committee_from_today_may_stand_in(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)
    day = LAST + timedelta(days=1)
    appointed_on(session, day, cast.wang_fang)
    appoint(session, cast, now=at(day, EARLY))


@until(DUE)
def test_a_branch_is_late_from_the_day_after(
    engine: Engine, session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    ready(session, cast)
    closed(session, engine)
    unit = session.get_one(Organization, cast.general_branch)
    found = {each.way.organization.id: each.late for each in supervising.standings(session, unit, OLD, now=now)}
    assert found[cast.branch] is not in_time


@pytest.mark.parametrize(("day", "stage"), [(12, "ahead"), (15, "today"), (16, "late")])
def test_reminders_go_by_the_day_to_who_holds_the_office_on_it(
    engine: Engine, session: Session, cast: Cast, day: int, stage: str
) -> None:
    ready(session, cast)
    closed(session, engine)
    today = date(2027, 1, day)
    appointed_on(session, today, cast.li_wei)
    by_clock(session, reminders.remind_due, engine, at(today, EARLY))
    assert (cast.li_wei.member_id, stage) in reminded(session)


def test_from_above_a_branch_is_reminded_once_a_day(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)
    session.rollback()
    for moment in (at(DUE, EARLY), at(DUE, "23:59"), at(DUE + timedelta(days=1), EARLY)):
        reminders.remind(
            session,
            organization_id=cast.general_branch,
            year=OLD,
            branch_ids=[cast.branch],
            account_id=cast.chen_jing.account_id,
            now=moment,
        )
        session.commit()
    days = {stage for member_id, stage in reminded(session) if member_id == cast.li_wei.member_id}
    assert days == {"2027-01-15", "2027-01-16"}


def test_a_meeting_of_the_day_before_the_draft_does_not_hear_it(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)
    draft(session, cast, now=at(date(2027, 1, 18), EARLY))
    early = assembly(session, cast, at=at(date(2027, 1, 17), "14:00"))
    assert "早于年度结果" in refused("meeting_unfit", partial(report, session, cast, early)).message


def test_an_absentee_may_be_told_today(engine: Engine, session: Session, cast: Cast) -> None:
    drafted(session, engine, cast)
    meeting = assembly(session, cast)
    today = date(2027, 1, 20)
    row = report(session, cast, meeting, also=[told(cast.zhang_min, on=today)], now=at(today, EARLY))
    assert row.meeting_id == meeting.id


@until(date(2026, 12, 31))
def test_what_is_still_to_come_is_of_the_year_in_which_the_meeting_began(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    ready(session, cast)
    make_meeting(session, cast, starts_at=now)
    branch_year = begun(session, organization_id=cast.branch, year=OLD, now=now)
    kinds = {each.kind for each in left(session, branch_year, now=now)}
    assert bool(kinds) is in_time


@until(date(2026, 12, 31))
def test_make_up_ends_early_for_meetings_of_the_old_year(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    meeting = make_meeting(session, cast, starts_at=now)
    leave = excused(session, meeting, cast.zhang_min, makeup_until=date(2027, 1, 27))
    last = date(2027, 1, 13)
    end_makeups(session, organization_id=cast.branch, year=OLD, last=last)
    session.refresh(leave)
    assert (leave.makeup_until == last) is in_time
