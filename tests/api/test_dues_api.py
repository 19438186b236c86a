"""党费 over HTTP: who registers, who sees amounts, and what a pasted selection answers."""

from datetime import date, datetime
from typing import Any

import pytest
import time_machine

from tests.api.answers import body, refusal
from tests.cast import Cast
from tests.conftest import Call
from tests.days import until

PAID = {"due_cents": 2000, "paid_cents": 2000, "paid_on": "2026-05-08"}
SHORT = {"due_cents": 2000, "paid_cents": 1000, "paid_on": "2026-05-08"}


@pytest.fixture
def path(cast: Cast) -> str:
    return f"/members/{cast.zhang_min.member_id}/dues/2026-05"


def test_a_month_is_registered_and_the_member_reads_it(call: Call, cast: Cast, path: str) -> None:
    registered = body(call(cast.wang_fang, "PUT", path, json=SHORT))
    assert (registered["state"], registered["state_title"]) == ("short", "不足额")
    year = body(call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/dues?year=2026"))
    (month,) = year["items"]
    assert (month["paid_cents"], month["events"][0]["actor"]) == (1000, "王芳")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("zhang_min", (403, "forbidden")),
        ("zhao_qiang", (404, "not_found")),
        ("chen_jing", (403, "forbidden")),
        ("administrator", (403, "forbidden")),
        ("stranger", (403, "forbidden")),
    ],
)
def test_others_do_not_register(call: Call, cast: Cast, path: str, who: str, expected: tuple[int, str]) -> None:
    assert refusal(call(cast.people[who], "PUT", path, json=PAID)) == expected


@pytest.mark.parametrize("who", ["chen_jing", "organization_department", "inspector", "zhao_qiang"])
def test_amounts_stay_inside_the_branch(call: Call, cast: Cast, path: str, who: str) -> None:
    body(call(cast.wang_fang, "PUT", path, json=PAID))
    own = f"/members/{cast.zhang_min.member_id}/dues?year=2026"
    assert call(cast.people[who], "GET", own).status_code in (403, 404)
    assert call(cast.people[who], "GET", f"/organizations/{cast.branch}/dues/2026-05").status_code in (403, 404)


def test_who_waives_from_above_sees_no_amount(call: Call, cast: Cast, path: str) -> None:
    body(call(cast.wang_fang, "PUT", path, json=SHORT))
    waived = body(call(cast.chen_jing, "POST", f"{path}/waive", json={"reason": "长期住院"}))
    assert (waived["state"], waived["due_cents"], waived["events"][0]["paid_cents"]) == ("waived", None, None)


def test_a_waiver_and_a_correction_say_why_and_come_from_another(call: Call, cast: Cast, path: str) -> None:
    body(call(cast.wang_fang, "PUT", path, json=SHORT))
    assert refusal(call(cast.li_wei, "POST", f"{path}/waive", json={})) == (422, "invalid_input")
    assert refusal(call(cast.wang_fang, "POST", f"{path}/waive", json={"reason": "住院"})) == (403, "forbidden")
    assert refusal(call(cast.li_wei, "POST", f"{path}/correct", json=PAID)) == (422, "invalid_input")
    corrected = body(call(cast.li_wei, "POST", f"{path}/correct", json=PAID | {"reason": "看错行"}))
    assert corrected["state"] == "paid"
    own = f"/members/{cast.li_wei.member_id}/dues/2026-05/waive"
    assert refusal(call(cast.li_wei, "POST", own, json={"reason": "忘记"})) == (403, "own_dues")


@pytest.mark.parametrize(
    "changes",
    [
        {"due_cents": -1},
        {"paid_cents": 10**12},
        {"paid_cents": "二十"},
        {"paid_on": "2026-13-01"},
        {"paid_on": "2026-06-19"},
        {"paid_on": None},
        {"state": "paid"},
    ],
)
def test_a_payment_that_makes_no_sense_is_refused(call: Call, cast: Cast, path: str, changes: dict[str, Any]) -> None:
    assert call(cast.wang_fang, "PUT", path, json=PAID | changes).status_code == 422


@pytest.mark.parametrize("month", ["2026-13", "2026-5", "1999-01", "x"])
def test_a_month_is_written_one_way(call: Call, cast: Cast, month: str) -> None:
    path = f"/members/{cast.zhang_min.member_id}/dues/{month}"
    assert refusal(call(cast.wang_fang, "PUT", path, json=PAID)) == (422, "invalid_input")


def test_a_branchs_month_shows_who_is_still_missing(call: Call, cast: Cast, path: str) -> None:
    body(call(cast.wang_fang, "PUT", path, json=PAID))
    table = body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/dues/2026-05"))
    states = {row["name"]: row["state_title"] for row in table["rows"]}
    assert states == {"张敏": "已交", "王芳": "未登记", "李伟": "未登记", "孙丽": "未登记"}
    assert (table["over"], table["paid_cents"]) == (True, 2000)


