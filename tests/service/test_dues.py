"""党费: what is registered, what it deducts, and how that is taken back."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.db import transaction
from server.dues import bulk, queries, service, sources
from server.dues.bulk import RowOutcome, RowResult
from server.dues.models import DuesRecord
from server.dues.rules import DuesState
from server.dues.service import Payment
from server.organizations.models import Member, Membership, Stage
from server.points.models import PointEntry, SourceKind
from server.points.verification import verify_ledger
from tests.at_once import at_once
from tests.cast import NOW, Cast, Person
from tests.claiming import section_points
from tests.exempting import exempt
from tests.refusing import refused

MAY, JUNE = "2026-05", "2026-06"
IN_TIME = Payment(2000, 2000, date(2026, 5, 31))
LATE = Payment(2000, 2000, date(2026, 6, 1))
SHORT = Payment(2000, 1000, date(2026, 5, 31))


def register(session: Session, cast: Cast, payment: Payment, month: str = MAY, now: datetime = NOW) -> DuesRecord:
    return service.register(
        session,
        member_id=cast.zhang_min.member_id,
        month=month,
        payment=payment,
        account_id=cast.wang_fang.account_id,
        now=now,
    )


def correct(session: Session, cast: Cast, payment: Payment, person: Person | None = None) -> DuesRecord:
    return service.correct(
        session,
        member_id=cast.zhang_min.member_id,
        month=MAY,
        payment=payment,
        reason="登记有误",
        actor=(person or cast.li_wei).actor,
        now=NOW,
    )


def waive(session: Session, cast: Cast, person: Person | None = None) -> DuesRecord:
    return service.waive(
        session,
        member_id=cast.zhang_min.member_id,
        month=MAY,
        reason="住院",
        actor=(person or cast.li_wei).actor,
        now=NOW,
    )


def close(session: Session, cast: Cast, month: str = MAY, now: datetime = NOW) -> list[DuesRecord]:
    return service.close_month(
        session,
        organization_id=cast.branch,
        month=month,
        due_cents=2000,
        account_id=cast.li_wei.account_id,
        now=now,
    )


def deducted(session: Session, member_id: int) -> Decimal:
    """Return the sum of a member's dues entries and what reverses them."""
    rows = session.scalars(
        select(PointEntry.points).where(
            PointEntry.member_id == member_id,
            PointEntry.item_code == "B05",
            PointEntry.source_kind.in_((SourceKind.dues, SourceKind.reversal)),
        )
    )
    return sum(rows, Decimal(0))


@pytest.mark.parametrize(
    ("payment", "state", "points"),
    [
        (IN_TIME, DuesState.paid, 0),
        (LATE, DuesState.late, -1),
        (SHORT, DuesState.short, -1),
        (Payment(2000, 0, None), DuesState.missing, -1),
        (Payment(0, 0, None), DuesState.paid, 0),
    ],
)
def test_a_month_deducts_once_unless_it_was_paid_in_time_and_in_full(
    session: Session, cast: Cast, payment: Payment, state: DuesState, points: int
) -> None:
    for _ in range(2):
        assert register(session, cast, payment).state == state
    assert deducted(session, cast.zhang_min.member_id) == points
    assert list(verify_ledger(session)) == []


def test_a_running_month_deducts_nothing_yet_and_may_be_topped_up(session: Session, cast: Cast) -> None:
    assert register(session, cast, Payment(2000, 1000, date(2026, 6, 2)), JUNE).state == DuesState.open
    assert register(session, cast, Payment(2000, 2000, date(2026, 6, 17)), JUNE).state == DuesState.paid
    assert deducted(session, cast.zhang_min.member_id) == 0


def test_paying_later_restores_nothing(session: Session, cast: Cast) -> None:
    close(session, cast)
    record = register(session, cast, LATE)
    assert (record.state, record.paid_cents) == (DuesState.late, 2000)
    assert deducted(session, cast.zhang_min.member_id) == -1


def test_what_was_paid_in_time_but_registered_after_the_close_is_a_correction(session: Session, cast: Cast) -> None:
    close(session, cast)
    refused("needs_correction", lambda: register(session, cast, IN_TIME))
    correct(session, cast, IN_TIME)
    assert deducted(session, cast.zhang_min.member_id) == 0


