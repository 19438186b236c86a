"""Who is invited: scopes, exemptions, several lists, transfers, and who may no longer be taken off."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from server.app import create_app  # noqa: F401  wires who listens to what
from server.events import emit
from server.identity.models import Grant
from server.identity.rules import Role
from server.meetings.models import Attendance, Invitation, Leave, Meeting, Roster
from server.meetings.planning.invitations import invite
from server.meetings.rules import (
    AttendanceState,
    LeaveStatus,
    MeetingKind,
    MeetingStatus,
    Part,
    RosterStatus,
    Scope,
    Via,
)
from server.organizations import exemptions, filings, transfers
from server.organizations.events import MembersJoined
from server.organizations.models import Category, Member, Membership, Organization, Stage
from server.standards.rules import LeaveKind
from tests import exempting
from tests.cast import NOW, TODAY, Cast, Person
from tests.meeting import make_meeting

BRANCH = {"张敏", "王芳", "李伟", "孙丽"}
OTHER_BRANCH = {"赵强", "周宇", "陈静"}


def listed(session: Session, meeting: Meeting, part: Part = Part.invited) -> set[str]:
    names = select(Member.name).join(Invitation, Invitation.member_id == Member.id)
    return set(session.scalars(names.where(Invitation.meeting_id == meeting.id, Invitation.part == part)))


def roster_of(session: Session, meeting: Meeting, person: Person) -> int | None:
    """Return the organization on whose list someone stands."""
    return session.scalar(
        select(Roster.organization_id)
        .join(Invitation, Invitation.roster_id == Roster.id)
        .where(Invitation.meeting_id == meeting.id, Invitation.member_id == person.member_id)
    )


def meeting_of(session: Session, cast: Cast, *places: int, kind: MeetingKind = MeetingKind.theme_day) -> Meeting:
    """Return a meeting tomorrow with an empty list of each organization, scope all."""
    lists: dict[int, Collection[Person]] = dict.fromkeys(places or (cast.branch,), ())
    return make_meeting(session, cast, kind=kind, starts_at=NOW + timedelta(days=1), invited=lists)


def set_roster(session: Session, meeting: Meeting, organization_id: int, **values: object) -> Roster:
    roster = session.scalars(select(Roster).where(Roster.meeting_id == meeting.id)).all()
    (found,) = [each for each in roster if each.organization_id == organization_id]
    for name, value in values.items():
        setattr(found, name, value)
    session.flush()
    return found


def add_to_group(session: Session, cast: Cast, person: Person) -> None:
    membership = session.scalars(select(Membership).where(Membership.member_id == person.member_id)).one()
    membership.group_id = cast.group
    session.flush()


def exempt(session: Session, cast: Cast, person: Person) -> None:
    """Put someone outside the managed range from today on."""
    day, account_id = date(2026, 6, 1), cast.li_wei.account_id
    found = exemptions.record_study(
        session, member_id=person.member_id, reason="年老体弱", on=day, note="支委会", account_id=account_id, now=NOW
    )
    exemptions.record_passing(session, exemption_id=found.id, on=day, note="大会", account_id=account_id, now=NOW)
    exemptions.submit(session, exemption_id=found.id, from_date=TODAY, account_id=account_id, now=NOW)
    assert found.filing_id is not None
    filings.receive(session, filing_id=found.filing_id, note=None, account_id=cast.chen_jing.account_id, now=NOW)


def transfer(session: Session, cast: Cast, person: Person, to: int) -> None:
    transfers.transfer(session, member_id=person.member_id, to_organization_id=to, on=TODAY, account_id=None, now=NOW)


def test_a_branchs_list_is_its_members(session: Session, cast: Cast) -> None:
    meeting = meeting_of(session, cast)
    invite(session, meeting)
    assert listed(session, meeting) == BRANCH
    invite(session, meeting)
    assert listed(session, meeting) == BRANCH


def test_the_meetings_day_decides(session: Session, cast: Cast) -> None:
    meeting = meeting_of(session, cast)
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.zhang_min.member_id)).one()
    membership.until_date = TODAY + timedelta(days=1)
    invite(session, meeting)
    assert listed(session, meeting) == BRANCH - {"张敏"}
    membership.until_date = TODAY + timedelta(days=2)
    invite(session, meeting)
    assert listed(session, meeting) == BRANCH


def test_a_list_of_a_general_branch_is_everyone_below(session: Session, cast: Cast) -> None:
    meeting = meeting_of(session, cast, cast.general_branch)
    invite(session, meeting)
    assert listed(session, meeting) == BRANCH | OTHER_BRANCH


def test_who_is_meant_twice_stands_on_the_list_nearest_to_him(session: Session, cast: Cast) -> None:
    meeting = meeting_of(session, cast, cast.general_branch, cast.branch)
    set_roster(session, meeting, cast.branch, scope=Scope.committee)
    invite(session, meeting)
    assert listed(session, meeting) == BRANCH | OTHER_BRANCH
    assert roster_of(session, meeting, cast.wang_fang) == cast.branch
    assert roster_of(session, meeting, cast.zhang_min) == cast.general_branch


def test_a_committees_list_is_who_holds_the_office(session: Session, cast: Cast) -> None:
    meeting = meeting_of(session, cast)
    set_roster(session, meeting, cast.branch, scope=Scope.committee)
    session.add(
        Grant(
            account_id=cast.chen_jing.account_id,  # a member of another branch
            role=Role.committee_member,
            organization_id=cast.branch,
            from_date=TODAY,
            created_at=NOW,
        )
    )
    session.add(
        Grant(
            account_id=cast.zhang_min.account_id,
            role=Role.committee_member,
            organization_id=cast.branch,
            from_date=date(2026, 1, 1),
            until_date=TODAY + timedelta(days=1),  # over on the meeting's day
            created_at=NOW,
        )
    )
    session.add(
        Grant(
            account_id=cast.wu_gang.account_id,
            role=Role.committee_member,
            organization_id=cast.branch,
            from_date=TODAY + timedelta(days=2),  # begins after the meeting
            created_at=NOW,
        )
    )
    invite(session, meeting)
    assert listed(session, meeting) == {"王芳", "李伟", "孙丽", "陈静"}


def test_a_groups_list_is_its_members(session: Session, cast: Cast) -> None:
    add_to_group(session, cast, cast.zhang_min)
    by_scope = meeting_of(session, cast)
    set_roster(session, by_scope, cast.branch, scope=Scope.group, group_ids=[cast.group])
    invite(session, by_scope)
    own = meeting_of(session, cast, cast.group)
    invite(session, own)
    assert listed(session, by_scope) == listed(session, own) == {"张敏"}


@pytest.mark.parametrize(
    ("kind", "manages", "comes"),
    [
        (MeetingKind.lecture, True, True),
        (MeetingKind.lecture, False, False),
        (MeetingKind.members_meeting, True, False),
    ],
)
def test_prospects_come_where_the_branch_manages_them(
    session: Session, cast: Cast, kind: MeetingKind, manages: bool, comes: bool
) -> None:
    session.get_one(Member, cast.zhang_min.member_id).stage = Stage.activist
    session.get_one(Organization, cast.branch).settings = {"manages_prospects": manages}
    meeting = meeting_of(session, cast, kind=kind)
    invite(session, meeting)
    assert ("张敏" in listed(session, meeting)) is comes


def test_who_is_exempt_comes_as_an_observer(session: Session, cast: Cast) -> None:
    meeting = meeting_of(session, cast)
    invite(session, meeting)
    exempt(session, cast, cast.zhang_min)
    invite(session, meeting)
    assert listed(session, meeting) == BRANCH - {"张敏"}
    assert listed(session, meeting, Part.observer) == {"张敏"}


@pytest.mark.parametrize(
    ("since", "until", "part"),
    [(0, 1, Part.invited), (0, 2, Part.observer), (1, None, Part.observer), (2, None, Part.invited)],
)
def test_an_exemption_counts_on_the_meetings_day(
    session: Session, cast: Cast, since: int, until: int | None, part: Part
) -> None:
    """The meeting is tomorrow: an exemption that ends that day is over, and one of the day after has not begun."""
    first, last = TODAY + timedelta(days=since), None if until is None else TODAY + timedelta(days=until)
    exempting.exempt(session, cast, cast.zhang_min.member_id, first, until=last)
    meeting = meeting_of(session, cast)
    invite(session, meeting)
    assert "张敏" in listed(session, meeting, part)


def test_who_was_named_stays_whatever_the_scope_says(session: Session, cast: Cast) -> None:
    meeting = make_meeting(
        session, cast, starts_at=NOW + timedelta(days=1), invited={cast.branch: []}, observers=[cast.wu_gang]
    )
    invite(session, meeting)
    assert listed(session, meeting, Part.observer) == {"吴刚"}


@pytest.mark.parametrize("tie", ["came", "leave"])
def test_who_came_or_asked_for_leave_is_never_taken_off(session: Session, cast: Cast, tie: str) -> None:
    meeting = meeting_of(session, cast)
    invite(session, meeting)
    session.add(_attendance(meeting, cast) if tie == "came" else _leave(session, meeting, cast))
    transfer(session, cast, cast.zhang_min, cast.other_branch)
    transfer(session, cast, cast.wang_fang, cast.other_branch)
    assert listed(session, meeting) == BRANCH - {"王芳"}


def _attendance(meeting: Meeting, cast: Cast) -> Attendance:
    return Attendance(
        meeting_id=meeting.id,
        member_id=cast.zhang_min.member_id,
        state=AttendanceState.present,
        via=Via.qr,
        scanned_at=NOW,
        recorded_at=NOW,
        account_id=cast.zhang_min.account_id,
    )


def _leave(session: Session, meeting: Meeting, cast: Cast) -> Leave:
    return Leave(
        meeting_id=meeting.id,
        member_id=cast.zhang_min.member_id,
        roster_id=set_roster(session, meeting, cast.branch).id,
        kind=LeaveKind.sick,
        reason="发烧",
        status=LeaveStatus.asked,
        asked_by=cast.zhang_min.account_id,
        asked_at=NOW,
    )


def test_a_transfer_moves_the_invitations_to_come(session: Session, cast: Cast) -> None:
    here, there, joint = (
        meeting_of(session, cast),
        meeting_of(session, cast, cast.other_branch),
        meeting_of(session, cast, cast.branch, cast.other_branch),
    )
    for meeting in (here, there, joint):
        invite(session, meeting)
    transfer(session, cast, cast.zhang_min, cast.other_branch)
    assert "张敏" not in listed(session, here)
    assert "张敏" in listed(session, there)
    assert roster_of(session, joint, cast.zhang_min) == cast.other_branch


def test_a_transfer_leaves_meetings_that_are_over_alone(session: Session, cast: Cast) -> None:
    closed = make_meeting(session, cast, starts_at=NOW - timedelta(hours=2))
    called_off = meeting_of(session, cast)
    invite(session, called_off)
    called_off.status = MeetingStatus.cancelled
    transfer(session, cast, cast.zhang_min, cast.other_branch)
    assert listed(session, closed) == listed(session, called_off) == BRANCH


def test_a_confirmed_list_is_left_as_it_is(session: Session, cast: Cast) -> None:
    meeting = meeting_of(session, cast, cast.branch, cast.other_branch)
    invite(session, meeting)
    set_roster(session, meeting, cast.branch, status=RosterStatus.confirmed)
    transfer(session, cast, cast.zhang_min, cast.other_branch)
    assert roster_of(session, meeting, cast.zhang_min) == cast.branch


def test_a_newcomer_is_invited_to_what_is_to_come(session: Session, cast: Cast) -> None:
    meeting = meeting_of(session, cast)
    invite(session, meeting)
    _fill(session, cast, 1)
    newcomer = session.scalars(select(Member).where(Member.work_number == "T0")).one()
    emit(session, MembersJoined((newcomer.id,), TODAY, NOW))
    assert listed(session, meeting) == BRANCH | {"党员0"}


def test_a_thousand_people_take_no_more_statements_than_ten(engine: Engine, session: Session, cast: Cast) -> None:
    few = meeting_of(session, cast)
    expected = _statements(engine, lambda: invite(session, few))
    _fill(session, cast, 1_000)
    many = meeting_of(session, cast)
    assert _statements(engine, lambda: invite(session, many)) <= expected + 1
    assert len(listed(session, many)) == 1_000 + len(BRANCH)


def _fill(session: Session, cast: Cast, count: int) -> None:
    for number in range(count):
        member = Member(
            root_id=cast.root,
            name=f"党员{number}",
            work_number=f"T{number}",
            category=Category.staff,
            stage=Stage.full,
            created_at=NOW,
            updated_at=NOW,
        )
        session.add(member)
    session.flush()
    added = session.scalars(select(Member.id).where(Member.work_number.startswith("T"))).all()
    session.add_all(
        Membership(member_id=member_id, organization_id=cast.branch, from_date=date(2026, 1, 1)) for member_id in added
    )
    session.commit()


def _statements(engine: Engine, act: Callable[[], None]) -> int:
    with _counted(engine) as statements:
        act()
    return len(statements)


@contextmanager
def _counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
