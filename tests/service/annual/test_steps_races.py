"""Two at once on a branch's year: two officers, an undo against a publicity, a posting, a holiday entered meanwhile."""

from datetime import date
from decimal import Decimal
from functools import partial

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.results.queries import current_edition, result_of
from server.annual.steps import service, showing, undoing
from server.annual.steps.models import AnnualReport
from server.annual.steps.rules import Track
from server.deadlines.models import DeadlineSubject
from server.deadlines.queries import deadlines_of
from server.organizations import workdays
from server.points import service as points
from server.points.models import SourceKind
from server.points.service import Posting
from server.publicity.models import Publicity
from server.publicity.rules import PublicityScope
from server.years.models import BranchYear, BranchYearStep
from server.years.rules import YearState
from tests.annual import REPORTING, assembly, closed, drafted, ready, reported, settings, state, told
from tests.at_once import race
from tests.cast import Cast, Person
from tests.settling import check_books
from tests.years import DRAFTING, OLD

S = YearState


def draft_by(person: Person, cast: Cast, session: Session) -> None:
    service.draft(session, organization_id=cast.branch, year=OLD, account_id=person.account_id, now=DRAFTING)


def undo_by(person: Person, cast: Cast, to: YearState, session: Session) -> None:
    undoing.undo(
        session,
        organization_id=cast.branch,
        year=OLD,
        track=Track.points,
        to=to,
        reason="有误",
        account_id=person.account_id,
        now=REPORTING,
    )


def proposed(session: Session, cast: Cast) -> Publicity:
    row = showing.propose(
        session,
        organization_id=cast.branch,
        year=OLD,
        scope=PublicityScope.branch,
        place="明德楼公示栏",
        text="",
        first_day=date(2027, 1, 20),
        working_days=5,
        account_id=cast.wang_fang.account_id,
        now=REPORTING,
    )
    session.commit()
    return row


def approve_by(person: Person, cast: Cast, last_day: date, session: Session) -> None:
    showing.approve(
        session,
        organization_id=cast.branch,
        year=OLD,
        last_day=last_day,
        account_id=person.account_id,
        now=REPORTING,
    )


def test_of_two_who_draft_one_does(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)
    both = (partial(draft_by, person, cast) for person in (cast.li_wei, cast.sun_li))
    assert race(engine, *both) == ["done", "wrong_status"]
    assert session.scalar(select(func.count()).select_from(AnnualEdition)) == 1


def test_of_two_who_report_one_does(engine: Engine, session: Session, cast: Cast) -> None:
    drafted(session, engine, cast)
    meeting_id = assembly(session, cast).id
    session.rollback()

    def report_by(person: Person, session: Session) -> None:
        service.report(
            session,
            organization_id=cast.branch,
            year=OLD,
            meeting_id=meeting_id,
            told=[told(cast.zhang_min)],
            account_id=person.account_id,
            now=REPORTING,
        )

    assert race(engine, *(partial(report_by, person) for person in (cast.li_wei, cast.sun_li))) == [
        "done",
        "wrong_status",
    ]
    assert session.scalar(select(func.count()).select_from(AnnualReport)) == 1


def test_an_undo_and_a_publicity_approved_at_once_leave_one_of_both(
    engine: Engine, session: Session, cast: Cast
) -> None:
    settings(session, cast.branch, points_publicized=True)
    reported(session, engine, cast)
    row = proposed(session, cast)
    last_day, shown_id = row.last_day, row.id
    session.rollback()
    outcomes = race(
        engine,
        partial(approve_by, cast.li_wei, cast, last_day),
        partial(undo_by, cast.chen_jing, cast, S.drafted),
    )
    assert "done" in outcomes
    assert state(session, cast.branch) is S.drafted  # whoever came first: the undo takes the publicity with it
    assert session.scalar(select(Publicity.status).where(Publicity.id == shown_id)) == "withdrawn"


def test_a_posting_at_the_moment_of_the_draft_is_in_the_results_or_refused(
    engine: Engine, session: Session, cast: Cast
) -> None:
    ready(session, cast)
    closed(session, engine)
    fact = Posting(cast.zhang_min.member_id, "C04", date(OLD, 12, 30), SourceKind.claim, 901, points=Decimal(1))

    def post(session: Session) -> None:
        points.post(session, [fact], now=DRAFTING)

    outcomes = race(engine, post, partial(draft_by, cast.li_wei, cast))
    assert outcomes in (["done", "done"], ["done", "year_drafted"])
    found = result_of(session, cast.zhang_min.member_id, OLD)
    assert found is not None
    counted = dict(found.sections)["contribution"]
    assert counted == (Decimal(1) if outcomes == ["done", "done"] else Decimal(0))
    check_books(session)


def test_a_posting_between_draft_and_publicity_is_refused(engine: Engine, session: Session, cast: Cast) -> None:
    settings(session, cast.branch, points_publicized=True)
    reported(session, engine, cast)
    row = proposed(session, cast)
    last_day = row.last_day
    session.rollback()
    fact = Posting(cast.zhang_min.member_id, "C04", date(OLD, 12, 30), SourceKind.claim, 901, points=Decimal(1))
    outcomes = race(
        engine,
        lambda session: points.post(session, [fact], now=REPORTING),
        partial(approve_by, cast.li_wei, cast, last_day),
    )
    assert outcomes == ["done", "year_drafted"]
    assert state(session, cast.branch) is S.publicized


def test_a_holiday_entered_meanwhile_moves_what_is_due_and_is_told(
    engine: Engine, session: Session, cast: Cast
) -> None:
    reported(session, engine, cast)
    session.rollback()

    def holiday(session: Session) -> None:
        workdays.override(
            session,
            root_id=cast.root,
            day=date(2027, 1, 21),
            works=False,
            note="停电检修",
            account_id=cast.organization_department.account_id,
            now=REPORTING,
        )

    assert race(engine, holiday, partial(undo_by, cast.chen_jing, cast, S.drafted)) == ["done", "done"]
    branch_year = session.scalars(select(BranchYear).where(BranchYear.organization_id == cast.branch)).one()
    found = deadlines_of(session, DeadlineSubject.branch_year, [branch_year.id])[branch_year.id]
    due = {each.row.kind: each.row.due_on for each in found if each.row.open}
    assert due == {"reported": date(2027, 2, 3)}  # ten working days after the 19th without the 21st


def test_of_two_undos_one_takes_the_step_back(engine: Engine, session: Session, cast: Cast) -> None:
    reported(session, engine, cast)
    session.rollback()
    both = (partial(undo_by, person, cast, S.closing) for person in (cast.li_wei, cast.chen_jing))
    assert race(engine, *both) == ["done", "wrong_status"]
    assert current_edition(session, cast.branch, OLD) is None
    steps = session.scalars(select(BranchYearStep.after).order_by(BranchYearStep.id)).all()
    assert steps.count(S.drafted) == 1
