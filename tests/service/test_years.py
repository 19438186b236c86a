"""A branch's year: its steps and their history, and what a posting may still do once the results stand."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.db import transaction
from server.organizations import transfers
from server.organizations.models import Organization
from server.points import service as points
from server.points.decisions import negatives
from server.points.ledger.due import openings_due
from server.points.models import NegativeDecision, PointEntry, SourceKind
from server.points.scores.queries import explain, stored
from server.points.scores.rules import NegativeStatus
from server.points.service import Posting
from server.statements.freezing.service import freeze, freeze_closing
from server.statements.models import Statement, StatementLine, StatementSection
from server.statements.rules import month_before
from server.years import queries, service
from server.years.models import BranchYear, BranchYearStep
from server.years.rules import Warrant, WarrantKind, YearState
from tests.at_once import race
from tests.cast import NOW, Cast, Person
from tests.counting import counted
from tests.days import at, until
from tests.refusing import refused
from tests.settling import check_books
from tests.standards import altered, publish
from tests.years import DRAFTING, OLD, drafted, moved_to

DECEMBER = date(2026, 12, 30)
WARRANTS = [Warrant(kind, 7) for kind in WarrantKind]
A_MOMENT = 0.3
"""Seconds after which who has not answered is taken to wait."""


def fact(person: Person, source_id: int = 1, on: date = DECEMBER) -> Posting:
    return Posting(person.member_id, "C04", on, SourceKind.claim, source_id, points=Decimal(1))


def post(session: Session, *facts: Posting, now: datetime = DRAFTING, warrant: Warrant | None = None) -> PointEntry:
    return points.post(session, facts, now=now, warrant=warrant)[0]


def total(session: Session, person: Person) -> Decimal:
    return stored(session, member_id=person.member_id, year=OLD)[0].points


def ratio(session: Session, person: Person) -> Decimal:
    """What the line of which nothing was owed all year gives in the explained score."""
    return explain(session, member_id=person.member_id, year=OLD, as_of=DRAFTING).score.line("B07").points


def history(session: Session) -> list[tuple[str, str, str | None, int | None]]:
    steps = session.scalars(select(BranchYearStep).order_by(BranchYearStep.id))
    return [(step.before, step.after, step.reason, step.account_id) for step in steps]


@pytest.fixture
def opened(session: Session, cast: Cast) -> None:
    everybody = [person.member_id for person in cast.people.values() if person.member_id]
    points.open_year(session, member_ids=everybody, year=OLD, now=NOW)
    session.commit()


def test_every_step_stands_in_the_history(session: Session, cast: Cast) -> None:
    branch_year = moved_to(session, cast.branch, YearState.closing)
    by = cast.li_wei.account_id
    service.move(session, branch_year, YearState.drafted, account_id=by, now=DRAFTING)
    for _again in range(2):
        service.move(session, branch_year, YearState.closing, account_id=by, reason="漏记一次党课", now=DRAFTING)
    assert history(session) == [
        ("open", "closing", None, None),
        ("closing", "drafted", None, by),
        ("drafted", "closing", "漏记一次党课", by),
    ]
    refused("wrong_status", partial(service.move, session, branch_year, YearState.filed, account_id=by, now=DRAFTING))


def test_the_running_year_takes_no_step(session: Session, cast: Cast) -> None:
    branch_year = service.begun(session, organization_id=cast.branch, year=OLD, now=NOW)
    new_year_eve = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    refused(
        "year_not_over",
        lambda: service.move(session, branch_year, YearState.closing, account_id=None, now=new_year_eve),
    )
    new_year = at(date(2027, 1, 1), "00:30")
    assert service.move(session, branch_year, YearState.closing, account_id=None, now=new_year) is branch_year
    assert branch_year.state is YearState.closing


def test_two_who_take_a_step_take_it_once(engine: Engine, session: Session, cast: Cast) -> None:
    def close(session: Session) -> None:
        branch_year = service.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
        service.move(session, branch_year, YearState.closing, account_id=None, now=DRAFTING)

    assert race(engine, close, close) == ["done", "done"]
    assert session.scalar(select(func.count()).select_from(BranchYear)) == 1
    assert history(session) == [("open", "closing", None, None)]


def test_a_branch_may_have_a_cut_off_of_its_own(session: Session, cast: Cast) -> None:
    session.get_one(Organization, cast.root).settings = {"claim_cut_off": "01-08"}
    branch_year = service.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    until, by = date(2027, 1, 20), cast.chen_jing.account_id
    for _again in range(2):
        service.move_cut_off(session, branch_year, until, account_id=by, reason="支部集中外出", now=DRAFTING)
    assert [queries.standing_of(session, each, OLD).cut_off for each in (cast.branch, cast.other_branch)] == [
        until,
        date(2027, 1, 8),
    ]
    assert history(session) == [("open", "open", "支部集中外出", by)]
    move_back = partial(service.move_cut_off, session, branch_year, date(2027, 1, 14), account_id=by, reason="改回")
    refused("wrong_status", lambda: move_back(now=DRAFTING))
    drafted(session, cast.branch)
    refused("year_drafted", lambda: move_back(now=DRAFTING))


@pytest.mark.usefixtures("opened")
@until(date(2027, 1, 20))
def test_a_cut_off_may_be_moved_to_a_day_until_it_is_over(
    session: Session, cast: Cast, now: datetime, in_time: bool
) -> None:
    branch_year = service.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)

    def move() -> object:
        by = {"account_id": cast.chen_jing.account_id, "reason": "支部集中外出", "now": now}
        return service.move_cut_off(session, branch_year, date(2027, 1, 20), **by)  # type: ignore[arg-type]

    if in_time:
        move()
    else:
        refused("wrong_status", move)


def test_once_the_results_stand_nothing_is_posted_or_taken_back(session: Session, cast: Cast) -> None:
    entry = post(session, fact(cast.zhang_min))
    publish(session, cast.root, altered(), 2027)
    drafted(session, cast.branch)
    refusal = refused("year_drafted", lambda: post(session, fact(cast.zhang_min, 2)))
    assert "2026年度" in refusal.message
    session.rollback()
    take_back = partial(points.reverse, session, member_id=entry.member_id, seq=entry.seq, reason="有误")
    refused("year_drafted", lambda: take_back(decided_by=None, now=DRAFTING))
    session.rollback()
    assert post(session, fact(cast.zhang_min)).seq == entry.seq  # a replay lands nowhere
    assert post(session, fact(cast.zhang_min, 3, date(2027, 1, 4))).year == 2027
    assert post(session, fact(cast.zhao_qiang, 4)).year == OLD  # the other branch has not come so far


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("warrant", WARRANTS)
def test_a_warrant_lets_an_entry_in_and_out(session: Session, cast: Cast, warrant: Warrant) -> None:
    drafted(session, cast.branch)
    before = total(session, cast.zhang_min)
    entry = post(session, fact(cast.zhang_min), warrant=warrant)
    assert total(session, cast.zhang_min) == before + 1
    take_back = partial(points.reverse, session, member_id=entry.member_id, seq=entry.seq, reason="有误")
    take_back(decided_by=None, now=DRAFTING, warrant=warrant)
    assert total(session, cast.zhang_min) == before
    check_books(session)


@pytest.mark.usefixtures("opened")
def test_scores_are_those_of_a_closed_year_while_the_results_stand(session: Session, cast: Cast) -> None:
    before = total(session, cast.zhang_min)
    assert ratio(session, cast.zhang_min) == 0
    branch_year = drafted(session, cast.branch)
    assert (ratio(session, cast.zhang_min), total(session, cast.zhang_min)) == (Decimal(4), before + 4)
    assert ratio(session, cast.zhao_qiang) == 0
    check_books(session)
    service.move(session, branch_year, YearState.closing, account_id=None, reason="漏记", now=DRAFTING)
    assert (ratio(session, cast.zhang_min), total(session, cast.zhang_min)) == (Decimal(0), before)
    check_books(session)


@pytest.mark.usefixtures("opened")
def test_the_closing_statement_says_what_the_scores_say(session: Session, cast: Cast) -> None:
    drafted(session, cast.branch)
    freeze_closing(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    of_branch = select(StatementLine).join(Statement, Statement.id == StatementLine.statement_id)
    lines = session.scalars(of_branch.where(Statement.organization_id == cast.branch)).all()
    assert len(lines) == 4
    for line in lines:
        found = select(StatementSection).where(
            StatementSection.statement_id == line.statement_id, StatementSection.member_id == line.member_id
        )
        frozen = {section.section: section.points for section in session.scalars(found)} | {"": line.total}
        assert {row.section: row.points for row in stored(session, member_id=line.member_id, year=OLD)} == frozen


@pytest.mark.usefixtures("opened")
def test_a_month_frozen_late_is_not_that_of_a_closed_year(session: Session, engine: Engine, cast: Cast) -> None:
    """Its figures are not copied from the scores, which are."""
    before = total(session, cast.zhang_min)
    drafted(session, cast.branch)
    term = month_before(datetime(2027, 1, 2, 18, tzinfo=UTC))
    freeze(engine, term, now=DRAFTING)
    of_december = select(StatementLine.total).join(Statement).where(StatementLine.member_id == cast.zhang_min.member_id)
    assert session.scalars(of_december).one() == before


@pytest.mark.usefixtures("opened")
def test_the_branch_of_the_years_end_decides(session: Session, cast: Cast) -> None:
    """Who moved in June has the result in the new branch: what the old one does to its own is nothing to them."""
    transfers.transfer(
        session,
        member_id=cast.zhang_min.member_id,
        to_organization_id=cast.other_branch,
        on=NOW.date(),
        account_id=None,
        now=NOW,
    )
    drafted(session, cast.branch)
    in_may = post(session, fact(cast.zhang_min, on=date(2026, 5, 4)))
    assert in_may.organization_id == cast.branch
    drafted(session, cast.other_branch)
    refused("year_drafted", lambda: post(session, fact(cast.zhang_min, 2, date(2026, 5, 5))))


def test_nothing_is_opened_once_the_results_stand(session: Session, cast: Cast) -> None:
    """Neither for who has no ledger yet, nor by a standard that comes late."""
    points.open_year(session, member_ids=[cast.zhang_min.member_id], year=OLD, now=NOW)
    drafted(session, cast.branch)
    due = set(session.scalars(openings_due(year=OLD, today=DRAFTING.date())))
    assert not due & {person.member_id for person in (cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li)}
    assert cast.zhao_qiang.member_id in due
    everybody = [cast.zhang_min.member_id, cast.wang_fang.member_id]
    publish(session, cast.root, altered(B01={"cap": Decimal(10)}, B02={"cap": Decimal(8)}), OLD)
    points.open_year(session, member_ids=everybody, year=OLD, now=DRAFTING)
    posted = select(PointEntry.member_id, func.count(func.distinct(PointEntry.standard_id)))
    of_branch = posted.where(PointEntry.organization_id == cast.branch).group_by(PointEntry.member_id)
    assert session.execute(of_branch).all() == [(cast.zhang_min.member_id, 1)]


@pytest.mark.usefixtures("opened")
def test_a_negative_decision_takes_effect_in_a_year_whose_results_stand(session: Session, cast: Cast) -> None:
    drafted(session, cast.branch)
    session.add(
        NegativeDecision(
            **{"root_id": cast.root, "organization_id": cast.branch, "member_id": cast.zhang_min.member_id},
            **{"year": OLD, "category_code": "N1", "category_title": "受到党纪处分", "clause": "三"},
            **{"document_number": "党纪〔2027〕1号", "decided_on": date(2027, 1, 12), "reason": "违纪"},
            **{"status": NegativeStatus.recorded, "entered_by": cast.chen_jing.account_id, "entered_at": DRAFTING},
        )
    )
    session.flush()
    by = cast.organization_department
    negatives.confirm(
        session,
        actor=by.actor,
        account_id=by.account_id,
        decision_id=session.scalars(select(NegativeDecision.id)).one(),
        document_number="党纪〔2027〕1号",
        decided_on=date(2027, 1, 12),
        now=DRAFTING,
    )
    assert total(session, cast.zhang_min) == 0
    check_books(session)


@pytest.mark.usefixtures("opened")
def test_a_running_year_costs_no_look_and_a_past_one_costs_one(session: Session, engine: Engine, cast: Cast) -> None:
    people = [cast.zhang_min, cast.wang_fang, cast.zhao_qiang]

    def looks(on: date, now: datetime) -> int:
        session.commit()
        with counted(engine) as sent:
            post(session, *(fact(person, on.toordinal(), on) for person in people), now=now)
        return sum("branch_years" in statement for statement in sent)

    assert looks(date(2026, 6, 1), NOW) == 0
    assert looks(DECEMBER, DRAFTING) == 1


def waits(engine: Engine, holder: Session, work: Callable[[Session], object]) -> object:
    """Return what work comes to that begins while the holder's transaction is open and ends after its commit."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(transaction, engine, work)
        with pytest.raises(StillWaiting):
            answer.result(A_MOMENT)
        holder.commit()
        return answer.exception() or answer.result()


