"""A branch that began today: what its people do and read counts from half past midnight to the last minute of the day.

Who asks UTC what day it is finds nobody here before eight in the morning.
"""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.identity.models import Grant
from server.organizations.models import Membership, Organization
from server.pushes.rules import Occasion
from tests.api.answers import body, refusal
from tests.cast import Cast, Person
from tests.conftest import Call
from tests.exempting import exempt
from tests.meeting import make_meeting
from tests.pictures import jpeg
from tests.pushing import all_pushes

pytestmark = pytest.mark.at_the_edges_of_the_day

TODAY, TOMORROW, YESTERDAY = "2026-06-18", "2026-06-19", "2026-06-17"
CLAIM = {"title": "社区志愿服务", "item_code": "C04", "quantity": "1", "occurred_on": TODAY, "submit": True}
DECIDED = {"reason": "书面决定", "document_number": "支字〔2026〕3号"}


@pytest.fixture(autouse=True)
def _began_today(session: Session, cast: Cast) -> None:
    """Memberships and roles begin today; 孙丽's role ended with yesterday."""
    session.execute(update(Membership).values(from_date=cast.today))
    session.execute(update(Grant).values(from_date=cast.today))
    over = Grant.account_id == cast.sun_li.account_id
    session.execute(update(Grant).where(over).values(from_date=cast.today - timedelta(days=9), until_date=cast.today))
    session.commit()


def of(person: Person, rest: str = "") -> str:
    return f"/members/{person.member_id}{rest}"


def at(organization_id: int, rest: str) -> str:
    return f"/organizations/{organization_id}{rest}"


def items(answer: Any) -> list[Any]:
    return list(body(answer)["items"])


def test_a_role_counts_on_its_first_day_and_not_on_its_last(call: Call, cast: Cast) -> None:
    members = at(cast.branch, "/members")
    assert len(items(call(cast.li_wei, "GET", members))) == 4
    assert call(cast.sun_li, "GET", members).status_code == 404
    assert {grant["name"] for grant in items(call(cast.li_wei, "GET", at(cast.branch, "/grants")))} >= {"李伟", "王芳"}
    assert "孙丽" not in {grant["name"] for grant in items(call(cast.li_wei, "GET", at(cast.branch, "/grants")))}


def test_a_role_is_given_and_ended_today(call: Call, session: Session, cast: Cast) -> None:
    given = {"role": "committee_member", "member_id": cast.zhang_min.member_id, "from_date": TODAY}
    grant = body(call(cast.chen_jing, "POST", at(cast.branch, "/grants"), json=given))
    assert call(cast.zhang_min, "GET", at(cast.branch, "/members")).status_code == 200
    ended = body(call(cast.chen_jing, "POST", f"/grants/{grant['id']}/end", json={"until_date": YESTERDAY}))
    assert ended["until_date"] == TODAY
    assert call(cast.zhang_min, "GET", at(cast.branch, "/members")).status_code == 404


def test_a_department_that_begins_today_lets_the_other_go(call: Call, cast: Cast) -> None:
    path = at(cast.root, "/grants")
    successor = {"role": "organization_department", "member_id": cast.he_hua.member_id, "from_date": TODAY}
    body(call(cast.organization_department, "POST", path, json=successor))
    grants = items(call(cast.organization_department, "GET", path))
    first = next(grant for grant in grants if grant["name"] == "周明")
    ended = call(cast.he_hua, "POST", f"/grants/{first['id']}/end", json={"until_date": TODAY})
    assert body(ended)["until_date"] == TODAY


def test_a_representative_who_went_today_is_a_new_one_when_invited_again(
    call: Call, session: Session, cast: Cast
) -> None:
    path, who = at(cast.branch, "/representatives"), {"name": "冯群众", "work_number": "Q1"}
    invited = body(call(cast.li_wei, "POST", path, json=who))
    since = select(Grant.from_date).where(Grant.account_id == invited["account_id"])
    assert session.scalars(since).one() == cast.today
    session.rollback()
    assert body(call(cast.li_wei, "POST", f"{path}/{invited['account_id']}/departure")) == {"unbound": 0}
    assert call(cast.li_wei, "POST", f"{path}/{invited['account_id']}/departure").status_code == 404
    assert body(call(cast.li_wei, "POST", path, json=who))["account_id"] != invited["account_id"]


