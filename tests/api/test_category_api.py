"""人员类别: an edit says since when it holds; what was recorded wrongly is corrected above, with a reason."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from tests.api.answers import body, refusal
from tests.cast import TODAY, Cast, Person
from tests.conftest import Call

CORRECTION = {"before": "staff", "category": "retired", "reason": "名册录入有误"}


def edited(call: Call, cast: Cast, **values: Any) -> Any:
    """Have 李伟 edit 张敏."""
    return call(cast.li_wei, "PATCH", f"/members/{cast.zhang_min.member_id}", json=values)


def corrected(call: Call, cast: Cast, by: Person, **changes: str) -> Any:
    path = f"/members/{cast.zhang_min.member_id}/category-correction"
    return call(by, "POST", path, json=CORRECTION | changes)


@pytest.mark.parametrize(("given", "until"), [({"category_from": "2026-06-01"}, "2026-06-01"), ({}, TODAY.isoformat())])
def test_an_edit_keeps_what_they_were_until_the_day(call: Call, cast: Cast, given: dict[str, str], until: str) -> None:
    for _ in range(2):
        found = body(edited(call, cast, category="retired", **given))
        assert found["category"] == "retired"
        assert found["former_kinds"] == [{"category": "staff", "stage": "full", "until_date": until}]


@pytest.mark.parametrize(("day", "code"), [("2026-06-19", "invalid_dates"), ("2024-12-31", "invalid_dates")])
def test_a_day_ahead_or_long_ago_is_refused_and_nothing_changes(call: Call, cast: Cast, day: str, code: str) -> None:
    assert refusal(edited(call, cast, category="retired", category_from=day, duty="组长")) == (422, code)
    found = body(call(cast.li_wei, "GET", f"/members/{cast.zhang_min.member_id}"))
    assert (found["category"], found["duty"], found["former_kinds"]) == ("staff", None, [])


def test_a_day_without_a_category_is_refused(call: Call, cast: Cast) -> None:
    assert refusal(edited(call, cast, category_from="2026-06-01")) == (422, "invalid_input")


def test_a_correction_leaves_no_trace_but_the_trail(call: Call, cast: Cast, session: Session) -> None:
    for _ in range(2):
        found = body(corrected(call, cast, cast.chen_jing))
        assert (found["category"], found["former_kinds"]) == ("retired", [])
    (line,) = session.scalars(select(AuditLine).where(AuditLine.action == "member_category_correct")).all()
    assert line.detail == {"before": "staff", "after": "retired", "reason": "名册录入有误"}
    session.rollback()
    assert refusal(corrected(call, cast, cast.chen_jing, category="student")) == (409, "moved_on")


@pytest.mark.parametrize("who", ["li_wei", "zhang_min", "zhao_qiang", "he_hua", "administrator"])
def test_nobody_else_corrects_it(call: Call, cast: Cast, who: str) -> None:
    assert corrected(call, cast, cast.people[who]).status_code == 403


def test_not_without_a_reason(call: Call, cast: Cast) -> None:
    assert refusal(corrected(call, cast, cast.chen_jing, reason="错")) == (422, "invalid_input")
