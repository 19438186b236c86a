"""Two weeks without a scheduler: every cause ends as a push, an inbox line or an entry in 未送达, and each once."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.days import SHANGHAI, shanghai_date
from server.meetings.models import Meeting
from server.organizations.models import Membership
from server.pushes import inbox, unreachable
from server.pushes.models import Fanout, Push
from server.pushes.occasions import due, dues
from server.pushes.rules import Occasion, PushStatus, UnreachedReason
from tests.at_once import at_once
from tests.cast import NOW, Cast
from tests.pushing import prepared, told
from tests.service.test_occasions_meetings import BRANCH, HOUR, PLAN, START, cancelled, moved, planned

BACK = NOW + timedelta(days=14)
DAY = timedelta(days=1)


def lived_through(session: Session, cast: Cast) -> dict[str, Meeting]:
    """Plan, change, cancel and hold meetings while nothing runs; return them."""
    held = planned(session, cast)
    changed = planned(session, cast, replace(PLAN, starts_at=START + DAY, ends_at=START + DAY + HOUR))
    moved(session, cast, changed, START + 2 * DAY)
    off = planned(session, cast, replace(PLAN, starts_at=START + 3 * DAY, ends_at=START + 3 * DAY + HOUR))
    cancelled(session, cast, off)
    late = planned(session, cast, replace(PLAN, starts_at=START + 4 * DAY, ends_at=START + 4 * DAY + HOUR))
    cancelled(session, cast, late, now=START + 5 * DAY)
    ahead = planned(session, cast, replace(PLAN, starts_at=BACK + 5 * DAY, ends_at=BACK + 5 * DAY + HOUR))
    return {"held": held, "changed": changed, "off": off, "late": late, "ahead": ahead}


def pushes_of(session: Session, meeting: Meeting) -> set[tuple[Occasion, PushStatus, str | None]]:
    session.expire_all()
    rows = session.scalars(select(Push).where(Push.subject.startswith(f"{meeting.id}:")))
    return {(push.occasion, push.status, push.reason) for push in rows}


def test_whatever_came_due_is_told_sent_or_stands_in_unreached(session: Session, cast: Cast) -> None:
    meetings = lived_through(session, cast)
    prepared(session, BACK)
    too_late = (PushStatus.expired, UnreachedReason.stood_still)
    waits = (PushStatus.waiting, None)
    assert pushes_of(session, meetings["held"]) == {
        (Occasion.meeting_planned, *too_late),
        (Occasion.meeting_tomorrow, *too_late),
    }
    assert pushes_of(session, meetings["changed"]) == {
        (occasion, *too_late)
        for occasion in (Occasion.meeting_planned, Occasion.meeting_changed, Occasion.meeting_tomorrow)
    }
    assert pushes_of(session, meetings["off"]) == {(Occasion.meeting_cancelled, *too_late)}
    assert pushes_of(session, meetings["late"]) == {(Occasion.meeting_cancelled, *waits)}
    assert pushes_of(session, meetings["ahead"]) == {(Occasion.meeting_planned, *waits)}
    assert session.scalars(select(Fanout).where(Fanout.done_at.is_(None))).all() == []


def test_it_stands_in_the_inbox_and_the_branch_sees_why(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)
    prepared(session, BACK)
    member = [f"member:{cast.zhang_min.member_id}"]
    mine = inbox.received(session, member, unread_only=True, before=None, limit=10, now=BACK)
    assert {push.page for push in mine} == {f"pages/meeting/meeting?id={meeting.id}"}
    rows = unreachable.unreached(session, cast.branch, with_settled=False, before=None, limit=100)
    assert len(rows) == 2 * len(BRANCH)
    assert {row.push.reason for row in rows} == {UnreachedReason.stood_still}


def test_two_schedulers_that_catch_up_at_once_tell_each_thing_once(
    engine: Engine, session: Session, cast: Cast
) -> None:
    lived_through(session, cast)
    session.commit()
    at_once(*[partial(due.prepare, engine, now=BACK)] * 4)
    once = told(session, cast, Occasion.meeting_planned)
    assert once == sorted(BRANCH * 3)
    prepared(session, BACK + HOUR)
    assert told(session, cast, Occasion.meeting_planned) == once


def test_what_is_over_when_it_is_written_is_muted_for_who_muted_it(session: Session, cast: Cast) -> None:
    from server.pushes import preferences
    from server.pushes.preferences import Preferences

    name = [f"member:{cast.zhang_min.member_id}"]
    muted = Preferences(muted=frozenset({Occasion.meeting_planned}))
    preferences.choose(session, name, muted, now=NOW)
    planned(session, cast)
    prepared(session, BACK)
    found = session.scalars(select(Push).where(Push.recipient.in_(name), Push.occasion == Occasion.meeting_planned))
    assert [push.status for push in found] == [PushStatus.muted]


def test_whoever_joined_meanwhile_is_told_what_is_ahead_and_not_what_is_over(session: Session, cast: Cast) -> None:
    meetings = lived_through(session, cast)
    joined = update(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.execute(joined.values(from_date=shanghai_date(BACK - DAY)))
    prepared(session, BACK)
    mine = select(Push.subject, Push.status).where(Push.member_id == cast.zhang_min.member_id)
    late, ahead = meetings["late"], meetings["ahead"]
    assert sorted(tuple(row) for row in session.execute(mine)) == [
        (f"{late.id}:{late.version}", PushStatus.waiting),
        (f"{ahead.id}:{ahead.version}", PushStatus.waiting),
    ]


def test_dues_of_a_month_that_is_over_are_not_asked_of_whoever_joined_after_the_reminder(
    session: Session, cast: Cast
) -> None:
    asked, days_after = datetime(2026, 10, 25, 10, tzinfo=SHANGHAI), timedelta(days=5)
    joined = update(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.execute(joined.values(from_date=shanghai_date(asked + days_after)))
    remind = partial(dues.remind, session, period=asked, after_id=0, limit=100)
    remind(now=asked + 2 * days_after)
    assert cast.zhang_min.member_id not in told_members(session)
    assert cast.li_wei.member_id in told_members(session)


def test_dues_of_a_running_month_are_asked_of_whoever_joined_after_the_reminder(session: Session, cast: Cast) -> None:
    asked, days_after = datetime(2026, 10, 25, 10, tzinfo=SHANGHAI), timedelta(days=5)
    joined = update(Membership).where(Membership.member_id == cast.zhang_min.member_id)
    session.execute(joined.values(from_date=shanghai_date(asked + days_after)))
    dues.remind(session, period=asked, now=asked + days_after, after_id=0, limit=100)
    assert cast.zhang_min.member_id in told_members(session)


def told_members(session: Session) -> set[int | None]:
    return set(session.scalars(select(Push.member_id).where(Push.occasion == Occasion.dues_reminder)))
