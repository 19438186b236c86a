"""Months over HTTP: officers see them at once, members when they stand and as far as the branch shows them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.organizations.schemas import BoardVisibility
from server.points import service as points
from server.statements import confirming
from server.statements.freezing.service import freeze
from server.statements.models import Statement, StatementLine
from server.statements.rules import month_before
from tests.api.answers import refusal
from tests.at_once import race
from tests.boards import cast_statement, show
from tests.cast import NOW, Cast, Person
from tests.conftest import Call

CUTOFF = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)


@pytest.fixture
def statement_id(session: Session, engine: Engine, cast: Cast) -> int:
    """May of 张敏's branch, frozen in time."""
    members = [person.member_id for person in cast.people.values() if person.member_id]
    points.open_year(session, member_ids=members, year=2026, now=CUTOFF - timedelta(days=60))
    session.commit()
    freeze(engine, month_before(CUTOFF), now=CUTOFF)
    found = session.scalars(select(Statement.id).where(Statement.organization_id == cast.branch)).one()
    session.rollback()
    return found


def test_members_see_a_month_only_once_it_is_confirmed(call: Call, cast: Cast, statement_id: int) -> None:
    listed, one = f"/organizations/{cast.branch}/statements", f"/statements/{statement_id}"
    assert len(call(cast.li_wei, "GET", listed).json["items"]) == 1
    assert call(cast.zhang_min, "GET", listed).json["items"] == []
    assert call(cast.zhang_min, "GET", one).status_code == 404
    confirmed = call(cast.li_wei, "POST", f"{one}/confirmation")
    assert (confirmed.status_code, confirmed.json["status"]) == (200, "confirmed")
    assert confirmed.json["confirmed_by"] == "李伟"
    assert len(call(cast.zhang_min, "GET", listed).json["items"]) == 1
    assert call(cast.zhang_min, "GET", one).status_code == 200


@pytest.mark.parametrize(
    ("visibility", "seen_as"),
    [(BoardVisibility.own, (1, True)), (BoardVisibility.scores, (4, False)), (BoardVisibility.full, (4, True))],
)
def test_members_see_what_their_branch_decided(
    call: Call,
    session: Session,
    cast: Cast,
    *,
    statement_id: int,
    visibility: BoardVisibility,
    seen_as: tuple[int, bool],
) -> None:
    lines, places = seen_as
    show(session, cast, visibility)
    call(cast.li_wei, "POST", f"/statements/{statement_id}/confirmation")
    seen = call(cast.zhang_min, "GET", f"/statements/{statement_id}").json
    assert len(seen["lines"]) == lines
    assert all((line["position"] is not None) is places for line in seen["lines"])
    assert sum(band["count"] for band in seen["distribution"]) == 4
    assert len(call(cast.li_wei, "GET", f"/statements/{statement_id}").json["lines"]) == 4


@pytest.mark.parametrize("visibility", [BoardVisibility.scores, BoardVisibility.full])
def test_whose_year_is_told_apart_stands_in_no_list_of_members(
    call: Call, session: Session, cast: Cast, visibility: BoardVisibility
) -> None:
    statement = cast_statement(session, cast)
    show(session, cast, visibility)
    path = f"/statements/{statement.id}"

    def named(who: Person) -> set[str]:
        return {line["name"] for line in call(who, "GET", path).json["lines"]}

    assert named(cast.zhang_min) == {"张敏", "王芳", "李伟"}
    assert named(cast.li_wei) == {"张敏", "王芳", "李伟", "孙丽"}
    assert "另行通报" not in call(cast.zhang_min, "GET", path).get_data(as_text=True)


def test_whose_year_is_told_apart_reads_their_own_sections_and_nobody_else_does(
    call: Call, session: Session, cast: Cast, statement_id: int
) -> None:
    """On the statement and among their months as on the board: no total for anyone, sections for themselves."""
    apart = StatementLine.member_id == cast.zhang_min.member_id
    session.execute(update(StatementLine).where(apart).values(negative=True))
    session.commit()
    call(cast.li_wei, "POST", f"/statements/{statement_id}/confirmation")

    def lines(reader: Person) -> list[tuple[str | None, bool]]:
        listed = call(reader, "GET", f"/statements/{statement_id}").json["lines"]
        months = call(reader, "GET", f"/members/{cast.zhang_min.member_id}/statements?year=2026").json["items"]
        own = [line for line in listed if line["member_id"] == cast.zhang_min.member_id]
        return [(line["total"], bool(line["sections"])) for line in (*own, *(month["line"] for month in months))]

    assert lines(cast.zhang_min) == [(None, True)] * 2
    assert lines(cast.li_wei) == [(None, False)] * 2