def test_a_representative_who_goes_today_is_unbound(call: Call, session: Session, cast: Cast) -> None:
    account = cast.representative.account_id
    since = update(Grant).where(Grant.account_id == account)
    session.execute(since.values(from_date=cast.today - timedelta(days=9)))
    session.commit()
    departure = at(cast.branch, f"/representatives/{account}/departure")
    assert body(call(cast.li_wei, "POST", departure)) == {"unbound": 1}


def test_whose_role_is_over_today_gets_a_code_from_whom_that_role_stood_above(call: Call, cast: Cast) -> None:
    assert call(cast.li_wei, "POST", of(cast.sun_li, "/activation-codes")).json["error"]["code"] == "account_taken"
    assert refusal(call(cast.li_wei, "POST", of(cast.chen_jing, "/activation-codes")))[0] == 404
    needs_two = {
        who.name: body(call(cast.li_wei, "GET", of(who, "/key-resets")))["needs_two"]
        for who in (cast.sun_li, cast.wang_fang)
    }
    assert needs_two == {"孙丽": False, "王芳": True}


def test_a_transfer_may_be_of_today_and_not_of_tomorrow(call: Call, session: Session, cast: Cast) -> None:
    session.execute(update(Membership).values(from_date=cast.today - timedelta(days=9)))
    session.execute(update(Grant).values(from_date=cast.today - timedelta(days=9)))
    session.commit()
    move = {"to_organization_id": cast.other_branch, "on": TOMORROW}
    assert refusal(call(cast.chen_jing, "POST", of(cast.li_wei, "/transfers"), json=move)) == (422, "invalid_dates")
    moved = body(call(cast.chen_jing, "POST", of(cast.li_wei, "/transfers"), json=move | {"on": TODAY}))
    assert moved["organization_title"] == "学生第一党支部"
    roles = select(Grant.until_date).where(Grant.account_id == cast.li_wei.account_id)
    assert session.scalars(roles).all() == [cast.today]


def test_a_departure_may_be_of_today_and_not_of_tomorrow(call: Call, session: Session, cast: Cast) -> None:
    session.execute(update(Membership).values(from_date=cast.today - timedelta(days=9)))
    session.commit()
    path = of(cast.zhang_min, "/departure")
    gone = {"on": TOMORROW, "note": "调离学校"}
    assert refusal(call(cast.chen_jing, "POST", path, json=gone)) == (422, "invalid_dates")
    assert call(cast.chen_jing, "POST", path, json=gone | {"on": TODAY}).status_code in (200, 201)
    assert "张敏" not in {member["name"] for member in items(call(cast.li_wei, "GET", at(cast.branch, "/members")))}


def test_who_is_entered_by_hand_joins_today(call: Call, cast: Cast) -> None:
    new = {"name": "赵新", "work_number": "n1", "category": "staff", "stage": "full", "from_date": TOMORROW}
    path = at(cast.branch, "/members")
    assert refusal(call(cast.li_wei, "POST", path, json=new)) == (422, "invalid_dates")
    made = body(call(cast.li_wei, "POST", path, json=new | {"from_date": TODAY}))
    assert made["memberships"][0]["from_date"] == TODAY
    later = {"joined_on": TOMORROW}
    assert refusal(call(cast.li_wei, "PATCH", f"/members/{made['id']}", json=later)) == (422, "invalid_dates")
    assert body(call(cast.li_wei, "PATCH", f"/members/{made['id']}", json={"joined_on": TODAY}))["joined_on"] == TODAY


