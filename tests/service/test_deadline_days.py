"""Every deadline on its very day: the day before, at 23:59, and half an hour after midnight in Shanghai.

What a deadline leads to is tested with its feature; here is that its last day is a whole day, and Shanghai's.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.claims import service as claims
from server.days import shanghai_date
from server.dues import consents
from server.dues import service as dues
from server.dues.models import DuesRecord
from server.dues.rules import ConsentKind, ConsentTerm, DuesState
from server.dues.service import Payment
from server.dues.verification import verify_dues
from server.errors import DomainError
from server.identity import service as identity
from server.identity.models import Grant
from server.meetings.leave import service as leave
from server.meetings.leave.service import LeaveRequest
from server.organizations import transfers
from server.points.scores.queries import explain
from server.publicity import service as publicity
from server.setup import service as setup
from server.standards.models import Standard
from server.standards.rules import LeaveKind
from server.statements import confirming
from server.statements.boards import links
from server.statements.boards.queries import read_board
from server.statements.models import Statement
from server.statements.rules import StatementStatus
from server.todos.queries import todos_of
from server.years import service as years
from tests.boards import cast_statement
from tests.cast import Cast
from tests.claiming import returned, submitted
from tests.days import at, until
from tests.meeting import make_meeting
from tests.publicizing import FIRST, LAST, approved, owning, proposed, stars
from tests.refusing import refused

CUT_OFF = date(2027, 1, 10)
HALF_YEAR = date(2026, 6, 30)
MEETING = date(2026, 6, 18)


def passes(act: Callable[[], object], code: str) -> bool:
    """Whether an act goes through; if not, it must be refused with this code."""
    refusal = None
    try:
        act()
    except DomainError as error:
        refusal = error.code
    assert refusal in (None, code)
    return refusal is None


@until(CUT_OFF)
def test_a_claim_of_the_year_is_handed_in_until_the_cut_off(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    def hand_in() -> object:
        return submitted(session, cast.zhang_min, occurred_on=date(2026, 12, 31), now=now)

    assert passes(hand_in, "past_cut_off") is in_time


@until(CUT_OFF)
def test_a_claim_sent_back_came_in_on_its_first_day(session: Session, cast: Cast, now: datetime, in_time: bool) -> None:
    """Its branch had a cut-off of its own then, and has none by the time it comes in again."""
    branch_year = years.begun(session, organization_id=cast.branch, year=2026, now=now)
    longer = {"account_id": cast.chen_jing.account_id, "reason": "集中外出", "now": now}
    years.move_cut_off(session, branch_year, CUT_OFF + timedelta(days=10), **longer)  # type: ignore[arg-type]
    claim = submitted(session, cast.zhang_min, occurred_on=date(2026, 12, 31), now=now)
    returned(session, claim, cast.li_wei, now=now)
    branch_year.claim_until = None
    later = at(CUT_OFF + timedelta(days=3), "09:00")

    def hand_in() -> object:
        me = cast.zhang_min.actor
        return claims.submit(session, claim_id=claim.id, actor=me, version=claim.version, now=later)

    assert passes(hand_in, "past_cut_off") is in_time


@until(CUT_OFF)
def test_what_can_still_be_claimed_is_told_until_the_cut_off(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    found = explain(session, member_id=cast.zhang_min.member_id, year=2026, as_of=now)
    assert bool(found.still_possible) is in_time


@until(HALF_YEAR)
def test_dues_of_june_are_paid_in_time_until_its_last_day(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    day = shanghai_date(now)
    record = dues.register(
        session,
        member_id=cast.zhang_min.member_id,
        month="2026-06",
        payment=Payment(2000, 2000, day),
        account_id=cast.wang_fang.account_id,
        now=now,
    )
    assert (record.state == DuesState.paid) is in_time


@until(HALF_YEAR)
def test_june_is_closed_only_when_its_last_day_is_over(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    def close() -> list[DuesRecord]:
        return dues.close_month(
            session,
            organization_id=cast.branch,
            month="2026-06",
            due_cents=2000,
            account_id=cast.wang_fang.account_id,
            now=now,
        )

    if in_time:
        refused("month_not_over", close)
    else:
        assert [record.state for record in close()] == [DuesState.missing] * 4
        assert list(verify_dues(session)) == []


@until(HALF_YEAR)
def test_a_consent_ends_from_june_on_until_its_last_day(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    who = {"member_id": cast.zhang_min.member_id, "actor": cast.li_wei.actor}
    term = ConsentTerm(ConsentKind.deferred, "2026-05", "2026-08")
    agreed = date(2026, 5, 20)
    consent = consents.record(session, term=term, agreed_on=agreed, reason="赴外地访学", now=now, **who)  # type: ignore[arg-type]

    def end() -> object:
        given = {"from_month": "2026-06", "reason": "已返校", "now": now} | who
        return consents.end(session, consent_id=consent.id, **given)  # type: ignore[arg-type]

    assert passes(end, "invalid_consent") is in_time


@until(date(2026, 12, 31))
def test_months_of_the_year_after_next_are_waived_from_new_year_on(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    def waive() -> object:
        who = {"member_id": cast.zhang_min.member_id, "actor": cast.li_wei.actor}
        return dues.waive(session, month="2028-01", reason="经济困难", now=now, **who)  # type: ignore[arg-type]

    assert passes(waive, "invalid_payment") is not in_time


@until(MEETING + timedelta(days=leave.ASKED_WITHIN_DAYS))
def test_leave_is_asked_for_until_thirty_days_after_the_meeting(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    meeting = make_meeting(session, cast)

    def ask() -> object:
        return leave.ask(
            session,
            member_id=cast.zhang_min.member_id,
            meeting_id=meeting.id,
            wish=LeaveRequest(LeaveKind.sick, "住院"),
            actor=cast.zhang_min.actor,
            account_id=cast.zhang_min.account_id,
            now=now,
        )

    assert passes(ask, "leave_too_late") is in_time


@until(HALF_YEAR)
def test_a_role_counts_until_the_day_before_it_ends(
    engine: Engine, session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    over = update(Grant).where(Grant.account_id == cast.li_wei.account_id)
    session.execute(over.values(until_date=HALF_YEAR + timedelta(days=1)))
    session.commit()
    actor = identity.authenticate(engine, cast.li_wei.token, now=now, fresh=True)
    assert bool(actor.grants) is in_time


@until(HALF_YEAR)
def test_who_leaves_on_the_first_belongs_until_the_last_of_june(
    engine: Engine, session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    transfers.leave(
        session,
        member_id=cast.zhang_min.member_id,
        on=HALF_YEAR + timedelta(days=1),
        note="调离学校",
        account_id=cast.chen_jing.account_id,
        now=at(date(2026, 7, 2), "09:00"),
    )
    session.commit()
    actor = identity.authenticate(engine, cast.zhang_min.token, now=now, fresh=True)
    assert bool(actor.organization_ids) is in_time


@until(HALF_YEAR)
def test_a_board_link_opens_through_its_last_day(session: Session, cast: Cast, now: datetime, in_time: bool) -> None:
    arguments = {"organization_id": cast.branch, "account_id": cast.li_wei.account_id, "now": cast.now}
    _, key = links.make_link(session, place="走廊", until_date=HALF_YEAR, **arguments)  # type: ignore[arg-type]
    assert passes(lambda: links.open_session(session, b"k" * 32, key, now=now), "link_invalid") is in_time
    assert bool(links.links_of(session, cast.branch, now=now)) is in_time


@until(date(2026, 6, 9))
def test_a_month_is_on_show_through_its_fifth_working_day(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    cast_statement(session, cast)
    arguments = {"organization_id": cast.branch, "month": None, "member_id": None, "view": None, "posted": False}
    board = read_board(session, now=now, **arguments)  # type: ignore[arg-type]
    assert (board.beside.publicity.left(board.today) > 0) is in_time


@until(date(2026, 6, 8))
def test_a_month_waits_for_its_secretary_through_the_third_working_day(
    engine: Engine, session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    """Frozen at 18:01 UTC of Tuesday the 2nd, which is Wednesday in Shanghai; its third working day is Monday."""
    statement = cast_statement(session, cast, confirmed_at=None)
    confirming.confirm_overdue(engine, now=now)
    session.expire_all()
    status = session.scalar(select(Statement.status).where(Statement.id == statement.id))
    assert (status == StatementStatus.frozen) is in_time


@until(date(2026, 10, 31))
def test_a_standard_and_holidays_are_awaited_from_november(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    kinds = {todo.kind for todo in todos_of(session, cast.organization_department.actor, now=now)}
    assert {"standards", "holidays"} & kinds == (set() if in_time else {"standards", "holidays"})


@until(date(2026, 12, 31))
def test_an_installation_begins_with_the_standard_of_its_year(session: Session, now: datetime, in_time: bool) -> None:
    setup.found(session, title="山海学院党委", now=now)
    assert session.scalars(select(Standard.year)).all() == [2026 if in_time else 2027]


@until(date(2026, 12, 31))
def test_a_meeting_belongs_to_the_old_year_until_its_last_minute(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    assert (make_meeting(session, cast, starts_at=now).day.year == 2026) is in_time


@until(FIRST)
def test_a_publicity_is_approved_until_its_first_day(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    with owning(stars(cast.zhang_min)):
        row = proposed(session, cast)
        approve = partial(publicity.approve, session, row.id, account_id=cast.li_wei.account_id, now=now)
        assert passes(approve, "first_day_over") is in_time


@until(LAST)
def test_a_publicity_ends_when_its_last_day_is_over(
    session: Session, engine: Engine, cast: Cast, now: datetime, in_time: bool
) -> None:
    with owning(stars(cast.zhang_min)):
        approved(session, cast)
        assert (publicity.end_due(engine, now=now) == 0) is in_time
