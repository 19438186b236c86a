"""双重组织生活, 流动党员: a visit is noted, decided by the host, and stands for a meeting at home."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.db import transaction
from server.meetings.models import Attendance, AttendanceChange, GuestVisit, Invitation, Meeting
from server.meetings.rosters import by_hand, guests, hosting
from server.meetings.rosters.by_hand import ManualEdit
from server.meetings.rules import AttendanceState, MeetingKind, MeetingStatus, Via
from server.meetings.settlement import service as settlement
from tests.at_once import at_once
from tests.cast import NOW, Cast, Person
from tests.meeting import make_meeting, visited
from tests.refusing import refused
from tests.settling import check_books, confirmed, live, roster_of, settled

PRESENT, LATE = AttendanceState.present, AttendanceState.late


@pytest.fixture
def host(session: Session, cast: Cast) -> Meeting:
    """The other branch's meeting of today, to which 张敏 comes as a guest."""
    return make_meeting(
        session, cast, organization_id=cast.other_branch, invited={cast.other_branch: [cast.zhao_qiang]}
    )


@pytest.fixture
def home(session: Session, cast: Cast) -> Meeting:
    """Her own branch's meeting a week before, which she missed."""
    return make_meeting(session, cast, starts_at=NOW - timedelta(days=7))


def confirm(session: Session, host: Meeting, person: Person, by: Person) -> GuestVisit:
    confirmed = hosting.confirm(
        session, meeting_id=host.id, member_id=person.member_id, actor=by.actor, account_id=by.account_id, now=NOW
    )
    session.commit()
    return confirmed


def refuse(session: Session, host: Meeting, person: Person, by: Person) -> GuestVisit:
    answered = hosting.refuse(
        session,
        meeting_id=host.id,
        member_id=person.member_id,
        reason="未在会场见到",
        actor=by.actor,
        account_id=by.account_id,
        now=NOW,
    )
    session.commit()
    return answered


def at_home(session: Session, home: Meeting, person: Person) -> tuple[str, str, int | None] | None:
    found = session.get(Attendance, (home.id, person.member_id), populate_existing=True)
    return (found.state, found.via, found.elsewhere_meeting_id) if found else None


def test_a_confirmed_visit_counts_at_home_with_its_state(
    session: Session, cast: Cast, host: Meeting, home: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, list[int]]] = []
    monkeypatch.setattr(
        settlement, "adjust", lambda _session, **values: told.append((values["meeting_id"], values["member_ids"]))
    )
    visited(session, host, cast.zhang_min, LATE)
    assert at_home(session, home, cast.zhang_min) is None
    for _ in range(2):
        confirmed = confirm(session, host, cast.zhang_min, cast.zhao_qiang)
        assert (confirmed.confirmed, confirmed.counts_for_meeting_id) == (True, home.id)
    assert at_home(session, home, cast.zhang_min) == (LATE, Via.elsewhere, host.id)
    attendance = session.get_one(Attendance, (home.id, cast.zhang_min.member_id))
    assert attendance.account_id == cast.zhao_qiang.account_id
    change = session.scalars(select(AttendanceChange)).one()
    assert (change.meeting_id, change.before, change.after) == (home.id, None, LATE)
    assert told == [(home.id, [cast.zhang_min.member_id]), (host.id, [cast.zhang_min.member_id])]


def other_kind(session: Session, home: Meeting) -> None:
    home.kind = MeetingKind.lecture


def cancelled(session: Session, home: Meeting) -> None:
    home.status = MeetingStatus.cancelled


def month_before(session: Session, home: Meeting) -> None:
    home.starts_at = datetime(2026, 5, 31, 15, 59, tzinfo=UTC)


def month_after(session: Session, home: Meeting) -> None:
    home.starts_at = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)


def not_invited(session: Session, home: Meeting) -> None:
    for invitation in session.scalars(select(Invitation).where(Invitation.meeting_id == home.id)):
        session.delete(invitation)


@pytest.mark.parametrize("change", [other_kind, cancelled, month_before, month_after, not_invited])
def test_a_visit_counts_for_a_meeting_of_its_kind_and_month_only(
    session: Session, cast: Cast, host: Meeting, home: Meeting, change: Callable[[Session, Meeting], None]
) -> None:
    change(session, home)
    session.commit()
    visited(session, host, cast.zhang_min)
    assert confirm(session, host, cast.zhang_min, cast.zhao_qiang).counts_for_meeting_id is None
    assert guests.credit_home(session, meeting=home, now=NOW) == []
    assert at_home(session, home, cast.zhang_min) is None


