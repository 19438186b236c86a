"""Meetings put straight into a test's database, with their rosters and invitations."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.meetings.models import GuestVisit, Invitation, Meeting, Roster
from server.meetings.rules import (
    MAKEUP_DAYS,
    SETTLES_AFTER,
    AttendanceState,
    MeetingKind,
    MeetingStatus,
    Part,
    RosterStatus,
    Scope,
)
from tests.cast import Cast, Person

_numbers = count(1)


def make_meeting(
    session: Session,
    cast: Cast,
    *,
    kind: MeetingKind = MeetingKind.theme_day,
    items: Sequence[tuple[str, str]] = (("B04", "1"),),
    starts_at: datetime | None = None,
    organization_id: int | None = None,
    invited: dict[int, Collection[Person]] | None = None,
    observers: Collection[Person] = (),
) -> Meeting:
    """Add a meeting of 90 minutes that starts at `starts_at` (default: five minutes from the cast's now) and commit.

    Check-in opens 20 minutes before, is late 10 minutes after and closes 20 minutes after the start. `invited` are the
    people by organization (default: 张敏, 王芳, 李伟, 孙丽 of the cast's branch); observers join the first list.
    """
    starts_at = starts_at or cast.now + timedelta(minutes=5)
    closes_at = starts_at + timedelta(minutes=20)
    meeting = Meeting(
        public_id=f"test{next(_numbers):08}",
        root_id=cast.root,
        organization_id=organization_id or cast.branch,
        kind=kind,
        title="6 月主题党日",
        topic="走进财税史馆",
        place="明德楼 305",
        agenda="参观校财税史馆",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        opens_at=starts_at - timedelta(minutes=20),
        late_after=starts_at + timedelta(minutes=10),
        closes_at=closes_at,
        makeup_until=shanghai_date(starts_at) + timedelta(days=MAKEUP_DAYS),
        items=[{"code": code, "quantity": quantity} for code, quantity in items],
        shows_names=True,
        status=MeetingStatus.planned,
        settles_at=closes_at + SETTLES_AFTER,
        minutes="",
        version=1,
        planned_by=cast.li_wei.account_id,
        created_at=cast.now,
    )
    session.add(meeting)
    session.flush()
    lists = invited or {cast.branch: [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]}
    for place, people in lists.items():
        roster = _roster(session, meeting, place)
        _invite(session, roster, people, Part.invited)
        _invite(session, roster, observers, Part.observer)
        observers = ()
    session.commit()
    return meeting


def visited(
    session: Session, host: Meeting, person: Person, state: AttendanceState = AttendanceState.present
) -> GuestVisit:
    """Note that someone came to a meeting as a guest, as a check-in does, and commit."""
    noted = GuestVisit(
        meeting_id=host.id,
        member_id=person.member_id,
        state=state,
        scanned_at=host.starts_at - timedelta(minutes=5),
        account_id=person.account_id,
    )
    session.add(noted)
    session.commit()
    return noted


def _roster(session: Session, meeting: Meeting, organization_id: int) -> Roster:
    roster = Roster(
        meeting_id=meeting.id,
        organization_id=organization_id,
        scope=Scope.all,
        group_ids=[],
        status=RosterStatus.open,
    )
    session.add(roster)
    session.flush()
    return roster


def _invite(session: Session, roster: Roster, people: Collection[Person], part: Part) -> None:
    for person in people:
        session.add(
            Invitation(
                meeting_id=roster.meeting_id,
                member_id=person.member_id,
                roster_id=roster.id,
                part=part,
                chosen=part is Part.observer,
            )
        )
    session.flush()
