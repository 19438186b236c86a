"""A branch's consent to quarterly or later payment: what it spares, until when, and what its end leads to."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.db import transaction
from server.dues import consents, queries, service, terms
from server.dues.models import DuesConsent, DuesRecord
from server.dues.outstanding import months_agreed, outstanding
from server.dues.rules import ConsentKind, ConsentTerm, DuesState
from server.dues.service import Payment
from server.points.models import PointEntry, SourceKind
from server.points.verification import verify_ledger
from server.pushes.models import Push
from server.pushes.occasions import dues as reminders
from server.pushes.rules import Occasion
from server.todos.queries import todos_of
from tests.at_once import at_once, race
from tests.cast import NOW, Cast, Person
from tests.refusing import refused
from tests.service.test_dues import close, deducted

MAY = "2026-05"
QUARTER = ConsentTerm(ConsentKind.quarterly, "2026-04", "2026-06")
DEFERRED = ConsentTerm(ConsentKind.deferred, "2026-05", "2026-08")
AGREED = date(2026, 4, 10)


def noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 4, tzinfo=UTC)


def consent(
    session: Session,
    cast: Cast,
    term: ConsentTerm = DEFERRED,
    *,
    person: Person | None = None,
    by: Person | None = None,
    agreed_on: date = AGREED,
    now: datetime = NOW,
) -> DuesConsent:
    return consents.record(
        session,
        member_id=(person or cast.zhang_min).member_id,
        term=term,
        agreed_on=agreed_on,
        reason="赴外地访学",
        actor=(by or cast.li_wei).actor,
        now=now,
    )


def end(session: Session, cast: Cast, given: DuesConsent, from_month: str, now: datetime = NOW) -> DuesConsent:
    return consents.end(
        session,
        member_id=cast.zhang_min.member_id,
        consent_id=given.id,
        from_month=from_month,
        reason="已返校",
        actor=cast.li_wei.actor,
        now=now,
    )


def pay(session: Session, cast: Cast, month: str, paid_on: date, now: datetime) -> DuesRecord:
    return service.register(
        session,
        member_id=cast.zhang_min.member_id,
        month=month,
        payment=Payment(2000, 2000, paid_on),
        account_id=cast.wang_fang.account_id,
        now=now,
    )


def entries(session: Session, cast: Cast) -> list[tuple[date, str]]:
    rows = select(PointEntry).where(
        PointEntry.member_id == cast.zhang_min.member_id, PointEntry.source_kind == SourceKind.dues
    )
    return [(entry.occurred_on, str(entry.points)) for entry in session.scalars(rows.order_by(PointEntry.seq))]


@pytest.mark.parametrize(
    ("term", "month", "last"),
    [(QUARTER, MAY, date(2026, 6, 30)), (DEFERRED, MAY, date(2026, 8, 31)), (DEFERRED, "2026-08", date(2026, 8, 31))],
)
def test_what_is_paid_by_the_day_agreed_to_costs_nothing_and_a_day_later_it_does(
    session: Session, cast: Cast, term: ConsentTerm, month: str, last: date
) -> None:
    consent(session, cast, term)
    later = noon(9, 20)
    assert pay(session, cast, month, last, later).state == DuesState.paid
    assert deducted(session, cast.zhang_min.member_id) == 0
    service.correct(
        session,
        member_id=cast.zhang_min.member_id,
        month=month,
        payment=Payment(2000, 2000, last.replace(month=last.month + 1, day=1)),
        reason="登记有误",
        actor=cast.li_wei.actor,
        now=later,
    )
    assert entries(session, cast)[0][0] == last
    assert deducted(session, cast.zhang_min.member_id) == -1
    assert list(verify_ledger(session)) == []


def test_a_close_leaves_who_may_pay_later_alone_until_that_day(session: Session, cast: Cast) -> None:
    consent(session, cast)
    assert cast.zhang_min.member_id not in {record.member_id for record in close(session, cast)}
    assert close(session, cast, now=noon(8, 31)) == []
    (left,) = close(session, cast, now=noon(9, 1))
    assert (left.member_id, left.state) == (cast.zhang_min.member_id, DuesState.missing)
    assert entries(session, cast) == [(date(2026, 8, 31), "-1")]


def test_a_part_paid_in_the_term_may_be_topped_up(session: Session, cast: Cast) -> None:
    consent(session, cast)
    part = Payment(2000, 500, date(2026, 6, 10))
    told = partial(service.register, session, member_id=cast.zhang_min.member_id, month=MAY)
    assert told(payment=part, account_id=cast.wang_fang.account_id, now=NOW).state == DuesState.open
    assert cast.zhang_min.member_id not in {record.member_id for record in close(session, cast)}
    assert pay(session, cast, MAY, date(2026, 8, 2), noon(8, 2)).state == DuesState.paid


def test_what_was_deducted_before_the_consent_was_entered_is_reversed(session: Session, cast: Cast) -> None:
    close(session, cast)
    assert deducted(session, cast.zhang_min.member_id) == -1
    consent(session, cast)
    assert deducted(session, cast.zhang_min.member_id) == 0
    record = queries.records_of_month(session, member_ids=[cast.zhang_min.member_id], month=MAY)
    (record_of_may,) = record.values()
    assert record_of_may.state == DuesState.open
    kinds = [event.kind for event in queries.events_of(session, [record_of_may.id])[record_of_may.id]]
    assert kinds == ["closed", "consented"]
    assert list(verify_ledger(session)) == []


def test_a_waived_month_stays_waived(session: Session, cast: Cast) -> None:
    record = service.waive(
        session, member_id=cast.zhang_min.member_id, month=MAY, reason="住院", actor=cast.li_wei.actor, now=NOW
    )
    given = consent(session, cast)
    end(session, cast, given, MAY)
    assert record.state == DuesState.waived


def test_an_end_leaves_earlier_months_their_day(session: Session, cast: Cast) -> None:
    given = consent(session, cast)
    end(session, cast, given, "2026-07")
    days = [terms.due_on(session, member_id=cast.zhang_min.member_id, month=f"2026-0{each}") for each in range(4, 9)]
    assert [f"{day:%m-%d}" for day in days] == ["04-30", "08-31", "08-31", "07-31", "08-31"]
    assert pay(session, cast, MAY, date(2026, 8, 3), noon(8, 3)).state == DuesState.paid
    assert pay(session, cast, "2026-07", date(2026, 8, 3), noon(8, 3)).state == DuesState.late
    refused("consent_ended", lambda: end(session, cast, given, "2026-08"))


def test_one_that_is_taken_back_has_never_held(session: Session, cast: Cast) -> None:
    close(session, cast)
    given = consent(session, cast)
    end(session, cast, given, MAY)
    assert deducted(session, cast.zhang_min.member_id) == -1
    assert [day for day, _points in entries(session, cast)] == [date(2026, 5, 31)] * 2
    consent(session, cast)  # and leaves room for another
    assert deducted(session, cast.zhang_min.member_id) == 0
    assert list(verify_ledger(session)) == []


@pytest.mark.parametrize(
    ("term", "agreed_on", "words"),
    [
        (ConsentTerm(ConsentKind.deferred, MAY, MAY), AGREED, "结束月份应晚于开始月份"),
        (ConsentTerm(ConsentKind.deferred, MAY, "2026-04"), AGREED, "结束月份应晚于开始月份"),
        (ConsentTerm(ConsentKind.deferred, MAY, "2026-11"), AGREED, "一次最多同意六个月"),
        (ConsentTerm(ConsentKind.quarterly, MAY, "2026-08"), AGREED, "按季交纳应到一个季度"),
        (DEFERRED, date(2026, 6, 1), "已过，请从同意的当月起算"),
        (DEFERRED, date(2026, 6, 19), "不能晚于今天"),
    ],
)
def test_a_consent_that_the_rules_do_not_know_is_refused(
    session: Session, cast: Cast, term: ConsentTerm, agreed_on: date, words: str
) -> None:
    assert words in refused("invalid_consent", lambda: consent(session, cast, term, agreed_on=agreed_on)).message


@pytest.mark.parametrize("term", [ConsentTerm(ConsentKind.deferred, MAY, "2026-10"), QUARTER])
def test_six_months_and_whole_quarters_are_allowed(session: Session, cast: Cast, term: ConsentTerm) -> None:
    assert consent(session, cast, term).until_month == term.until_month


def test_a_month_has_one_consent_at_most(session: Session, cast: Cast) -> None:
    given = consent(session, cast)
    refused("consent_overlaps", lambda: consent(session, cast, QUARTER))
    end(session, cast, given, "2026-07")
    autumn = ConsentTerm(ConsentKind.quarterly, "2026-07", "2026-09")
    assert consent(session, cast, autumn).from_month == "2026-07"


def test_nobody_agrees_for_themselves_and_only_the_past_is_closed(session: Session, cast: Cast) -> None:
    refused("own_dues", lambda: consent(session, cast, person=cast.li_wei))
    given = consent(session, cast, ConsentTerm(ConsentKind.deferred, "2026-04", "2026-08"))
    refused("invalid_consent", lambda: end(session, cast, given, MAY))
    refused("invalid_consent", lambda: end(session, cast, given, "2026-09"))
    lines = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "dues_consent")).all()
    assert [(line.action, line.detail["member_id"]) for line in lines] == [("dues_consent", cast.zhang_min.member_id)]


# What waits, and who is reminded


def test_lists_and_to_dos_leave_out_who_may_pay_later_until_it_is_due(session: Session, cast: Cast) -> None:
    consent(session, cast)
    assert outstanding(session, branch_ids=[cast.branch], month=MAY)[cast.branch] == 3
    close(session, cast)
    assert [todo for todo in todos_of(session, cast.wang_fang.actor, now=NOW) if todo.kind == "dues"] == []
    august = noon(8, 26)
    for month in ("2026-06", "2026-07"):
        close(session, cast, month, now=august)
    assert months_agreed(session, branch_ids=[cast.branch], due_months=["2026-07", "2026-08"]) == [MAY, "2026-06"]
    (todo,) = [todo for todo in todos_of(session, cast.wang_fang.actor, now=august) if todo.kind == "dues"]
    assert (todo.first_day, todo.count) == (date(2026, 5, 31), 1)


def titles(session: Session, cast: Cast) -> list[str]:
    rows = select(Push).where(Push.member_id == cast.zhang_min.member_id, Push.occasion == Occasion.dues_reminder)
    return [push.content["title"] for push in session.scalars(rows.order_by(Push.id))]


def test_who_may_pay_later_is_reminded_once_of_all_that_is_due(session: Session, cast: Cast) -> None:
    consent(session, cast)
    for month in (5, 6, 7, 8):
        reminders.remind(session, period=noon(month, 25), now=noon(month, 25), after_id=0, limit=1000)
    assert titles(session, cast) == ["2026年5月至2026年8月党费"]


def test_of_an_ended_one_the_months_that_kept_their_day_are_reminded_of(session: Session, cast: Cast) -> None:
    end(session, cast, consent(session, cast), "2026-07")
    pay(session, cast, "2026-08", date(2026, 8, 3), noon(8, 3))
    pay(session, cast, MAY, date(2026, 8, 3), noon(8, 3))
    reminders.remind(session, period=noon(8, 25), now=noon(8, 25), after_id=0, limit=1000)
    assert titles(session, cast) == ["2026年6月至2026年8月党费"]


# At once


def test_a_close_and_a_consent_at_once_never_leave_a_deduction(engine: Engine, cast: Cast) -> None:
    acts: list[Callable[[Session], object]] = [
        lambda session: close(session, cast),
        lambda session: consent(session, cast),
    ]
    at_once(*(partial(transaction, engine, act, attempts=10) for act in acts))
    with Session(engine) as session:
        assert deducted(session, cast.zhang_min.member_id) == 0
        assert list(verify_ledger(session)) == []


def test_of_two_consents_at_once_one_is_refused(engine: Engine, cast: Cast) -> None:
    assert race(engine, *[lambda session: consent(session, cast)] * 2) == ["consent_overlaps", "done"]
