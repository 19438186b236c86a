"""支部对比 over HTTP: figures of branches beside each other, what waits with them, who may look."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from server.meetings.models import Leave
from server.meetings.rules import LeaveStatus
from server.organizations.models import Member, OrganizationKind, Stage
from server.organizations.service import create_organization
from server.points import service as points
from server.pushes.rules import PushStatus
from server.standards.rules import LeaveKind
from server.statements.comparison import queries
from server.statements.rules import StatementStatus
from tests.bulletins import make_statement, of
from tests.cast import NOW, TODAY, YEAR_START, Cast, Person
from tests.claiming import approved, submitted
from tests.conftest import Call
from tests.meeting import make_meeting
from tests.pushed import add_push
from tests.settling import came, confirmed, excused, roster_of

NOTHING = {"claims": 0, "leaves": 0, "rosters": 0, "statements": 0, "unreached": 0}


def seen_by(call: Call, person: Person, organization_id: int) -> Any:
    answer = call(person, "GET", f"/organizations/{organization_id}/overview")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def figures_of(overview: Any, organization_id: int) -> Any:
    return next(unit["figures"] for unit in overview["units"] if unit["organization_id"] == organization_id)


@pytest.mark.at_the_edges_of_the_day
def test_branches_stand_beside_each_other_with_the_newest_months_average(
    call: Call, session: Session, cast: Cast
) -> None:
    make_statement(session, cast, cast.branch, of((cast.zhang_min, "20")), period="2026-04")
    make_statement(session, cast, cast.branch, of((cast.zhang_min, "80"), (cast.li_wei, "71"), (cast.sun_li, None)))
    make_statement(session, cast, cast.other_branch, of((cast.zhao_qiang, "90")))
    overview = seen_by(call, cast.chen_jing, cast.general_branch)
    assert (overview["period"], overview["since"]) == ("2026-06", (TODAY - timedelta(days=90)).isoformat())
    assert [unit["title"] for unit in overview["units"]] == ["学生第一党支部", "教工第一党支部"]
    assert figures_of(overview, cast.branch) == {
        "members": 4,
        "average": "75.50",  # who is under a negative-list decision is left out
        "attendance": None,
        "review_days": None,
        "pending": NOTHING,
    }
    assert overview["total"]["average"] == "80.33"
    assert overview["total"]["members"] == 7


def test_a_branch_without_the_newest_month_has_no_average(call: Call, session: Session, cast: Cast) -> None:
    make_statement(session, cast, cast.branch, of((cast.zhang_min, "20")), period="2026-05")
    make_statement(session, cast, cast.other_branch, of((cast.zhao_qiang, "90")))
    overview = seen_by(call, cast.chen_jing, cast.general_branch)
    assert figures_of(overview, cast.branch)["average"] is None
    assert figures_of(overview, cast.other_branch)["average"] == "90.00"


def test_only_party_members_of_today_are_counted(call: Call, session: Session, cast: Cast) -> None:
    make_member_prospect(session, cast.zhou_yu)
    assert figures_of(seen_by(call, cast.chen_jing, cast.general_branch), cast.other_branch)["members"] == 2


def make_member_prospect(session: Session, person: Person) -> None:
    session.get_one(Member, person.member_id).stage = Stage.activist
    session.commit()


def test_attendance_is_of_those_due_at_meetings_that_closed(call: Call, session: Session, cast: Cast) -> None:
    held = make_meeting(session, cast, starts_at=NOW - timedelta(days=10))
    came(session, held, cast.zhang_min, cast.wang_fang)
    excused(session, held, cast.li_wei)
    make_meeting(session, cast, starts_at=NOW - timedelta(days=91))
    make_meeting(session, cast, starts_at=NOW + timedelta(days=1))
    overview = seen_by(call, cast.chen_jing, cast.general_branch)
    assert figures_of(overview, cast.branch)["attendance"] == "66.7"
    assert figures_of(overview, cast.other_branch)["attendance"] is None


def test_who_came_although_on_leave_came(call: Call, session: Session, cast: Cast) -> None:
    held = make_meeting(session, cast, starts_at=NOW - timedelta(days=10), invited={cast.branch: [cast.zhang_min]})
    excused(session, held, cast.zhang_min)
    came(session, held, cast.zhang_min)
    assert seen_by(call, cast.chen_jing, cast.general_branch)["total"]["attendance"] == "100.0"


def test_reviews_are_measured_from_handing_in_to_the_decision(call: Call, session: Session, cast: Cast) -> None:
    points.open_year(session, member_ids=[cast.zhang_min.member_id, cast.zhao_qiang.member_id], year=2026, now=NOW)
    for days, occurred_on in ((1, date(2026, 6, 1)), (2, date(2026, 6, 2))):
        claim = submitted(session, cast.zhang_min, now=NOW - timedelta(days=days), occurred_on=occurred_on)
        approved(session, claim, cast.li_wei, now=NOW)
    old = submitted(session, cast.zhao_qiang, now=NOW - timedelta(days=120), occurred_on=date(2026, 2, 1))
    approved(session, old, cast.chen_jing, now=NOW - timedelta(days=91))
    session.commit()
    overview = seen_by(call, cast.chen_jing, cast.general_branch)
    assert figures_of(overview, cast.branch)["review_days"] == "1.5"
    assert figures_of(overview, cast.other_branch)["review_days"] is None


def test_what_waits_is_counted_where_it_waits(call: Call, session: Session, cast: Cast) -> None:
    submitted(session, cast.zhang_min)
    make_meeting(session, cast, starts_at=NOW - timedelta(days=1))
    coming = make_meeting(session, cast)
    ask_leave(session, coming.id, roster_of(session, coming).id, cast.zhang_min)
    waiting = make_statement(session, cast, cast.branch, of((cast.zhang_min, "80")))
    waiting.status = StatementStatus.frozen
    add_push(session, cast, cast.zhang_min, status=PushStatus.unreachable)
    add_push(session, cast, cast.zhao_qiang, status=PushStatus.unknown)
    add_push(session, cast, cast.zhao_qiang, subject="told", status=PushStatus.unreachable, told_at=NOW)
    session.commit()
    overview = seen_by(call, cast.chen_jing, cast.general_branch)
    every = {"claims": 1, "leaves": 1, "rosters": 1, "statements": 1, "unreached": 1}
    assert figures_of(overview, cast.branch)["pending"] == every
    assert figures_of(overview, cast.other_branch)["pending"] == NOTHING | {"unreached": 1}
    assert overview["total"]["pending"] == every | {"unreached": 2}


def ask_leave(session: Session, meeting_id: int, roster_id: int, person: Person) -> None:
    leave = Leave(
        meeting_id=meeting_id,
        member_id=person.member_id,
        roster_id=roster_id,
        kind=LeaveKind.personal,
        reason="出差",
        status=LeaveStatus.asked,
        asked_by=person.account_id,
        asked_at=NOW,
    )
    session.add(leave)


def test_a_confirmed_roster_waits_no_more(call: Call, session: Session, cast: Cast) -> None:
    points.open_year(session, member_ids=[cast.zhang_min.member_id], year=2026, now=NOW)
    held = make_meeting(session, cast, starts_at=NOW - timedelta(days=1), invited={cast.branch: [cast.zhang_min]})
    came(session, held, cast.zhang_min)
    confirmed(session, cast, roster_of(session, held), now=NOW)
    assert seen_by(call, cast.chen_jing, cast.general_branch)["total"]["pending"] == NOTHING


def test_from_the_top_a_general_branch_is_one_unit_with_all_its_branches(
    call: Call, session: Session, cast: Cast
) -> None:
    submitted(session, cast.zhang_min)
    submitted(session, cast.zhao_qiang)
    session.commit()
    overview = seen_by(call, cast.organization_department, cast.root)
    kinds = {unit["organization_id"]: unit["kind"] for unit in overview["units"]}
    assert kinds == {
        cast.general_branch: "general_branch",
        cast.other_general_branch: "general_branch",
        cast.direct_branch: "branch",
    }
    assert figures_of(overview, cast.general_branch)["pending"]["claims"] == 2
    assert figures_of(overview, cast.general_branch)["members"] == 7
    branch = seen_by(call, cast.organization_department, cast.branch)
    assert (branch["units"], branch["total"]["pending"]["claims"]) == ([], 1)


def test_a_general_branch_does_not_see_another_and_a_secretary_none(call: Call, cast: Cast) -> None:
    assert call(cast.chen_jing, "GET", f"/organizations/{cast.other_general_branch}/overview").status_code == 404
    assert call(cast.li_wei, "GET", f"/organizations/{cast.branch}/overview").status_code == 403
    assert call(cast.inspector, "GET", f"/organizations/{cast.root}/overview").status_code == 200


@pytest.mark.sqlite_only
def test_many_branches_ask_no_more_than_few(session: Session, engine: Engine, cast: Cast) -> None:
    few = asked(session, engine, cast)
    for number in range(30):
        title = f"学生第{number + 2}党支部"
        branch = create_organization(
            session, parent_id=cast.general_branch, kind=OrganizationKind.branch, title=title, account_id=None, now=NOW
        )
        make_statement(session, cast, branch.id, of((cast.zhou_yu, "60")))
    assert asked(session, engine, cast) == few < 14


def asked(session: Session, engine: Engine, cast: Cast) -> int:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    session.expire_all()
    event.listen(engine, "before_cursor_execute", note)
    found = queries.overview(session, organization_id=cast.general_branch, now=NOW)
    event.remove(engine, "before_cursor_execute", note)
    assert found.comparison.total.average in (None, Decimal("60.00"))
    assert YEAR_START < found.since < TODAY
    return len(sent)