@pytest.mark.parametrize(
    "starts_at", [datetime(2026, 5, 31, 16, 0, tzinfo=UTC), datetime(2026, 6, 30, 15, 59, tzinfo=UTC)]
)
def test_a_month_is_shanghais(session: Session, cast: Cast, host: Meeting, home: Meeting, starts_at: datetime) -> None:
    home.starts_at = starts_at
    session.commit()
    visited(session, host, cast.zhang_min)
    assert confirm(session, host, cast.zhang_min, cast.zhao_qiang).counts_for_meeting_id == home.id


def test_who_was_at_home_too_needs_no_credit(session: Session, cast: Cast, host: Meeting, home: Meeting) -> None:
    session.add(
        Attendance(
            meeting_id=home.id,
            member_id=cast.zhang_min.member_id,
            state=LATE,
            via=Via.qr,
            scanned_at=NOW,
            recorded_at=NOW,
            account_id=cast.zhang_min.account_id,
        )
    )
    visited(session, host, cast.zhang_min)
    assert confirm(session, host, cast.zhang_min, cast.zhao_qiang).counts_for_meeting_id is None
    assert guests.credit_home(session, meeting=home, now=NOW) == []
    assert at_home(session, home, cast.zhang_min) == (LATE, Via.qr, None)


def test_a_meeting_planned_later_is_credited_when_it_is_settled(session: Session, cast: Cast, host: Meeting) -> None:
    visited(session, host, cast.zhang_min)
    visited(session, host, cast.wang_fang)
    confirm(session, host, cast.zhang_min, cast.zhao_qiang)
    home = make_meeting(session, cast, starts_at=NOW + timedelta(days=5))
    assert guests.credit_home(session, meeting=home, now=NOW) == [cast.zhang_min.member_id]
    assert guests.credit_home(session, meeting=home, now=NOW) == []
    assert at_home(session, home, cast.zhang_min) == (PRESENT, Via.elsewhere, host.id)
    assert at_home(session, home, cast.wang_fang) is None
    second = make_meeting(session, cast, starts_at=NOW + timedelta(days=6))
    assert guests.credit_home(session, meeting=second, now=NOW) == []


def test_two_visits_credit_two_meetings(session: Session, cast: Cast, host: Meeting) -> None:
    another = make_meeting(
        session, cast, organization_id=cast.other_branch, invited={cast.other_branch: [cast.zhou_yu]}
    )
    for meeting in (host, another):
        visited(session, meeting, cast.zhang_min)
        confirm(session, meeting, cast.zhang_min, cast.zhao_qiang)
    homes = [make_meeting(session, cast, starts_at=NOW + timedelta(days=days)) for days in (2, 3)]
    for home in homes:
        assert guests.credit_home(session, meeting=home, now=NOW) == [cast.zhang_min.member_id]
    assert [at_home(session, home, cast.zhang_min) for home in homes] == [
        (PRESENT, Via.elsewhere, host.id),
        (PRESENT, Via.elsewhere, another.id),
    ]


def test_a_refused_visit_counts_nowhere_and_may_be_confirmed_after_all(
    session: Session, cast: Cast, host: Meeting, home: Meeting
) -> None:
    visited(session, host, cast.zhang_min)
    for _ in range(2):
        answered = refuse(session, host, cast.zhang_min, cast.zhao_qiang)
        assert (answered.confirmed, answered.reason) == (False, "未在会场见到")
    assert session.scalar(select(func.count()).where(AuditLine.action == "guest_refuse")) == 1
    assert guests.credit_home(session, meeting=home, now=NOW) == []
    confirmed = confirm(session, host, cast.zhang_min, cast.zhao_qiang)
    assert (confirmed.reason, confirmed.counts_for_meeting_id) == (None, home.id)


def test_taking_a_confirmation_back_removes_what_it_counted_for(
    session: Session, cast: Cast, host: Meeting, home: Meeting
) -> None:
    visited(session, host, cast.zhang_min)
    confirm(session, host, cast.zhang_min, cast.zhao_qiang)
    assert refuse(session, host, cast.zhang_min, cast.zhao_qiang).counts_for_meeting_id is None
    assert at_home(session, home, cast.zhang_min) is None
    last = session.scalars(select(AttendanceChange).order_by(AttendanceChange.id.desc())).first()
    assert last is not None
    assert (last.before, last.after, last.reason) == (PRESENT, None, "未在会场见到")


def test_only_a_visit_is_decided_and_nobody_decides_his_own(session: Session, cast: Cast, host: Meeting) -> None:
    refused("not_found", lambda: confirm(session, host, cast.zhang_min, cast.zhao_qiang))
    visited(session, host, cast.chen_jing)
    refused("own_attendance", lambda: confirm(session, host, cast.chen_jing, cast.chen_jing))
    refused("own_attendance", lambda: refuse(session, host, cast.chen_jing, cast.chen_jing))


