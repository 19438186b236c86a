"""Resetting an officer's keys over HTTP: proposed, confirmed by another, stopped by its owner; replays, wrong roles."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.organizations.models import ActivationCode, Member
from tests.api.answers import refusal
from tests.cast import Cast, Person
from tests.conftest import Call

REASON = {"reason": "手机丢失"}


def url(person: Person) -> str:
    return f"/members/{person.member_id}/key-resets"


def numbered(session: Session, person: Person) -> None:
    session.get_one(Member, person.member_id).work_number = "W1"
    session.commit()


def proposed(call: Call, owner: Person, by: Person, **body: Any) -> Any:
    return call(by, "POST", url(owner), json=REASON | body)


def test_two_officers_reset_a_third_ones_account_and_the_code_is_shown_once(
    call: Call, cast: Cast, session: Session
) -> None:
    numbered(session, cast.wang_fang)
    made = proposed(call, cast.wang_fang, cast.li_wei)
    assert (made.status_code, made.json["status"], made.json["may_confirm"], made.json["may_stop"]) == (
        201,
        "waiting",
        False,
        True,
    )
    confirmation = f"/key-resets/{made.json['id']}/confirmation"
    assert refusal(call(cast.li_wei, "POST", confirmation)) == (403, "same_person")
    assert call(cast.zhao_qiang, "POST", confirmation).status_code == 404
    assert call(cast.zhang_min, "POST", confirmation).status_code == 403
    headers = {"Idempotency-Key": "once"}
    done = call(cast.sun_li, "POST", confirmation, headers=headers)
    assert (done.json["status"], done.json["proposed_by"], done.json["confirmed_by"]) == ("confirmed", "李伟", "孙丽")
    assert len(done.json["code"]) == 11
    again = call(cast.sun_li, "POST", confirmation, headers=headers)
    assert refusal(again) == (409, "moved_on")
    assert "code" not in again.json
    assert call(cast.wang_fang, "GET", "/me").status_code == 401
    listed = call(cast.li_wei, "GET", url(cast.wang_fang)).json
    assert [item["status"] for item in listed["items"]] == ["confirmed"]
    assert "code" not in listed["items"][0]


def test_a_repeated_proposal_is_one(call: Call, cast: Cast) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [call(cast.li_wei, "POST", url(cast.wang_fang), json=REASON, headers=headers) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert refusal(proposed(call, cast.wang_fang, cast.li_wei)) == (409, "reset_waiting")


def test_the_owner_sees_it_and_stops_it(call: Call, cast: Cast) -> None:
    made = proposed(call, cast.wang_fang, cast.li_wei)
    (item,) = call(cast.wang_fang, "GET", url(cast.wang_fang)).json["items"]
    assert (item["may_stop"], item["may_confirm"], item["reason"]) == (True, False, "手机丢失")
    stop = f"/key-resets/{made.json['id']}/stop"
    assert call(cast.zhang_min, "POST", stop).status_code == 404
    assert call(cast.wang_fang, "POST", stop).json["stopped_by"] == "王芳"
    assert refusal(call(cast.sun_li, "POST", f"/key-resets/{made.json['id']}/confirmation")) == (409, "moved_on")
    assert call(cast.wang_fang, "GET", "/me").status_code == 200


def test_the_attack_of_the_issue_ends_at_the_first_step(call: Call, cast: Cast, session: Session) -> None:
    """A secretary alone unbinds a 支委, takes the code, and would approve their own claim."""
    member = f"/members/{cast.wang_fang.member_id}"
    for act in ("unbinding", "activation-codes"):
        assert refusal(call(cast.li_wei, "POST", f"{member}/{act}")) == (409, "two_persons_needed")
    assert refusal(call(cast.li_wei, "PATCH", member, json={"phone": "13900001111"})) == (409, "two_persons_needed")
    assert session.scalars(select(ActivationCode)).all() == []
    assert session.get_one(Member, cast.wang_fang.member_id).phone_index is None


def test_another_phone_is_a_key_as_well_and_shown_masked(call: Call, cast: Cast, session: Session) -> None:
    made = proposed(call, cast.wang_fang, cast.li_wei, phone="13900001111")
    assert made.json["phone"] == "139****1111"
    done = call(cast.sun_li, "POST", f"/key-resets/{made.json['id']}/confirmation")
    assert (done.status_code, done.json["code"]) == (200, None)
    assert call(cast.li_wei, "GET", f"/members/{cast.wang_fang.member_id}").json["phone"] == "139****1111"
    lines = session.scalars(select(AuditLine).where(AuditLine.action.startswith("key_reset"))).all()
    assert all("139" not in str(line.detail) for line in lines)


def test_whether_two_are_needed_and_who_may_is_said_beforehand(call: Call, cast: Cast) -> None:
    def said(by: Person, of: Person) -> tuple[bool, bool]:
        answer = call(by, "GET", url(of)).json
        return answer["needs_two"], answer["may_propose"]

    assert said(cast.li_wei, cast.wang_fang) == (True, True)
    assert said(cast.li_wei, cast.zhang_min) == (False, False)
    assert said(cast.sun_li, cast.li_wei) == (True, False)
    assert said(cast.wang_fang, cast.wang_fang) == (True, False)
    assert call(cast.wang_fang, "GET", url(cast.li_wei)).status_code == 404


def test_a_proposal_that_makes_no_sense_is_refused(call: Call, cast: Cast) -> None:
    assert call(cast.li_wei, "POST", url(cast.wang_fang), json={"reason": "x"}).status_code == 422
    assert refusal(proposed(call, cast.wang_fang, cast.li_wei, phone="12345")) == (422, "invalid_phone")
    assert refusal(proposed(call, cast.zhang_min, cast.li_wei)) == (409, "one_person_is_enough")
    assert refusal(proposed(call, cast.li_wei, cast.sun_li)) == (403, "holds_higher_role")
    assert call(cast.li_wei, "POST", "/key-resets/99/confirmation").status_code == 404