def test_corrections_reverse_and_post_anew_as_often_as_needed(session: Session, cast: Cast) -> None:
    register(session, cast, IN_TIME)
    for payment, points in ((SHORT, -1), (IN_TIME, 0), (LATE, -1), (SHORT, -1)):
        correct(session, cast, payment)
        assert deducted(session, cast.zhang_min.member_id) == points
    record = correct(session, cast, SHORT)
    assert record.revision == 5
    kinds = [event.kind for event in queries.events_of(session, [record.id])[record.id]]
    assert kinds == ["registered", *["corrected"] * 4]
    assert list(verify_ledger(session)) == []


def test_a_waiver_before_the_close_keeps_the_month_from_deducting(session: Session, cast: Cast) -> None:
    waive(session, cast)
    close(session, cast)
    assert deducted(session, cast.zhang_min.member_id) == 0


def test_a_waiver_afterwards_reverses_the_deduction_once(session: Session, cast: Cast) -> None:
    close(session, cast)
    before = section_points(session, cast.zhang_min.member_id, "base")
    for _ in range(2):
        assert waive(session, cast).state == DuesState.waived
    assert deducted(session, cast.zhang_min.member_id) == 0
    assert section_points(session, cast.zhang_min.member_id, "base") == before + 1


def test_nobody_waives_or_corrects_his_own_month(session: Session, cast: Cast) -> None:
    refused("own_dues", lambda: waive(session, cast, cast.zhang_min))
    register(session, cast, LATE)
    refused("own_dues", lambda: correct(session, cast, IN_TIME, cast.zhang_min))


def test_a_paid_month_needs_no_waiver(session: Session, cast: Cast) -> None:
    register(session, cast, IN_TIME)
    refused("already_paid", lambda: waive(session, cast))


@pytest.mark.parametrize(
    ("now", "over"),
    [(datetime(2026, 6, 30, 15, 59, tzinfo=UTC), False), (datetime(2026, 6, 30, 16, 0, tzinfo=UTC), True)],
)
def test_a_month_is_closed_only_when_it_has_ended_in_shanghai(
    session: Session, cast: Cast, now: datetime, over: bool
) -> None:
    if over:
        assert len(close(session, cast, JUNE, now)) == 4
    else:
        refused("month_not_over", lambda: close(session, cast, JUNE, now))


def test_closing_marks_who_has_not_paid_and_the_second_time_nobody(session: Session, cast: Cast) -> None:
    register(session, cast, IN_TIME)
    register(session, cast, Payment(2000, 500, date(2026, 5, 3)), "2026-04")
    marked = close(session, cast)
    assert {record.member_id for record in marked} == {
        cast.li_wei.member_id,
        cast.wang_fang.member_id,
        cast.sun_li.member_id,
    }
    assert {record.state for record in marked} == {DuesState.missing}
    assert close(session, cast) == []
    assert deducted(session, cast.li_wei.member_id) == -1
    assert deducted(session, cast.zhou_yu.member_id) == 0


def test_prospects_and_who_left_before_the_last_day_owe_nothing(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.sun_li.member_id).stage = Stage.prospect
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.wang_fang.member_id)).one()
    membership.until_date = date(2026, 5, 31)
    session.flush()
    marked = {record.member_id for record in close(session, cast)}
    assert marked == {cast.zhang_min.member_id, cast.li_wei.member_id}
    refused(
        "owes_no_dues",
        lambda: service.register(
            session,
            member_id=cast.sun_li.member_id,
            month=MAY,
            payment=IN_TIME,
            account_id=cast.li_wei.account_id,
            now=NOW,
        ),
    )


