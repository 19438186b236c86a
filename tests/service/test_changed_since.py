"""What stood stands: who is of another category or stage today keeps what was posted for what they were."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server import app
from server.claims import review
from server.claims import service as claims
from server.claims.rules import ClaimStatus
from server.config import Settings
from server.dues import service as dues
from server.dues.service import Payment
from server.meetings.models import Attendance, Meeting
from server.meetings.rules import AttendanceState
from server.meetings.settlement import due
from server.organizations import members
from server.organizations.history import service as history
from server.organizations.models import Category, Stage
from server.points.models import PointEntry, SourceKind
from server.privacy import PhoneVault
from server.standards.rules import Audience, Evidence
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import AWARD, approved, paid, returned, section_points, submitted
from tests.meeting import make_meeting
from tests.settling import (
    DUE,
    adjusted,
    came,
    check_books,
    confirmed,
    excused,
    live,
    live_entries,
    plain,
    reopened,
    roster_of,
    settled,
)
from tests.standards import altered, publish

assert app.SUBSCRIPTIONS
JULY = DUE + timedelta(days=20)


Retire = Callable[[Person], None]


def base(session: Session, person: Person) -> str:
    return plain(section_points(session, person.member_id, "base"))


def change(session: Session, settings: Settings, cast: Cast, person: Person, **values: Category) -> None:
    """Change a member's row in July, as 名册 does."""
    members.edit_member(
        session,
        PhoneVault(settings.phone_keys),
        member_id=person.member_id,
        values=values,
        account_id=cast.li_wei.account_id,
        now=JULY,
    )
    session.commit()


@pytest.fixture
def retire(session: Session, settings: Settings, cast: Cast) -> Retire:
    return lambda person: change(session, settings, cast, person, category=Category.retired)


@pytest.fixture
def june(session: Session, cast: Cast) -> Meeting:
    """A settled training of two hours and the members' meeting of that day: 张敏 came, 王芳 owes a 补课."""
    meeting = make_meeting(session, cast, items=[("B06a", "2"), ("B01", "1")])
    came(session, meeting, cast.zhang_min, cast.li_wei)
    excused(session, meeting, cast.wang_fang, makeup_until=TODAY + timedelta(days=25))
    confirmed(session, cast, roster_of(session, meeting))
    settled(session, meeting)
    assert live(session, meeting, cast.zhang_min) == [("B06a", "0.5", 1)]
    return meeting


def test_who_retires_in_july_keeps_june_when_the_job_comes_by(
    session: Session, engine: Engine, cast: Cast, june: Meeting, retire: Retire
) -> None:
    before = base(session, cast.zhang_min)
    retire(cast.zhang_min)
    assert due.count_missed_makeups(engine, now=JULY + timedelta(days=10)) == 1
    with Session(engine) as fresh:
        assert live(fresh, june, cast.wang_fang) == [("B01", "-3", 1)]
        assert live(fresh, june, cast.zhang_min) == [("B06a", "0.5", 1)]
        assert base(fresh, cast.zhang_min) == before == "58.5"
        check_books(fresh)


def test_a_list_taken_back_is_settled_again_for_what_its_people_were(
    session: Session, engine: Engine, cast: Cast, june: Meeting, retire: Retire
) -> None:
    retire(cast.zhang_min)
    reopened(session, cast, roster_of(session, june), now=JULY)
    assert live(session, june, cast.zhang_min) == []
    session.commit()
    assert due.settle_due(engine, now=JULY + timedelta(days=1)) == 1
    with Session(engine) as fresh:
        assert live(fresh, june, cast.zhang_min) == [("B06a", "0.5", 2)]
        check_books(fresh)


def test_attendance_corrected_afterwards_counts_for_what_the_member_was(
    session: Session, cast: Cast, june: Meeting, retire: Retire
) -> None:
    retire(cast.zhang_min)
    came(session, june, cast.zhang_min, state=AttendanceState.late)
    adjusted(session, cast, june, cast.zhang_min, now=JULY)
    assert live(session, june, cast.zhang_min) == [("B06a", "0.5", 1)]
    session.delete(session.get_one(Attendance, (june.id, cast.zhang_min.member_id)))
    session.flush()
    adjusted(session, cast, june, cast.zhang_min, now=JULY)
    assert live(session, june, cast.zhang_min) == [("B01", "-3", 1)]
    came(session, june, cast.zhang_min)
    adjusted(session, cast, june, cast.zhang_min, now=JULY)
    assert live(session, june, cast.zhang_min) == [("B06a", "0.5", 2)]
    check_books(session)