def test_closing_a_month_again_marks_nobody(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/dues/2026-05/close"
    assert len(body(call(cast.li_wei, "POST", path, json={"due_cents": 2000}))["marked"]) == 4
    assert body(call(cast.li_wei, "POST", path, json={"due_cents": 2000}))["marked"] == []
    running = path.replace("2026-05", "2026-06")
    assert refusal(call(cast.li_wei, "POST", running, json={"due_cents": 2000})) == (409, "month_not_over")


def test_a_selection_is_previewed_and_then_applied(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/dues/paste"
    text = "张敏\t2026-05\t20\t20\t2026-05-08\n不存在\t2026-05\t20\t20\t2026-05-08"
    preview = body(call(cast.wang_fang, "POST", path, json={"text": text}))
    assert (preview["applied"], preview["registered"], preview["errors"]) == (False, 1, 1)
    own = f"/members/{cast.zhang_min.member_id}/dues?year=2026"
    assert body(call(cast.zhang_min, "GET", own))["items"] == []
    applied = body(call(cast.wang_fang, "POST", path, json={"text": text, "apply": True}))
    assert [row["outcome"] for row in applied["rows"]] == ["registered", "error"]
    assert len(body(call(cast.zhang_min, "GET", own))["items"]) == 1


AGREED = {
    "kind": "deferred",
    "from_month": "2026-06",
    "until_month": "2026-09",
    "agreed_on": "2026-06-10",
    "reason": "赴外地访学",
}


def test_a_branchs_consent_is_recorded_shown_and_ended(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/dues-consents"
    given = body(call(cast.li_wei, "POST", path, json=AGREED))
    assert (given["kind_title"], given["due_on"], given["organization"]) == ("缓交", "2026-09-30", "教工第一党支部")
    own = f"/members/{cast.zhang_min.member_id}/dues?year=2026"
    (shown,) = body(call(cast.zhang_min, "GET", own))["consents"]
    assert (shown["reason"], shown["recorded_by"]) == ("赴外地访学", "李伟")
    rows = body(call(cast.wang_fang, "GET", f"/organizations/{cast.branch}/dues/2026-06"))["rows"]
    row = next(row for row in rows if row["member_id"] == cast.zhang_min.member_id)
    assert (row["state"], row["state_title"], row["due_on"]) == (None, "缓交", "2026-09-30")
    assert row["consent"]["id"] == given["id"]
    ended = body(
        call(cast.chen_jing, "POST", f"{path}/{given['id']}/end", json={"from_month": "2026-07", "reason": "已返校"})
    )
    assert (ended["ended_from"], ended["ended_reason"]) == ("2026-07", "已返校")


@until(date(2026, 6, 30))
def test_a_month_waits_through_the_day_its_branch_agreed_to(
    call: Call, cast: Cast, now: datetime, in_time: bool
) -> None:
    agreed = AGREED | {"from_month": "2026-05", "until_month": "2026-06", "agreed_on": "2026-05-20"}
    body(call(cast.li_wei, "POST", f"/members/{cast.zhang_min.member_id}/dues-consents", json=agreed))
    with time_machine.travel(now):
        tables = [
            body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/dues/2026-0{month}")) for month in (5, 6)
        ]
    assert [table["over"] for table in tables] == [True, not in_time]
    titles = [row["state_title"] for table in tables for row in table["rows"] if row["name"] == "张敏"]
    assert titles == ["缓交" if in_time else "未登记"] * 2


def test_a_consent_needs_an_office_a_reason_and_its_own_member(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/dues-consents"
    for who, status in {"wang_fang": 403, "zhang_min": 403, "zhao_qiang": 404, "administrator": 403}.items():
        assert call(cast.people[who], "POST", path, json=AGREED).status_code == status
    assert refusal(call(cast.li_wei, "POST", path, json=AGREED | {"reason": ""})) == (422, "invalid_input")
    assert refusal(call(cast.li_wei, "POST", path, json=AGREED | {"until_month": "2026-12"})) == (
        422,
        "invalid_consent",
    )
    given = body(call(cast.li_wei, "POST", path, json=AGREED))
    assert refusal(call(cast.li_wei, "POST", path, json=AGREED)) == (409, "consent_overlaps")
    elsewhere = f"/members/{cast.wang_fang.member_id}/dues-consents/{given['id']}/end"
    ending = {"from_month": "2026-06", "reason": "登记有误"}
    assert refusal(call(cast.li_wei, "POST", elsewhere, json=ending)) == (404, "not_found")