def test_an_officers_own_month_is_anothers_to_register_also_in_what_they_paste(session: Session, cast: Cast) -> None:
    own = cast.wang_fang

    def registered(person: Person) -> DuesRecord:
        return service.register(
            session, member_id=own.member_id, month=MAY, payment=IN_TIME, account_id=person.account_id, now=NOW
        )

    refused("own_dues", lambda: registered(own))
    number = session.get_one(Member, own.member_id).work_number
    line = f"{number}\t{MAY}\t20\t20\t2026-05-20"
    (row,) = bulk.register_pasted(
        session, organization_id=cast.branch, text=line, apply=True, account_id=own.account_id, now=NOW
    )
    assert row.outcome is RowOutcome.error
    assert row.message == "不能登记、更正、豁免或缓交本人的党费，请由其他负责人或上级党组织办理"
    assert registered(cast.li_wei).state == DuesState.paid


def test_who_is_outside_the_managed_range_is_skipped(session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.zhang_min.member_id, date(2026, 5, 31))
    assert cast.zhang_min.member_id not in {record.member_id for record in close(session, cast)}
    assert register(session, cast, LATE).state == DuesState.late
    assert deducted(session, cast.zhang_min.member_id) == 0


@pytest.mark.parametrize(
    ("since", "until", "skipped"),
    [
        (date(2026, 5, 31), date(2026, 6, 1), True),  # on the month's last day, not on the day of the close
        (date(2026, 5, 1), date(2026, 5, 31), False),
        (date(2026, 6, 1), None, False),
    ],
)
def test_whose_month_is_skipped_was_outside_the_managed_range_on_its_last_day(
    session: Session, cast: Cast, since: date, until: date | None, skipped: bool
) -> None:
    exempt(session, cast, cast.zhang_min.member_id, since, until=until)
    closed = {record.member_id for record in close(session, cast)}
    assert (cast.zhang_min.member_id not in closed) == skipped


def test_only_branches_close_months(session: Session, cast: Cast) -> None:
    refused(
        "not_a_branch",
        lambda: service.close_month(
            session,
            organization_id=cast.general_branch,
            month=MAY,
            due_cents=0,
            account_id=cast.li_wei.account_id,
            now=NOW,
        ),
    )


def test_a_month_is_of_the_branch_where_it_ended_and_a_running_one_of_todays(session: Session, cast: Cast) -> None:
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.zhang_min.member_id)).one()
    membership.until_date = date(2026, 6, 10)
    session.add(
        Membership(member_id=membership.member_id, organization_id=cast.other_branch, from_date=date(2026, 6, 10))
    )
    session.flush()
    assert register(session, cast, IN_TIME).organization_id == cast.branch
    assert register(session, cast, Payment(2000, 0, None), JUNE).organization_id == cast.other_branch


def test_a_year_without_standard_is_registered_and_deducts_nothing(session: Session, cast: Cast) -> None:
    membership = session.scalars(select(Membership).where(Membership.member_id == cast.zhang_min.member_id)).one()
    membership.from_date = date(2024, 1, 1)
    session.flush()
    assert register(session, cast, Payment(2000, 2000, date(2025, 3, 1)), "2025-01").state == DuesState.late
    assert deducted(session, cast.zhang_min.member_id) == 0


def test_the_explanation_names_state_and_day_but_no_amount(session: Session, cast: Cast) -> None:
    record = register(session, cast, LATE)
    described = sources.describe(session, [record.id])[record.id]
    assert described.details == (("状态", "逾期"), ("交纳日期", "2026-06-01"))


# Pasting

PASTED = "\n".join(
    [
        "姓名/工号\t月份\t应交\t实交\t日期",
        "张敏\t2026-05\t20\t20\t2026-05-08",
        "li_wei\t2026-05\t20\t20\t2026-06-02",
        "王芳\t2026-05\t20\t\t",
        "赵强\t2026-05\t20\t20\t2026-05-08",
        "孙丽\t2026-05\t二十\t20\t2026-05-08",
        "张敏\t2026-05\t20\t20\t2026-05-09",
    ]
)


def paste(session: Session, cast: Cast, text: str = PASTED, *, apply: bool = True) -> list[RowResult]:
    return bulk.register_pasted(
        session,
        organization_id=cast.branch,
        text=text,
        apply=apply,
        account_id=cast.wang_fang.account_id,
        now=NOW,
    )