def test_one_corrected_changes_nothing_for_another_who_retired(
    session: Session, cast: Cast, june: Meeting, retire: Retire
) -> None:
    retire(cast.zhang_min)
    came(session, june, cast.sun_li)
    adjusted(session, cast, june, cast.sun_li, now=JULY)
    confirmed(session, cast, roster_of(session, june), now=JULY)
    assert live(session, june, cast.sun_li) == [("B06a", "0.5", 1)]
    assert live(session, june, cast.zhang_min) == [("B06a", "0.5", 1)]


def test_a_leave_granted_afterwards_undoes_the_miss_and_keeps_the_rest(
    session: Session, cast: Cast, june: Meeting, retire: Retire
) -> None:
    assert live(session, june, cast.sun_li) == [("B01", "-3", 1)]
    retire(cast.sun_li)
    excused(session, june, cast.sun_li)
    adjusted(session, cast, june, cast.sun_li, now=JULY)
    assert live(session, june, cast.sun_li) == []
    check_books(session)


def test_another_standard_in_force_later_reverses_nothing(
    session: Session, engine: Engine, cast: Cast, june: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.standards.service.has_facts", lambda *args, **options: False)
    publish(session, cast.root, altered(B01={"points": Decimal(2)}, B06a={"points": Decimal("0.5")}))
    session.commit()
    due.count_missed_makeups(engine, now=JULY + timedelta(days=10))
    with Session(engine) as fresh:
        assert live(fresh, june, cast.zhang_min) == [("B06a", "0.5", 1)]
        assert live(fresh, june, cast.sun_li) == [("B01", "-3", 1)]


def restage(session: Session, cast: Cast, person: Person, before: Stage, stage: Stage) -> None:
    """Correct a member's stage in July, as the level above does."""
    by = cast.chen_jing.actor
    history.correct_stage(
        session, member_id=person.member_id, before=before, stage=stage, reason="登记有误", actor=by, now=JULY
    )
    session.commit()


def test_who_becomes_probationary_keeps_what_was_posted_for_an_activist(session: Session, cast: Cast) -> None:
    restage(session, cast, cast.zhou_yu, Stage.probationary, Stage.activist)
    publish(session, cast.root, altered().model_copy(update={"audience": Audience.activists}))
    lists = {cast.other_branch: [cast.zhou_yu, cast.zhao_qiang]}
    meeting = make_meeting(session, cast, items=[("B06a", "2")], invited=dict(lists))
    came(session, meeting, cast.zhou_yu)
    settled(session, meeting)
    (entry,) = live_entries(session, meeting, cast.zhou_yu)
    restage(session, cast, cast.zhou_yu, Stage.activist, Stage.probationary)
    adjusted(session, cast, meeting, cast.zhou_yu, now=JULY)
    assert live_entries(session, meeting, cast.zhou_yu) == [entry]
    check_books(session)


def test_a_claim_taken_back_counts_again_for_who_has_retired_since(
    session: Session, cast: Cast, retire: Retire
) -> None:
    claim = approved(session, submitted(session, cast.zhang_min, AWARD), cast.wang_fang)
    stood = paid(session, claim.id)
    retire(cast.zhang_min)
    review.revoke(
        session, claim_id=claim.id, actor=cast.li_wei.actor, version=claim.version, reason="材料有误", now=JULY
    )
    returned(session, claim, cast.wang_fang, now=JULY)
    claims.submit(session, claim_id=claim.id, actor=cast.zhang_min.actor, version=claim.version, now=JULY)
    approved(session, claim, cast.wang_fang, now=JULY)
    assert (claim.status, paid(session, claim.id)) == (ClaimStatus.approved, stood)
    check_books(session)


def test_dues_corrected_are_deducted_for_what_the_member_was(session: Session, settings: Settings, cast: Cast) -> None:
    staffs = altered(B05={"line": "B05", "categories": (Category.staff, Category.student)})
    dues_item = next(item for item in staffs.items if item.code == "B05")
    theirs = dues_item.model_copy(
        update={"code": "B05b", "categories": (Category.retired,), "evidence": (Evidence.decision,)}
    )
    only_staff = staffs.model_copy(update={"items": (*staffs.items, theirs)})
    publish(session, cast.root, only_staff)
    member_id = cast.zhang_min.member_id
    short = Payment(2000, 1000, date(2026, 5, 31))
    dues.register(
        session, member_id=member_id, month="2026-05", payment=short, account_id=cast.wang_fang.account_id, now=NOW
    )
    change(session, settings, cast, cast.zhang_min, category=Category.retired)
    dues.correct(
        session,
        member_id=member_id,
        month="2026-05",
        payment=Payment(2000, 1500, date(2026, 5, 31)),
        reason="登记有误",
        actor=cast.li_wei.actor,
        now=JULY,
    )
    found = session.scalars(select(PointEntry).where(PointEntry.source_kind == SourceKind.dues)).all()
    assert [(entry.points, entry.revision) for entry in found] == [(Decimal(-1), 1), (Decimal(-1), 2)]