def test_the_steps_of_an_exemption_may_be_of_today_and_not_of_tomorrow(call: Call, cast: Cast) -> None:
    path, study = of(cast.zhang_min, "/exemptions"), {"reason": "长期患病", "on": TOMORROW, "note": "支委会研究同意"}
    assert refusal(call(cast.li_wei, "POST", path, json=study)) == (422, "in_the_future")
    exemption = f"/exemptions/{body(call(cast.li_wei, 'POST', path, json=study | {'on': TODAY}))['id']}"
    passing = {"on": TOMORROW, "note": "应到 12 同意 11"}
    assert refusal(call(cast.li_wei, "POST", f"{exemption}/passing", json=passing)) == (422, "in_the_future")
    body(call(cast.li_wei, "POST", f"{exemption}/passing", json=passing | {"on": TODAY}))
    filed = body(call(cast.li_wei, "POST", f"{exemption}/filing", json={"from_date": TODAY}))
    body(call(cast.chen_jing, "POST", f"/filings/{filed['filing_id']}/receipt", json={}))
    assert body(call(cast.li_wei, "GET", of(cast.zhang_min)))["exempt"] is True
    ended = {"on": TOMORROW, "note": "康复"}
    assert refusal(call(cast.li_wei, "POST", f"{exemption}/end", json=ended)) == (422, "in_the_future")
    body(call(cast.li_wei, "POST", f"{exemption}/end", json=ended | {"on": TODAY}))
    assert body(call(cast.li_wei, "GET", of(cast.zhang_min)))["exempt"] is False


def test_an_exemption_that_begins_today_is_left_out_of_the_scores(call: Call, session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.zhang_min.member_id, cast.today)
    session.commit()
    named = {row["name"] for row in items(call(cast.li_wei, "GET", at(cast.branch, "/scores")))}
    assert named == {"李伟", "王芳", "孙丽"}


def test_a_claim_of_today_is_handed_in_reviewed_and_told(call: Call, session: Session, cast: Cast) -> None:
    over = Grant.account_id == cast.sun_li.account_id
    session.execute(update(Grant).where(over).values(until_date=cast.today - timedelta(days=5)))
    above = Grant.account_id == cast.chen_jing.account_id
    session.execute(update(Grant).where(above).values(from_date=cast.today - timedelta(days=9)))
    session.commit()
    path = of(cast.zhang_min, "/claims")
    draft = body(call(cast.zhang_min, "POST", path, json={"title": "草稿"}))
    assert draft["organization_id"] == cast.branch
    tomorrow = call(cast.zhang_min, "POST", path, json=CLAIM | {"occurred_on": TOMORROW})
    assert tomorrow.status_code in (409, 422)
    claim = body(call(cast.zhang_min, "POST", path, json=CLAIM))
    queued = items(call(cast.li_wei, "GET", at(cast.branch, "/review-queue")))
    assert [each["id"] for each in queued] == [claim["id"]]
    assert items(call(cast.chen_jing, "GET", at(cast.general_branch, "/review-queue"))) == []
    body(call(cast.li_wei, "POST", f"/claims/{claim['id']}/open"))
    approved = call(cast.li_wei, "POST", f"/claims/{claim['id']}/approve", json={"version": claim["version"]})
    assert approved.status_code == 200, approved.json
    told = {push.member_id for push in all_pushes(session) if push.occasion == Occasion.claim_reviewed}
    assert told == {cast.zhang_min.member_id}


def test_a_claim_goes_above_on_the_day_after_the_branchs_last_reviewer(
    call: Call, session: Session, cast: Cast
) -> None:
    session.execute(update(Membership).values(from_date=cast.today - timedelta(days=9)))
    over = Grant.organization_id == cast.branch
    session.execute(update(Grant).values(from_date=cast.today - timedelta(days=9)))
    session.execute(update(Grant).where(over).values(until_date=cast.today))
    session.commit()
    claim = body(call(cast.zhang_min, "POST", of(cast.zhang_min, "/claims"), json=CLAIM))
    queued = items(call(cast.chen_jing, "GET", at(cast.general_branch, "/review-queue")))
    assert [each["id"] for each in queued] == [claim["id"]]


def test_what_is_answered_today_is_told_to_who_belongs_today(call: Call, session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, starts_at=cast.now + timedelta(days=1))
    asking = {"kind": "sick", "reason": "住院"}
    leave = body(call(cast.zhang_min, "POST", of(cast.zhang_min, f"/meetings/{meeting.id}/leave"), json=asking))
    body(call(cast.li_wei, "POST", f"/leaves/{leave['id']}/grant", json={}))
    paper = {"document_number": "纪字〔2026〕3号", "decided_on": TODAY}
    decision = {"year": 2026, "category_code": "N02", "reason": "生效决定", **paper}
    made = body(call(cast.chen_jing, "POST", of(cast.zhang_min, "/negative-decisions"), json=decision))
    body(call(cast.organization_department, "POST", f"/negative-decisions/{made['id']}/confirmation", json=paper))
    told = {push.occasion for push in all_pushes(session) if push.member_id == cast.zhang_min.member_id}
    assert {Occasion.leave_answered, Occasion.negative_decision} <= told


