"""待办 over HTTP: one's own, in words."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.models import Grant
from tests.cast import NOW, Cast
from tests.claiming import submitted
from tests.conftest import Call
from tests.meeting import make_meeting


def test_a_secretary_reads_what_waits_with_her_review_first(call: Call, session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    meeting = make_meeting(session, cast, starts_at=NOW - timedelta(days=1))
    session.commit()
    branch = {"id": cast.branch, "title": "教工第一党支部"}
    response = call(cast.li_wei, "GET", "/me/todos")
    assert response.status_code == 200
    lines = [(each["title"], each["count"], each["first_id"], each["first_day"]) for each in response.json["items"]]
    assert lines == [
        ("待审核", 1, claim.id, "2026-06-18"),
        ("签到名单待确认", 1, meeting.id, "2026-06-17"),
        ("党费待登记", 4, None, "2026-05-31"),
    ]
    assert all(each["organization"] == branch for each in response.json["items"])


def test_a_member_and_a_stranger_have_none(call: Call, session: Session, cast: Cast) -> None:
    submitted(session, cast.zhang_min)
    session.commit()
    for person in (cast.zhang_min, cast.stranger):
        assert call(person, "GET", "/me/todos").json == {"items": []}


def test_an_office_that_ended_leaves_nothing_to_do(call: Call, session: Session, cast: Cast) -> None:
    submitted(session, cast.zhang_min)
    for grant in session.scalars(select(Grant).where(Grant.account_id == cast.li_wei.account_id)):
        grant.until_date = date(2026, 6, 18)
    session.commit()
    assert call(cast.li_wei, "GET", "/me/todos").json == {"items": []}
