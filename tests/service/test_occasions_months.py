"""月汇总: who is to confirm, what each member reads of his own month, and what a 补课 can still save."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.db import transaction
from server.error_codes import CoreErrorCode, ErrorCode
from server.errors import DomainError
from server.events import emit
from server.identity.models import Grant
from server.meetings.models import Meeting
from server.meetings.rules import AttendanceState, MeetingKind
from server.organizations.models import Organization
from server.points.models import LedgerHead
from server.points.scores.queries import year_scores
from server.points.scores.rules import YearScore
from server.points.scores.timelines import MemberTimelines
from server.pushes.models import Fanout
from server.pushes.rules import Occasion
from server.standards.error_codes import StandardErrorCode
from server.statements.events import StatementConfirmed, StatementFrozen
from server.statements.models import Statement, StatementBackdated
from server.statements.occasions import at_risk as occasion
from server.statements.rules import StatementStatus
from tests.cast import NOW, TODAY, Cast
from tests.meeting import make_meeting
from tests.pushing import all_pushes, make_statement, prepared, shanghai, told
from tests.refusing import refused
from tests.settling import came, confirmed, excused, roster_of, settled

LINES = {
    "zhang_min": ("85.25", "2.50", 1),
    "wang_fang": ("71.00", None, 2),
    "li_wei": ("0", "-71.00", None),
}


def told_all(session: Session, cast: Cast, statement: Statement) -> dict[str, dict[str, str]]:
    """Return what each was told of a month, by key of the cast."""
    keys = {person.member_id: key for key, person in cast.people.items() if person.member_id}
    return {keys[push.member_id or 0]: push.content for push in all_pushes(session, Occasion.month_score)}


def confirm(session: Session, statement: Statement, *, times: int = 1) -> None:
    statement.status = StatementStatus.confirmed
    for _ in range(times):
        emit(session, StatementConfirmed(statement.id, NOW))
    prepared(session, NOW)


def test_a_frozen_month_goes_to_secretary_and_deputy_of_the_branch(session: Session, cast: Cast) -> None:
    statement = make_statement(session, cast, LINES)
    session.add(
        StatementBackdated(
            statement_id=statement.id,
            member_id=cast.zhang_min.member_id,
            month="2026-04",
            entries=3,
            points=Decimal(1),
        )
    )
    session.flush()
    for _ in range(2):
        emit(session, StatementFrozen(statement.id, NOW))
        prepared(session, NOW)
    assert told(session, cast, Occasion.statement_to_confirm) == ["li_wei", "sun_li"]
    push = all_pushes(session)[0]
    assert push.content == {
        "place": "教工第一党支部",
        "people": "3 人，另 1 人不列入",
        "backdated": "3 笔",
        "hint": "6月22日后自动确认",
    }
    assert push.expires_at == shanghai(2026, 6, 23)


def test_a_branch_without_secretary_is_confirmed_from_above(session: Session, cast: Cast) -> None:
    for grant in session.query(Grant).where(Grant.organization_id == cast.branch):
        grant.until_date = date(2026, 6, 1)
    session.flush()
    emit(session, StatementFrozen(make_statement(session, cast, LINES).id, NOW))
    prepared(session, NOW)
    assert told(session, cast, Occasion.statement_to_confirm) == ["chen_jing"]


def test_what_is_confirmed_already_needs_nobody(session: Session, cast: Cast) -> None:
    statement = make_statement(session, cast, LINES, status=StatementStatus.confirmed)
    statement.confirmed_by = cast.li_wei.account_id
    emit(session, StatementFrozen(statement.id, NOW))
    prepared(session, NOW)
    assert all_pushes(session) == []


def test_a_confirmed_month_tells_each_member_his_own(session: Session, cast: Cast) -> None:
    statement = make_statement(session, cast, LINES, negative=("li_wei",))
    prepared(session, NOW)
    assert told(session, cast, Occasion.month_score) == []
    confirm(session, statement, times=2)
    prepared(session, NOW + timedelta(minutes=1))
    found = told_all(session, cast, statement)
    assert found["zhang_min"] == {
        "month": "2026年5月",
        "points": "85.25 分",
        "change": "较上月 +2.50，第 1 名",
        "hint": "可打开查看每一笔的来历",
    }
    assert found["wang_fang"]["change"] == "首次汇总，第 2 名"
    assert found["li_wei"] == {
        "month": "2026年5月",
        "points": "另行通报",
        "change": "无",
        "hint": "请打开小程序查看",
    }
    assert told(session, cast, Occasion.month_score) == ["li_wei", "wang_fang", "zhang_min"]


@pytest.mark.parametrize(("shown", "place"), [("own", "，第 1 名"), ("full", "，第 1 名"), ("scores", "")])
def test_the_position_is_told_where_the_branch_shows_it(session: Session, cast: Cast, shown: str, place: str) -> None:
    session.get_one(Organization, cast.branch).settings = {"board_visibility": shown}
    statement = make_statement(session, cast, LINES)
    confirm(session, statement)
    assert told_all(session, cast, statement)["zhang_min"]["change"] == f"较上月 +2.50{place}"


@pytest.mark.parametrize(
    ("confirmed_at", "due_at"),
    [
        (shanghai(2026, 7, 3, 2, 30), shanghai(2026, 7, 3, 9)),
        (shanghai(2026, 7, 3, 9), shanghai(2026, 7, 3, 9)),
        (shanghai(2026, 7, 3, 16, 20), shanghai(2026, 7, 3, 16, 20)),
    ],
)
def test_months_are_told_at_nine_or_at_once_later_that_day(
    session: Session, cast: Cast, confirmed_at: object, due_at: object
) -> None:
    statement = make_statement(session, cast, LINES)
    emit(session, StatementConfirmed(statement.id, confirmed_at))  # type: ignore[arg-type]
    prepared(session, confirmed_at)  # type: ignore[arg-type]
    assert {push.due_at for push in all_pushes(session, Occasion.month_score)} == {due_at}


def test_a_confirmation_rolled_back_tells_nobody(engine: Engine, session: Session, cast: Cast) -> None:
    statement = make_statement(session, cast, LINES)
    session.commit()

    def fail(session: Session) -> None:
        emit(session, StatementConfirmed(statement.id, NOW))
        raise RuntimeError("the network is gone")

    with pytest.raises(RuntimeError):
        transaction(engine, fail)
    prepared(session, NOW)
    assert all_pushes(session) == []


# What can still be saved


def missed_meeting(
    session: Session, cast: Cast, *, item: str = "B01", days: int = 10, kind: MeetingKind = MeetingKind.members_meeting
) -> Meeting:
    """A meeting some days ago, settled and confirmed, at which all but 张敏 were."""
    starts_at = NOW - timedelta(days=days)
    meeting = make_meeting(session, cast, kind=kind, items=[(item, "1")], starts_at=starts_at)
    came(session, meeting, cast.wang_fang, cast.li_wei, cast.sun_li)
    settled(session, meeting, now=starts_at + timedelta(days=2))
    confirmed(session, cast, roster_of(session, meeting), now=starts_at + timedelta(days=2))
    session.commit()
    return meeting


def at_risk(session: Session, cast: Cast) -> dict[str, str] | None:
    """Confirm the month and return what 张敏 is told of what she can save; nobody else is told anything."""
    confirm(session, make_statement(session, cast, LINES))
    assert set(told(session, cast, Occasion.at_risk)) <= {"zhang_min"}
    found = all_pushes(session, Occasion.at_risk)
    return found[0].content if found else None


def test_three_base_points_can_still_be_saved(session: Session, cast: Cast) -> None:
    meeting = missed_meeting(session, cast)
    content = at_risk(session, cast)
    until = meeting.makeup_until
    assert content == {
        "month": "2026年5月",
        "points": "3 分",
        "until": f"{until.year}年{until.month}月{until.day}日",
        "hint": "还有 3 分基础积分可以补回",
    }
    (push,) = all_pushes(session, Occasion.at_risk)
    assert push.expires_at == shanghai(until.year, until.month, until.day) + timedelta(days=1)


def test_what_was_made_up_or_is_too_late_is_not_spoken_of(session: Session, cast: Cast) -> None:
    made_up, too_late = missed_meeting(session, cast), missed_meeting(session, cast, days=31)
    came(session, made_up, cast.zhang_min, state=AttendanceState.made_up)
    assert too_late.makeup_until < date(2026, 6, 18)
    assert at_risk(session, cast) is None


def test_who_is_told_late_is_told_of_what_is_left(session: Session, cast: Cast) -> None:
    """The day before yesterday two could be made up for; the first of them was due yesterday."""
    over, left = missed_meeting(session, cast, days=31), missed_meeting(session, cast, item="B04", days=20)
    assert over.makeup_until == TODAY - timedelta(days=1)
    statement = make_statement(session, cast, LINES)
    statement.status = StatementStatus.confirmed
    emit(session, StatementConfirmed(statement.id, NOW - timedelta(days=2)))
    prepared(session, NOW)
    (push,) = all_pushes(session, Occasion.at_risk)
    assert push.content["until"] == f"{left.makeup_until.year}年{left.makeup_until.month}月{left.makeup_until.day}日"


def test_an_excused_absence_needs_no_saving_and_a_conditional_leave_does(session: Session, cast: Cast) -> None:
    excused(session, missed_meeting(session, cast), cast.zhang_min)
    excused(session, missed_meeting(session, cast, item="B04"), cast.zhang_min, makeup_until=date(2026, 6, 30))
    content = at_risk(session, cast)
    assert content is not None
    assert (content["points"], content["until"]) == ("2 分", "2026年6月30日")


def test_several_are_summed_up_with_the_first_day(session: Session, cast: Cast) -> None:
    first, _second = missed_meeting(session, cast, days=20), missed_meeting(session, cast, item="B04", days=3)
    content = at_risk(session, cast)
    assert content is not None
    assert content["points"] == "5 分"
    assert (
        content["until"]
        == f"最早一次 {first.makeup_until.year}年{first.makeup_until.month}月{first.makeup_until.day}日"
    )


def test_what_a_makeup_would_not_bring_back_is_not_promised(session: Session, cast: Cast) -> None:
    for days in range(40, 34, -1):
        missed_meeting(session, cast, days=days)
    missed_meeting(session, cast)
    assert at_risk(session, cast) is None  # the line stays at its floor: five were missed for good


def test_organizational_life_is_made_up_at_three_quarters(session: Session, cast: Cast) -> None:
    missed_meeting(session, cast, item="B07", kind=MeetingKind.organizational_life)
    content = at_risk(session, cast)
    assert content is not None
    assert content["points"] == "3 分"


def test_a_meeting_of_contributions_alone_is_no_risk(session: Session, cast: Cast) -> None:
    missed_meeting(session, cast, item="C04", kind=MeetingKind.volunteering)
    assert at_risk(session, cast) is None


def test_nothing_is_posted_between_the_score_and_what_stands_of_its_meetings(
    engine: Engine, session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def looked_at(reading: Session, *, member_ids: Collection[int], year: int) -> dict[int, YearScore]:
        held.extend(is_held(engine, member_id) for member_id in member_ids)
        return year_scores(reading, member_ids=member_ids, year=year)

    monkeypatch.setattr(occasion, "year_scores", looked_at)
    missed_meeting(session, cast)
    assert at_risk(session, cast) is not None
    assert held == [True]


def test_who_is_not_measured_has_nothing_to_save_and_nothing_else_is_passed_over(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed_meeting(session, cast)
    statement = make_statement(session, cast, LINES)
    emit(session, StatementConfirmed(statement.id, NOW))
    fanout = session.scalars(select(Fanout).where(Fanout.occasion == Occasion.at_risk)).one()

    def refusing(code: ErrorCode) -> None:
        def refuse(*_arguments: object) -> int:
            raise DomainError(code, "")

        monkeypatch.setattr(MemberTimelines, "_measuring", refuse)

    refusing(StandardErrorCode.no_standard)
    assert occasion.draft(session, fanout, 100, NOW).drafts == []
    refusing(CoreErrorCode.not_found)
    refused("not_found", lambda: occasion.draft(session, fanout, 100, NOW))


def is_held(engine: Engine, member_id: int) -> bool:
    """Whether nobody else could post for this member now; on SQLite nobody writes beside another."""
    if engine.dialect.name == "sqlite":
        return True
    with engine.connect() as another:
        another.exec_driver_sql("SET innodb_lock_wait_timeout = 0")
        try:
            another.execute(select(LedgerHead).where(LedgerHead.member_id == member_id).with_for_update())
        except OperationalError:
            return True
        finally:
            another.invalidate()
    return False