def test_pasted_lines_are_taken_one_by_one_and_bad_ones_named(session: Session, cast: Cast) -> None:
    results = paste(session, cast)
    assert [(result.line, result.outcome) for result in results] == [
        (1, RowOutcome.skipped),
        (2, RowOutcome.registered),
        (3, RowOutcome.registered),
        (4, RowOutcome.unpaid),
        (5, RowOutcome.error),
        (6, RowOutcome.error),
        (7, RowOutcome.error),
    ]
    assert [result.column for result in results[4:]] == ["姓名或工号", "应交", "月份"]
    assert results[2].state == DuesState.late
    assert results[3].text == "王芳\t2026-05\t20"
    assert deducted(session, cast.li_wei.member_id) == -1


def test_a_preview_says_the_same_and_writes_nothing(session: Session, cast: Cast) -> None:
    previewed = [(result.line, result.outcome, result.message) for result in paste(session, cast, apply=False)]
    session.commit()
    for model in (DuesRecord, PointEntry):
        assert session.scalar(select(func.count()).select_from(model)) == 0
    assert [(result.line, result.outcome, result.message) for result in paste(session, cast)] == previewed


def test_pasting_again_changes_nothing(session: Session, cast: Cast) -> None:
    paste(session, cast)
    outcomes = [result.outcome for result in paste(session, cast)]
    assert outcomes[1:3] == [RowOutcome.unchanged, RowOutcome.unchanged]
    assert deducted(session, cast.li_wei.member_id) == -1


def test_a_name_that_two_members_share_needs_the_number(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.li_wei.member_id).name = "张敏"
    session.flush()
    by_name, by_number = paste(
        session, cast, "张敏\t2026-05\t20\t20\t2026-05-08\nzhang_min\t2026-05\t20\t20\t2026-05-08"
    )
    assert by_name.message == "本支部有 2 位“张敏”，请改填工号"
    assert by_number.outcome is RowOutcome.registered


def test_a_second_line_for_a_person_is_named_however_they_are_called(session: Session, cast: Cast) -> None:
    line = "\t2026-05\t20\t20\t2026-05-08"
    first, second = paste(session, cast, f"张敏{line}\nzhang_min{line}")
    assert (first.outcome, second.message) == (RowOutcome.registered, "与第 1 行重复")


def test_a_number_beside_another_name_registers_nothing(session: Session, cast: Cast) -> None:
    text = "工号\t姓名\t月份\t应交\t实交\t日期\nzhang_min\t王芳\t2026-05\t20\t20\t2026-05-08"
    _heading, row = paste(session, cast, text)
    assert (row.outcome, row.message) == (RowOutcome.error, "工号“zhang_min”不是“王芳”，请核对")
    assert session.scalar(select(func.count()).select_from(DuesRecord)) == 0


def test_the_chosen_month_completes_lines_without_one(session: Session, cast: Cast) -> None:
    text = "姓名\t应交\t实交\t日期\n张敏\t20\t20\t2026-05-08"
    assert [result.outcome for result in paste(session, cast, text)] == [RowOutcome.skipped, RowOutcome.error]
    chosen = bulk.register_pasted(
        session,
        organization_id=cast.branch,
        text=text,
        month=MAY,
        apply=True,
        account_id=cast.wang_fang.account_id,
        now=NOW,
    )
    assert chosen[1].outcome is RowOutcome.registered


def test_too_many_lines_are_refused_at_once(session: Session, cast: Cast) -> None:
    refused("too_many_rows", lambda: paste(session, cast, "张敏\t2026-05\t20\t20\t2026-05-08\n" * 501))


# At once


def test_two_who_register_and_one_who_closes_at_once_deduct_once(engine: Engine, cast: Cast) -> None:
    acts: list[Callable[[Session], object]] = [
        lambda session: register(session, cast, LATE),
        lambda session: register(session, cast, LATE),
        lambda session: close(session, cast),
        lambda session: close(session, cast),
    ]
    at_once(*(partial(transaction, engine, act, attempts=10) for act in acts))
    with Session(engine) as session:
        assert deducted(session, cast.zhang_min.member_id) == -1
        records = select(func.count()).select_from(DuesRecord).where(DuesRecord.month == MAY)
        assert session.scalar(records) == 4
        assert list(verify_ledger(session)) == []