@pytest.mark.parametrize("has_a_ledger", [True, False])
def test_a_posting_waits_for_the_draft_and_is_refused(
    session: Session, engine: Engine, cast: Cast, has_a_ledger: bool
) -> None:
    """Although there was no row of the year when it began, and whether or not both meet at a ledger."""
    if has_a_ledger:
        points.open_year(session, member_ids=[cast.zhang_min.member_id], year=OLD, now=NOW)
        session.commit()
    branch_year = service.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    for step in (YearState.closing, YearState.drafted):
        service.move(session, branch_year, step, account_id=None, now=DRAFTING)
    outcome = waits(engine, session, lambda other: post(other, fact(cast.zhang_min)))
    assert str(outcome).startswith("year_drafted")
    check_books(session)


@pytest.mark.parametrize("is_begun", [True, False])
def test_the_draft_waits_for_a_posting_and_counts_it(
    session: Session, engine: Engine, cast: Cast, is_begun: bool
) -> None:
    """Whether or not there is a row of the year and a ledger at which both could meet."""
    if is_begun:
        points.open_year(session, member_ids=[cast.zhang_min.member_id], year=OLD, now=NOW)
        moved_to(session, cast.branch, YearState.closing)
    post(session, fact(cast.zhang_min))
    before = total(session, cast.zhang_min)

    def draft(other: Session) -> None:
        branch_year = service.begun(other, organization_id=cast.branch, year=OLD, now=DRAFTING)
        for step in (YearState.closing, YearState.drafted)[is_begun:]:
            service.move(other, branch_year, step, account_id=None, now=DRAFTING)

    assert waits(engine, session, draft) is None
    session.expire_all()
    assert total(session, cast.zhang_min) == before + 4
    check_books(session)


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("source_id", range(10, 14))
def test_posting_and_drafting_at_once_cross_nowhere(
    session: Session, engine: Engine, cast: Cast, source_id: int
) -> None:
    moved_to(session, cast.branch, YearState.closing)

    def draft(other: Session) -> None:
        branch_year = service.begun(other, organization_id=cast.branch, year=OLD, now=DRAFTING)
        points.lock(other, [cast.zhang_min.member_id])
        service.move(other, branch_year, YearState.drafted, account_id=None, now=DRAFTING)

    outcome = race(engine, draft, lambda other: post(other, fact(cast.zhang_min, source_id)))
    entries = session.scalars(select(PointEntry).where(PointEntry.source_id == source_id)).all()
    assert outcome == (["done", "done"] if entries else ["done", "year_drafted"])
    check_books(session)


@pytest.mark.usefixtures("opened")
def test_a_transfer_waits_for_the_draft_and_is_refused(session: Session, engine: Engine, cast: Cast) -> None:
    branch_year = service.begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
    for step in (YearState.closing, YearState.drafted):
        service.move(session, branch_year, step, account_id=None, now=DRAFTING)
    move = partial(
        transfers.transfer,
        member_id=cast.zhang_min.member_id,
        to_organization_id=cast.other_branch,
        on=DECEMBER,
        account_id=None,
        now=DRAFTING,
    )
    assert str(waits(engine, session, move)).startswith("year_drafted")
    check_books(session)