def test_what_can_be_claimed_is_asked_of_todays_branch(call: Call, cast: Cast) -> None:
    assert items(call(cast.zhang_min, "GET", of(cast.zhang_min, "/claimable-items?year=2026")))


def test_a_photo_is_kept_with_todays_branch(call: Call, cast: Cast) -> None:
    form = {"photo": (BytesIO(jpeg()), "照片.jpg", "image/jpeg")}
    assert call(cast.zhang_min, "POST", of(cast.zhang_min, "/photos"), data=form).status_code == 201


def test_a_notice_of_today_reaches_who_belongs_today(call: Call, cast: Cast) -> None:
    words = {"title": "七一党员大会的通知", "body": "下午三点，明德楼 305。"}
    notice = body(call(cast.li_wei, "POST", at(cast.branch, "/notices"), json=words))["id"]
    body(call(cast.li_wei, "POST", f"/notices/{notice}/publish"))
    assert len(items(call(cast.zhang_min, "GET", of(cast.zhang_min, "/notices")))) == 1
    assert call(cast.zhang_min, "GET", f"/notices/{notice}").status_code == 200
    assert len(items(call(cast.li_wei, "GET", f"/notices/{notice}/readers"))) == 4
    assert body(call(cast.li_wei, "GET", f"/notices/{notice}/reading"))["people"] == 4


def test_decisions_may_be_of_today_and_not_of_tomorrow(call: Call, cast: Cast) -> None:
    decision = {"item_code": "B08", "occurred_on": TOMORROW, **DECIDED}
    path = of(cast.zhang_min, "/decisions")
    assert refusal(call(cast.li_wei, "POST", path, json=decision)) == (422, "in_the_future")
    assert call(cast.li_wei, "POST", path, json=decision | {"occurred_on": TODAY}).status_code == 201
    negative = {"year": 2026, "category_code": "N02", "decided_on": TOMORROW, **DECIDED}
    path = of(cast.zhang_min, "/negative-decisions")
    assert refusal(call(cast.chen_jing, "POST", path, json=negative)) == (422, "in_the_future")
    assert call(cast.chen_jing, "POST", path, json=negative | {"decided_on": TODAY}).status_code == 201


def test_dues_paid_today_are_registered_and_tomorrows_are_not(call: Call, cast: Cast) -> None:
    paid = {"due_cents": 2000, "paid_cents": 2000, "paid_on": TOMORROW}
    path = of(cast.zhang_min, "/dues/2026-06")
    assert refusal(call(cast.wang_fang, "PUT", path, json=paid)) == (422, "invalid_payment")
    assert body(call(cast.wang_fang, "PUT", path, json=paid | {"paid_on": TODAY}))["state"] == "paid"


def test_a_consent_may_be_agreed_today_and_not_tomorrow(call: Call, cast: Cast) -> None:
    agreed = {"kind": "deferred", "from_month": "2026-06", "until_month": "2026-09", "reason": "赴外地访学"}
    path = of(cast.zhang_min, "/dues-consents")
    assert call(cast.li_wei, "POST", path, json=agreed | {"agreed_on": TOMORROW}).status_code == 422
    assert call(cast.li_wei, "POST", path, json=agreed | {"agreed_on": TODAY}).status_code == 201


def test_branches_are_compared_by_who_belongs_today(call: Call, cast: Cast) -> None:
    assert body(call(cast.chen_jing, "GET", at(cast.branch, "/overview")))["total"]["members"] == 4


