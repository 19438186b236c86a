"""Twenty rows ask the database no more than one: every list and every batch reads what it needs once."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server import app
from server.claims import present, reviewers
from server.claims.models import Claim
from server.dues import service as dues
from server.dues.models import DuesRecord
from server.events import emit
from server.meetings.rules import MeetingKind
from server.organizations.models import Category, Member, Membership, Organization, Stage
from server.points import service as points
from server.points.verification import verify_scores
from server.pushes.models import Fanout
from server.pushes.rules import Occasion
from server.statements.events import StatementConfirmed
from server.statements.occasions import at_risk
from tests.cast import NOW, YEAR_START, Cast, Person
from tests.claiming import submitted
from tests.counting import counted
from tests.meeting import make_meeting
from tests.pushing import make_statement
from tests.settling import confirmed, roster_of, settled

assert app.SUBSCRIPTIONS
FEW, MANY = 1, 20


def colleagues(session: Session, cast: Cast, branch_id: int, count: int) -> list[int]:
    """Add members to a branch, their year opened; return their ids."""
    members = [
        Member(
            **{"root_id": cast.root, "name": f"同志{number}", "work_number": f"Z{branch_id}-{number}"},
            **{"category": Category.staff, "stage": Stage.full, "created_at": NOW, "updated_at": NOW},
        )
        for number in range(count)
    ]
    session.add_all(members)
    session.flush()
    ids = [member.id for member in members]
    session.add_all(Membership(member_id=each, organization_id=branch_id, from_date=YEAR_START) for each in ids)
    points.open_year(session, member_ids=ids, year=2026, now=NOW)
    session.commit()
    return ids


def sent(session: Session, engine: Engine, act: Callable[[], object]) -> int:
    """Return how many statements it takes a session that knows nothing yet; SQLite is sent every row by itself."""
    session.commit()
    session.expunge_all()
    session.connection()
    with counted(engine) as statements:
        act()
    assert statements
    return len([statement for statement in statements if not statement.startswith("INSERT")])


def queue(session: Session, place: int, reviewer: Person) -> Sequence[Claim]:
    organization = session.get_one(Organization, place)
    return reviewers.queue(session, organization=organization, actor=reviewer.actor, now=NOW, limit=100)


def test_a_queue_of_what_falls_to_the_organization_above(session: Session, engine: Engine, cast: Cast) -> None:
    asked = []
    for count in (FEW, MANY):
        while len(queue(session, cast.general_branch, cast.chen_jing)) < count:
            submitted(session, cast.zhao_qiang)
        asked.append(sent(session, engine, lambda: queue(session, cast.general_branch, cast.chen_jing)))
    assert asked[0] == asked[1]


def test_a_queue_is_read_page_by_page_and_nothing_is_left_out(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another decides lies in between."""
    mine = []
    for number in range(4):
        submitted(session, cast.zhou_yu, now=NOW + timedelta(minutes=number))
        mine.append(submitted(session, cast.zhao_qiang, now=NOW + timedelta(minutes=number)).id)
    monkeypatch.setattr(reviewers, "AT_ONCE", 2)
    assert [claim.id for claim in queue(session, cast.general_branch, cast.chen_jing)] == mine


@pytest.mark.parametrize("shown", [present.lines, present.under_verification])
def test_lists_of_claims(
    session: Session, engine: Engine, cast: Cast, shown: Callable[[Session, Sequence[Claim]], object]
) -> None:
    ids = [submitted(session, cast.zhang_min).id for _ in range(MANY)]

    def show(some: Sequence[int]) -> object:
        return shown(session, session.scalars(select(Claim).where(Claim.id.in_(some))).all())

    assert sent(session, engine, lambda: show(ids[:FEW])) == sent(session, engine, lambda: show(ids))


def test_the_close_of_a_month_of_dues(session: Session, engine: Engine, cast: Cast) -> None:
    def close(month: str) -> None:
        place, by = cast.foreign_branch, cast.chen_jing.account_id
        assert dues.close_month(session, organization_id=place, month=month, due_cents=2000, account_id=by, now=NOW)

    points.open_year(session, member_ids=[cast.wu_gang.member_id], year=2026, now=NOW)
    few = sent(session, engine, lambda: close("2026-04"))
    colleagues(session, cast, cast.foreign_branch, MANY)
    assert sent(session, engine, lambda: close("2026-05")) == few
    assert session.scalar(select(func.count()).where(DuesRecord.month == "2026-05")) == MANY + 1
    assert list(verify_scores(session)) == []


def test_what_members_can_still_save(session: Session, engine: Engine, cast: Cast) -> None:
    people = [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]
    points.open_year(session, member_ids=[each.member_id for each in people], year=2026, now=NOW)
    starts_at = NOW - timedelta(days=10)
    meeting = make_meeting(session, cast, kind=MeetingKind.members_meeting, items=[("B01", "1")], starts_at=starts_at)
    settled(session, meeting, now=starts_at + timedelta(days=2))
    confirmed(session, cast, roster_of(session, meeting), now=starts_at + timedelta(days=2))

    def draft(statement_id: int, told: int) -> None:
        of_statement = (Fanout.occasion == Occasion.at_risk, Fanout.subject_id == statement_id)
        part = at_risk.draft(session, session.scalars(select(Fanout).where(*of_statement)).one(), 100, NOW)
        assert len(part.drafts) == told

    line: tuple[str, str | None, int | None] = ("63.00", None, 1)
    few = make_statement(session, cast, {"zhang_min": line}, period="2026-04")
    lines = dict.fromkeys(("zhang_min", "wang_fang", "li_wei", "sun_li"), line)
    many = make_statement(session, cast, lines, period="2026-05")
    for statement in (few, many):
        emit(session, StatementConfirmed(statement.id, NOW))
    few_id, many_id = few.id, many.id
    asked = sent(session, engine, lambda: draft(few_id, 1))
    assert sent(session, engine, lambda: draft(many_id, 4)) <= asked  # the second finds the standard read already
