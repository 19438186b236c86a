"""党员类别: edit refuses another one; who stands above the branch corrects an error of recording."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.organizations.models import Member, Stage
from server.points.models import PointEntry
from tests.api.answers import body, refusal
from tests.cast import Cast
from tests.conftest import Call

CORRECTION = {"before": "full", "stage": "probationary", "reason": "名册录入有误"}


@pytest.mark.parametrize("who", ["li_wei", "chen_jing", "organization_department"])
def test_an_edit_refuses_another_stage_and_names_the_way(call: Call, cast: Cast, session: Session, who: str) -> None:
    path = f"/members/{cast.zhang_min.member_id}"
    answer = call(cast.people[who], "PATCH", path, json={"stage": "probationary", "duty": "组长"})
    assert refusal(answer) == (409, "stage_by_decision")
    assert "更正党员类别" in answer.json["error"]["message"]
    member = session.get_one(Member, cast.zhang_min.member_id)
    assert (member.stage, member.duty) == ("full", None)
    session.rollback()
    assert body(call(cast.people[who], "PATCH", path, json={"stage": "full", "duty": "组长"}))["duty"] == "组长"


def test_who_stands_above_corrects_it_with_a_reason(call: Call, cast: Cast, session: Session) -> None:
    path = f"/members/{cast.zhang_min.member_id}/stage-correction"
    entries = select(PointEntry.seq).where(PointEntry.member_id == cast.zhang_min.member_id)
    before = session.scalars(entries).all()
    session.rollback()
    for _ in range(2):
        assert body(call(cast.chen_jing, "POST", path, json=CORRECTION))["stage"] == "probationary"
    (line,) = session.scalars(select(AuditLine).where(AuditLine.action == "member_stage_correct")).all()
    assert line.detail == {"before": "full", "after": "probationary", "reason": "名册录入有误"}
    assert session.scalars(entries).all()[: len(before)] == before
    session.rollback()
    back = CORRECTION | {"before": "probationary", "stage": "full"}
    assert body(call(cast.organization_department, "POST", path, json=back))["stage"] == "full"


def test_a_correction_of_what_changed_meanwhile_is_refused(call: Call, cast: Cast, session: Session) -> None:
    path = f"/members/{cast.zhang_min.member_id}/stage-correction"
    stale = CORRECTION | {"before": "activist"}
    assert refusal(call(cast.chen_jing, "POST", path, json=stale)) == (409, "moved_on")
    assert session.get_one(Member, cast.zhang_min.member_id).stage == Stage.full


@pytest.mark.parametrize(
    ("who", "expected"),
    [("li_wei", 403), ("zhang_min", 403), ("zhao_qiang", 403), ("he_hua", 403), ("administrator", 403)],
)
def test_nobody_else_corrects_it(call: Call, cast: Cast, who: str, expected: int) -> None:
    path = f"/members/{cast.zhang_min.member_id}/stage-correction"
    assert call(cast.people[who], "POST", path, json=CORRECTION).status_code == expected


def test_not_ones_own_and_not_without_reason(call: Call, cast: Cast) -> None:
    own = f"/members/{cast.chen_jing.member_id}/stage-correction"
    assert refusal(call(cast.chen_jing, "POST", own, json=CORRECTION)) in ((403, "own_stage"), (404, "not_found"))
    path = f"/members/{cast.zhang_min.member_id}/stage-correction"
    for reason in ("", "错"):
        assert refusal(call(cast.chen_jing, "POST", path, json=CORRECTION | {"reason": reason})) == (
            422,
            "invalid_input",
        )