def test_to_dos_wait_with_who_holds_the_office_today(call: Call, session: Session, cast: Cast) -> None:
    body(call(cast.zhang_min, "POST", of(cast.zhang_min, "/claims"), json=CLAIM))
    meeting = make_meeting(session, cast, starts_at=cast.now - timedelta(minutes=10))
    path = of(cast.zhang_min, f"/meetings/{meeting.id}/leave")
    body(call(cast.zhang_min, "POST", path, json={"kind": "sick", "reason": "住院"}))
    kinds = {todo["kind"]: todo for todo in items(call(cast.li_wei, "GET", "/me/todos"))}
    assert (kinds["claims"]["first_day"], kinds["leaves"]["first_day"]) == (TODAY, TODAY)
    assert "claims" not in {todo["kind"] for todo in items(call(cast.chen_jing, "GET", "/me/todos"))}


def test_who_is_above_reads_why_todays_officers_are_on_leave_and_nobody_elses(
    call: Call, session: Session, cast: Cast
) -> None:
    meeting = make_meeting(session, cast, starts_at=cast.now + timedelta(days=1))
    for who in (cast.zhang_min, cast.li_wei, cast.sun_li):
        body(call(who, "POST", of(who, f"/meetings/{meeting.id}/leave"), json={"kind": "sick", "reason": "住院"}))
    found = items(call(cast.chen_jing, "GET", at(cast.branch, "/leaves")))
    expected = {"张敏": None, "李伟": "住院", "孙丽": None}
    assert {leave["name"]: leave["reason"] for leave in found} == expected
    roster = items(call(cast.chen_jing, "GET", f"/rosters/{found[0]['roster_id']}"))
    assert {line["name"]: line["leave"]["reason"] for line in roster if line["leave"]} == expected


def test_a_board_link_may_end_today_and_not_yesterday(call: Call, cast: Cast) -> None:
    path, link = at(cast.branch, "/board-links"), {"place": "三楼走廊", "until_date": YESTERDAY}
    assert refusal(call(cast.li_wei, "POST", path, json=link)) == (422, "invalid_dates")
    year = (date(2026, 6, 18) + timedelta(days=366)).isoformat()
    for last in (TODAY, year):
        made = call(cast.li_wei, "POST", path, json=link | {"until_date": last})
        assert made.status_code == 201
        opened = call(None, "POST", "/board-sessions", json={"key": made.json["url"].partition("#")[2]})
        assert opened.status_code == 201
    assert len(items(call(cast.li_wei, "GET", path))) == 2


def test_an_organization_begins_and_is_closed_today(call: Call, session: Session, cast: Cast) -> None:
    path = at(cast.general_branch, "/children")
    made = body(call(cast.chen_jing, "POST", path, json={"kind": "branch", "title": "研究生第一党支部"}))
    began_on = select(Organization.began_on).where(Organization.id == made["id"])
    assert session.scalars(began_on).one() == cast.today
    session.rollback()
    assert body(call(cast.chen_jing, "POST", at(made["id"], "/closure")))["closed_on"] == TODAY


def test_months_to_come_are_asked_of_todays_branch(call: Call, session: Session, cast: Cast) -> None:
    session.execute(update(Organization).where(Organization.id == cast.branch).values(began_on=cast.today))
    session.commit()
    assert body(call(cast.zhang_min, "GET", of(cast.zhang_min, "/statements?year=2026")))["coming"]


def test_the_hosts_own_read_of_a_meeting_they_are_not_invited_to(call: Call, session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast, invited={cast.branch: [cast.li_wei]})
    assert call(cast.zhang_min, "GET", of(cast.zhang_min, f"/meetings/{meeting.id}")).status_code == 200


def test_a_meeting_is_planned_on_the_day_it_has_in_shanghai(call: Call, cast: Cast) -> None:
    plan = {"kind": "theme_day", "topic": "走进财税史馆", "place": "明德楼 305"}
    plan |= {"starts_at": "2026-07-01T00:30:00+08:00", "ends_at": "2026-07-01T01:30:00+08:00"}
    path = at(cast.branch, "/meetings")
    early = call(cast.li_wei, "POST", path, json=plan | {"title": "党日", "makeup_until": "2026-06-30"})
    assert refusal(early) == (422, "invalid_makeup")
    repeated = {"repeat": {"every": "month", "by": "day", "until": "2026-06-30"}, "title": "党日"}
    assert refusal(call(cast.li_wei, "POST", path, json=plan | repeated)) == (422, "invalid_repeat")
    assert body(call(cast.li_wei, "POST", path, json=plan))["title"].startswith("7 月")