def test_who_was_put_on_the_list_since_is_no_guest_any_more(session: Session, cast: Cast, host: Meeting) -> None:
    visited(session, host, cast.zhou_yu)
    roster = roster_of(session, host)
    by = ManualEdit(roster.id, cast.zhou_yu.member_id, cast.zhao_qiang.actor, cast.zhao_qiang.account_id, NOW)
    by_hand.enter(session, by, state=PRESENT, reason="漏列名单")
    refused("already_invited", lambda: confirm(session, host, cast.zhou_yu, cast.zhao_qiang))


def test_a_visit_whose_credit_was_undone_at_home_stays_spent(
    session: Session, cast: Cast, host: Meeting, home: Meeting
) -> None:
    visited(session, host, cast.zhang_min)
    confirm(session, host, cast.zhang_min, cast.zhao_qiang)
    by = ManualEdit(
        roster_of(session, home).id, cast.zhang_min.member_id, cast.li_wei.actor, cast.li_wei.account_id, NOW
    )
    by_hand.undo(session, by, reason="不是同一次活动")
    assert guests.credit_home(session, meeting=home, now=NOW) == []
    assert at_home(session, home, cast.zhang_min) is None


def test_visits_that_wait_stand_first(session: Session, cast: Cast, host: Meeting) -> None:
    for person in (cast.wu_gang, cast.zhang_min, cast.he_hua):
        visited(session, host, person)
    confirm(session, host, cast.he_hua, cast.zhao_qiang)
    refuse(session, host, cast.wu_gang, cast.zhao_qiang)
    found = [(name, branch, noted.confirmed) for noted, name, branch in hosting.list_visits(session, host)]
    assert found == [
        ("张敏", "教工第一党支部", None),
        ("何华", "图书馆直属党支部", True),
        ("吴刚", "经济学院教工党支部", False),
    ]


def test_a_cancelled_meeting_has_no_guests_to_decide(session: Session, cast: Cast, host: Meeting) -> None:
    visited(session, host, cast.zhang_min)
    host.status = MeetingStatus.cancelled
    session.commit()
    refused("meeting_cancelled", lambda: confirm(session, host, cast.zhang_min, cast.zhao_qiang))


def test_a_visit_credits_one_of_two_meetings_settled_at_once(
    engine: Engine, session: Session, cast: Cast, host: Meeting
) -> None:
    visited(session, host, cast.zhang_min)
    confirm(session, host, cast.zhang_min, cast.zhao_qiang)
    homes = [make_meeting(session, cast, starts_at=NOW + timedelta(days=days)).id for days in (2, 3)]
    credited = at_once(*(partial(transaction, engine, partial(_credit, home_id=home_id)) for home_id in homes))
    assert sorted(credited) == [[], [cast.zhang_min.member_id]]
    assert session.scalar(select(func.count()).where(Attendance.via == Via.elsewhere)) == 1


def _credit(session: Session, home_id: int) -> list[int]:
    home = session.scalars(select(Meeting).where(Meeting.id == home_id).with_for_update()).one()
    return guests.credit_home(session, meeting=home, now=NOW)


def test_a_confirmed_visit_gives_the_points_of_a_miss_at_home_back(session: Session, cast: Cast, host: Meeting) -> None:
    home = make_meeting(session, cast, items=[("B04", "1")], starts_at=NOW - timedelta(days=7))
    confirmed(session, cast, roster_of(session, home))
    visited(session, host, cast.zhang_min)
    assert live(session, home, cast.zhang_min) == [("B04", "-2", 1)]
    confirm(session, host, cast.zhang_min, cast.zhao_qiang)
    assert live(session, home, cast.zhang_min) == []
    refuse(session, host, cast.zhang_min, cast.zhao_qiang)
    assert live(session, home, cast.zhang_min) == [("B04", "-2", 2)]
    check_books(session)


def test_a_guest_without_a_meeting_at_home_earns_from_the_host_once_confirmed(session: Session, cast: Cast) -> None:
    host = make_meeting(
        session,
        cast,
        items=[("B06a", "1")],
        organization_id=cast.other_branch,
        invited={cast.other_branch: [cast.zhao_qiang]},
    )
    visited(session, host, cast.zhang_min)
    settled(session, host)
    assert live(session, host, cast.zhang_min) == []
    confirm(session, host, cast.zhang_min, cast.zhao_qiang)
    assert live(session, host, cast.zhang_min) == [("B06a", "0.25", 1)]
    refuse(session, host, cast.zhang_min, cast.zhao_qiang)
    assert live(session, host, cast.zhang_min) == []
    check_books(session)