def test_a_month_is_confirmed_once(call: Call, cast: Cast, statement_id: int) -> None:
    path = f"/statements/{statement_id}/confirmation"
    assert call(cast.zhang_min, "POST", path).status_code in (403, 404)
    assert call(cast.sun_li, "POST", path).status_code == 200
    again = call(cast.li_wei, "POST", path)
    assert refusal(again) == (409, "already_confirmed")


def test_of_two_who_confirm_at_once_one_wins(engine: Engine, cast: Cast, statement_id: int) -> None:
    def confirming_by(person: Person) -> Callable[[Session], object]:
        return partial(confirming.confirm, statement_id=statement_id, account_id=person.account_id, now=NOW)

    assert race(engine, *map(confirming_by, (cast.li_wei, cast.sun_li))) == ["already_confirmed", "done"]


def test_a_month_stands_by_itself_once_its_three_working_days_are_over(
    session: Session, engine: Engine, statement_id: int
) -> None:
    friday, saturday = datetime(2026, 6, 5, 23, 59), datetime(2026, 6, 8, 0, 30)
    east = timedelta(hours=8)
    assert session.get_one(Statement, statement_id).confirm_by == datetime(2026, 6, 8).date()
    session.rollback()
    assert confirming.confirm_overdue(engine, now=(friday - east).replace(tzinfo=UTC)) == 0
    assert confirming.confirm_overdue(engine, now=(saturday - east).replace(tzinfo=UTC)) == 0
    assert confirming.confirm_overdue(engine, now=datetime(2026, 6, 9, 0, 30, tzinfo=UTC)) == 4
    assert confirming.confirm_overdue(engine, now=datetime(2026, 6, 9, 0, 30, tzinfo=UTC)) == 0
    session.expire_all()
    statement = session.get_one(Statement, statement_id)
    assert (statement.status, statement.confirmed_by) == ("confirmed", None)


def test_verification_names_the_first_difference(call: Call, session: Session, cast: Cast, statement_id: int) -> None:
    path = f"/statements/{statement_id}/verification"
    assert call(cast.li_wei, "GET", path).json["matches"] is True
    session.execute(update(StatementLine).where(StatementLine.member_id == cast.zhang_min.member_id).values(total=99))
    session.commit()
    found = call(cast.li_wei, "GET", path).json
    assert (found["matches"], found["first"]["what"]) == (False, "校验值")


def test_a_member_reads_his_months_and_looking_at_anothers_is_noted(
    call: Call, session: Session, cast: Cast, statement_id: int
) -> None:
    path = f"/members/{cast.zhang_min.member_id}/statements?year=2026"
    assert call(cast.zhang_min, "GET", path).json["items"] == []
    call(cast.li_wei, "POST", f"/statements/{statement_id}/confirmation")
    (month,) = call(cast.zhang_min, "GET", path).json["items"]
    assert (month["period"], month["line"]["change"]) == ("2026-05", None)
    looks = select(func.count()).where(AuditLine.action == "look", AuditLine.subject_kind == "member_statements")
    assert session.scalar(looks) == 0
    session.rollback()
    call(cast.li_wei, "GET", path)
    assert session.scalar(looks) == 1


def test_the_organization_department_says_which_days_count_otherwise(call: Call, cast: Cast) -> None:
    year, day = f"/organizations/{cast.root}/workdays/2027", f"/organizations/{cast.root}/workdays/2027-10-01"
    empty = call(cast.organization_department, "GET", year).json
    assert (empty["known"], empty["items"]) == (False, [])
    assert "2027" in empty["notice"]
    said = {"works": False, "note": "国庆节"}
    assert call(cast.chen_jing, "PUT", day, json=said).status_code in (403, 404)
    assert call(cast.organization_department, "PUT", day, json=said).json["works"] is False
    assert call(cast.organization_department, "DELETE", day).status_code == 204
    assert call(cast.organization_department, "DELETE", day).status_code == 404


def test_the_organization_department_enters_a_year_and_takes_that_back(call: Call, cast: Cast) -> None:
    office, year = cast.organization_department, f"/organizations/{cast.root}/workday-years/2027"
    body = {"off": ["2027-02-05", "2027-02-09"], "worked": ["2027-02-13"], "note": "国办发明电"}
    assert call(cast.administrator, "PUT", year, json=body).status_code in (403, 404)
    for _ in range(2):
        found = call(office, "PUT", year, json=body).json
        assert (found["known"], found["notice"], len(found["items"])) == (True, None, 3)
    assert refusal(call(office, "PUT", year, json={**body, "off": ["2026-02-05"]})) == (422, "wrong_year")
    assert call(office, "PUT", year, json={**body, "off": []}).status_code == 422
    assert [call(office, "DELETE", year).status_code for _ in range(2)] == [204, 404]
    assert call(office, "GET", f"/organizations/{cast.root}/workdays/2027").json["known"] is False
