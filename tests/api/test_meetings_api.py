"""Planning over HTTP: the host's view, lists with pages, refusals in words, and a member's own view."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.meetings.models import Attendance, Invitation, Leave
from server.meetings.rules import AttendanceState, LeaveStatus, Via
from server.standards.rules import LeaveKind
from tests.api.answers import body, refusal
from tests.cast import NOW, Cast, Person
from tests.conftest import Call
from tests.meeting import make_meeting
from tests.pictures import jpeg

PLAN = {
    "kind": "theme_day",
    "title": "6 月主题党日",
    "topic": "走进财税史馆",
    "place": "明德楼 305",
    "starts_at": "2026-06-25T14:30:00+08:00",
    "ends_at": "2026-06-25T16:00:00+08:00",
}
Plans = Callable[..., Any]


@pytest.fixture
def plan(call: Call, cast: Cast) -> Plans:
    """Return `plan(**changes)`: 李伟 plans for his branch, or `by` someone `at` an organization."""

    def plan(*, by: Person | None = None, at: int | None = None, **changes: Any) -> Any:
        response = call(by or cast.li_wei, "POST", f"/organizations/{at or cast.branch}/meetings", json=PLAN | changes)
        return body(response)

    return plan


def refused_plan(
    call: Call, cast: Cast, by: Person | None = None, at: int | None = None, **changes: Any
) -> tuple[int, str]:
    return refusal(call(by or cast.li_wei, "POST", f"/organizations/{at or cast.branch}/meetings", json=PLAN | changes))


def test_a_plan_is_filled_in_from_its_kind(plan: Plans, cast: Cast) -> None:
    meeting = plan()
    assert meeting["opens_at"] == "2026-06-25T14:10:00+08:00"
    assert (meeting["late_after"], meeting["closes_at"]) == ("2026-06-25T14:40:00+08:00", "2026-06-25T14:50:00+08:00")
    assert meeting["items"] == [{"code": "B04", "title": "参加主题党日", "quantity": "1", "unit": "次"}]
    assert (meeting["phase"], meeting["makeup_until"], meeting["planned_by"]) == ("planned", "2026-07-25", "李伟")
    (roster,) = meeting["rosters"]
    assert (roster["organization_id"], roster["invited"], roster["present"]) == (cast.branch, 4, 0)


def test_planning_again_with_the_same_key_is_one_meeting(call: Call, cast: Cast) -> None:
    path, headers = f"/organizations/{cast.branch}/meetings", {"Idempotency-Key": "plan-1"}
    first = body(call(cast.li_wei, "POST", path, json=PLAN, headers=headers))
    assert body(call(cast.li_wei, "POST", path, json=PLAN, headers=headers)) == first
    assert len(body(call(cast.li_wei, "GET", path))["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ends_at": "2026-06-25T14:30:00+08:00"}, "end_before_start"),
        ({"starts_at": "2026-05-01T09:00:00+08:00", "ends_at": "2026-05-01T10:00:00+08:00"}, "too_long_ago"),
        ({"closes_at": "2026-06-25T14:00:00+08:00"}, "window_order"),
        ({"makeup_until": "2026-06-24"}, "invalid_makeup"),
        ({"items": [{"code": "B05"}]}, "unknown_item"),
        ({"items": [{"code": "B04"}, {"code": "B04"}]}, "item_repeated"),
        ({"rosters": []}, "no_roster"),
        ({"repeat": {"every": "month", "by": "day", "until": "2028-06-25"}}, "invalid_repeat"),
        ({"repeat": {"every": "month", "by": "day", "until": "2026-06-24"}}, "invalid_repeat"),
        ({"title": ""}, "invalid_input"),
        ({"starts_at": "2026-06-25T14:30:00"}, "invalid_input"),
        ({"items": [{"code": "B04", "quantity": "-1"}]}, "invalid_input"),
        ({"public_id": "mine"}, "invalid_input"),
    ],
)
def test_a_plan_that_cannot_stand_is_refused(call: Call, cast: Cast, changes: dict[str, Any], expected: str) -> None:
    assert refused_plan(call, cast, **changes) == (422, expected)


def test_what_can_be_chosen_is_told_with_an_unknown_item(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/meetings"
    response = call(cast.li_wei, "POST", path, json=PLAN | {"items": [{"code": "X1"}]})
    assert response.json["error"]["detail"]["offered"] == ["B01", "B02", "B03", "B04", "B06a", "B07", "C04"]


def test_a_joint_meeting_with_the_neighbours(call: Call, cast: Cast, plan: Plans) -> None:
    both = [{"organization_id": cast.branch}, {"organization_id": cast.other_branch}]
    meeting = plan(rosters=both)
    assert [(roster["organization_id"], roster["invited"]) for roster in meeting["rosters"]] == [
        (cast.branch, 4),
        (cast.other_branch, 3),
    ]
    theirs = body(call(cast.zhao_qiang, "GET", f"/organizations/{cast.other_branch}/meetings"))["items"]
    assert [(line["id"], line["roster_id"]) for line in theirs] == [(meeting["id"], meeting["rosters"][1]["id"])]


def test_nobody_invites_beyond_his_reach_and_his_neighbours(call: Call, cast: Cast) -> None:
    for place in (cast.foreign_branch, cast.general_branch, cast.root, 10**9):
        rosters = [{"organization_id": cast.branch}, {"organization_id": place}]
        assert refused_plan(call, cast, rosters=rosters) == (404, "not_found")


def test_a_neighbours_people_are_not_picked_by_name(call: Call, cast: Cast) -> None:
    picked = {"organization_id": cast.other_branch, "scope": "chosen", "member_ids": [cast.zhou_yu.member_id]}
    assert refused_plan(call, cast, rosters=[picked]) == (422, "roster_scope")
    here = picked | {"organization_id": cast.branch}
    assert refused_plan(call, cast, rosters=[here]) == (404, "not_found")


def test_a_general_branch_invites_every_branch_below(cast: Cast, plan: Plans) -> None:
    meeting = plan(by=cast.chen_jing, at=cast.general_branch, kind="lecture")
    assert [roster["organization_id"] for roster in meeting["rosters"]] == [cast.branch, cast.other_branch]
    assert meeting["items"][0]["code"] == "B03"


def test_observers_are_the_planners_own_or_officers_above(call: Call, cast: Cast, plan: Plans) -> None:
    meeting = plan(observers=[cast.chen_jing.member_id, cast.zhang_min.member_id])
    assert (meeting["rosters"][0]["invited"], meeting["rosters"][0]["observers"]) == (3, 2)
    assert refused_plan(call, cast, observers=[cast.wu_gang.member_id]) == (404, "not_found")


def outline(plan: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plan.items() if name not in ("title", "topic", "place")}


def previewed(call: Call, cast: Cast, at: int | None = None, by: Person | None = None, **changes: Any) -> TestResponse:
    path = f"/organizations/{at or cast.branch}/meeting-previews"
    response: TestResponse = call(by or cast.li_wei, "POST", path, json=outline(PLAN) | changes)
    return response


def test_a_preview_counts_whom_the_plan_then_invites(call: Call, cast: Cast, plan: Plans) -> None:
    lists: list[dict[str, Any]] = [
        {},
        {"rosters": [{"organization_id": cast.branch, "scope": "committee"}]},
        {"rosters": [{"organization_id": cast.branch}, {"organization_id": cast.other_branch}]},
        {"observers": [cast.chen_jing.member_id, cast.zhang_min.member_id]},
        {
            "rosters": [
                {"organization_id": cast.branch, "scope": "chosen", "member_ids": [cast.zhang_min.member_id]},
            ],
            "observers": [cast.wang_fang.member_id],
        },
    ]
    for changes in lists:
        preview = body(previewed(call, cast, **changes))
        planned = plan(**changes)
        named = ("organization_id", "organization_title", "scope", "invited", "observers")
        assert preview["expected"] == [{name: roster[name] for name in named} for roster in planned["rosters"]]
        for name in ("opens_at", "late_after", "closes_at", "makeup_until", "items"):
            assert preview[name] == planned[name]
    whole = body(previewed(call, cast, at=cast.general_branch, by=cast.chen_jing))
    assert [line["invited"] for line in whole["expected"]] == [4, 3]


def test_a_preview_says_the_days_and_what_can_be_chosen_and_keeps_nothing(call: Call, cast: Cast) -> None:
    preview = body(previewed(call, cast, repeat={"every": "month", "by": "weekday", "until": "2026-09-30"}))
    assert preview["days"] == ["2026-06-25", "2026-07-23", "2026-08-27", "2026-09-24"]
    assert [item["code"] for item in preview["offered"]] == ["B01", "B02", "B03", "B04", "B06a", "B07", "C04"]
    assert body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/meetings"))["items"] == []


def test_a_preview_refuses_what_planning_refuses(call: Call, cast: Cast) -> None:
    assert refusal(previewed(call, cast, ends_at=PLAN["starts_at"])) == (422, "end_before_start")
    assert refusal(previewed(call, cast, rosters=[{"organization_id": cast.foreign_branch}])) == (404, "not_found")
    assert refusal(previewed(call, cast, by=cast.zhao_qiang)) == (404, "not_found")
    assert refusal(previewed(call, cast, by=cast.zhang_min)) == (403, "forbidden")


def test_a_recurring_meeting_is_a_meeting_each_month(call: Call, cast: Cast, plan: Plans) -> None:
    meeting = plan(repeat={"every": "month", "by": "weekday", "until": "2026-09-30"})
    days = [each["starts_at"][:10] for each in meeting["series"]]
    assert days == ["2026-06-25", "2026-07-23", "2026-08-27", "2026-09-24"]
    assert meeting["series_id"] == meeting["id"] == meeting["series"][0]["id"]
    last = body(call(cast.li_wei, "GET", f"/meetings/{meeting['series'][-1]['id']}"))
    assert (last["rosters"][0]["invited"], last["makeup_until"]) == (4, "2026-10-24")


@pytest.mark.parametrize(("begin", "end"), [("00:30", "01:30"), ("23:00", "23:59")])
def test_a_list_holds_the_whole_of_its_days(call: Call, cast: Cast, plan: Plans, begin: str, end: str) -> None:
    plan(starts_at=f"2026-06-25T{begin}:00+08:00", ends_at=f"2026-06-25T{end}:00+08:00")
    path = f"/organizations/{cast.branch}/meetings"
    for day, found in (("2026-06-24", 0), ("2026-06-25", 1), ("2026-06-26", 0)):
        assert len(body(call(cast.zhang_min, "GET", f"{path}?from={day}&until={day}"))["items"]) == found


def test_a_list_is_paged_newest_first_and_filtered(call: Call, cast: Cast, plan: Plans) -> None:
    plan(repeat={"every": "month", "by": "day", "until": "2026-10-25"})
    plan(kind="lecture", title="党课")
    path = f"/organizations/{cast.branch}/meetings"
    days, cursor = [], ""
    while True:
        page = body(call(cast.zhang_min, "GET", f"{path}?limit=2{cursor}"))
        days += [line["starts_at"][5:10] for line in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert days == ["10-25", "09-25", "08-25", "07-25", "06-25", "06-25"]
    wanted = body(call(cast.zhang_min, "GET", f"{path}?from=2026-06-25&until=2026-07-25&kind=theme_day&phase=planned"))
    assert [line["starts_at"][5:10] for line in wanted["items"]] == ["07-25", "06-25"]
    for phase in ("open", "closed", "settled", "cancelled"):
        assert body(call(cast.zhang_min, "GET", f"{path}?phase={phase}"))["items"] == []


@pytest.mark.parametrize("cursor", ["x", "MQ", "OTk5OTk5OTk5OTk5OTk5OTk5HzE"])
def test_a_broken_cursor_is_said_to_be_one(call: Call, cast: Cast, cursor: str) -> None:
    answers = [
        call(cast.li_wei, "GET", f"{path}/meetings?cursor={cursor}")
        for path in (f"/organizations/{cast.branch}", f"/members/{cast.li_wei.member_id}")
    ]
    assert {refusal(answer) for answer in answers} == {(422, "invalid_cursor")}


def test_a_change_needs_the_version_it_was_made_from(call: Call, cast: Cast, plan: Plans) -> None:
    meeting = plan()
    path = f"/meetings/{meeting['id']}"
    changed = body(call(cast.wang_fang, "PATCH", path, json={"version": 1, "place": "礼堂"}))
    assert (changed["place"], changed["version"], changed["title"]) == ("礼堂", 2, meeting["title"])
    assert refusal(call(cast.li_wei, "PATCH", path, json={"version": 1, "place": "操场"})) == (409, "stale_version")
    assert refusal(call(cast.zhao_qiang, "PATCH", path, json={"version": 2, "place": "操场"})) == (404, "not_found")
    assert refusal(call(cast.zhang_min, "PATCH", path, json={"version": 2, "place": "操场"})) == (403, "forbidden")


def test_a_change_of_lists_takes_the_others_off(call: Call, cast: Cast, plan: Plans) -> None:
    meeting = plan(rosters=[{"organization_id": cast.branch}, {"organization_id": cast.other_branch}])
    committee = {"version": 1, "rosters": [{"organization_id": cast.branch, "scope": "committee"}]}
    changed = body(call(cast.li_wei, "PATCH", f"/meetings/{meeting['id']}", json=committee))
    assert [(roster["organization_id"], roster["invited"]) for roster in changed["rosters"]] == [(cast.branch, 3)]


def test_the_later_ones_of_a_series_follow(call: Call, cast: Cast, plan: Plans) -> None:
    series = plan(repeat={"every": "month", "by": "day", "until": "2026-08-25"})["series"]
    change = {
        "version": 1,
        "following": True,
        "starts_at": "2026-07-26T15:00:00+08:00",
        "ends_at": "2026-07-26T17:00:00+08:00",
    }
    changed = body(call(cast.li_wei, "PATCH", f"/meetings/{series[1]['id']}", json=change))
    starts = [each["starts_at"][5:16] for each in changed["series"]]
    assert starts == ["06-25T14:30", "07-26T15:00", "08-26T15:00"]
    last = body(call(cast.li_wei, "GET", f"/meetings/{series[2]['id']}"))
    assert (last["ends_at"][11:16], last["makeup_until"]) == ("17:00", "2026-09-25")
    cancel = {"reason": "暑假安排调整", "following": True}
    body(call(cast.li_wei, "POST", f"/meetings/{series[1]['id']}/cancel", json=cancel))
    phases = body(call(cast.li_wei, "GET", f"/meetings/{series[0]['id']}"))["series"]
    assert [each["phase"] for each in phases] == ["planned", "cancelled", "cancelled"]


def test_a_meeting_is_called_off_once_and_for_a_reason(call: Call, cast: Cast, plan: Plans) -> None:
    path = f"/meetings/{plan()['id']}"
    assert refusal(call(cast.li_wei, "POST", f"{path}/cancel", json={})) == (422, "invalid_input")
    cancelled = body(call(cast.li_wei, "POST", f"{path}/cancel", json={"reason": "场地检修"}))
    assert (cancelled["phase"], cancelled["cancelled_reason"]) == ("cancelled", "场地检修")
    again = body(call(cast.wang_fang, "POST", f"{path}/cancel", json={"reason": "另有安排"}))
    assert again == cancelled
    change = {"version": again["version"], "place": "礼堂"}
    assert refusal(call(cast.li_wei, "PATCH", path, json=change)) == (409, "meeting_cancelled")


def test_check_in_is_ended_and_opened_again(call: Call, cast: Cast, engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        meeting = make_meeting(session, cast)
    path = f"/meetings/{meeting.id}"
    ended = body(call(cast.li_wei, "POST", f"{path}/end-check-in"))
    assert ended["phase"] == "closed"
    assert as_instant(ended["settles_at"]) - as_instant(ended["closes_at"]) == timedelta(hours=24)
    assert body(call(cast.li_wei, "POST", f"{path}/end-check-in")) == ended
    longer = {"closes_at": (NOW + timedelta(minutes=60)).isoformat()}
    assert body(call(cast.li_wei, "POST", f"{path}/extend-check-in", json=longer))["phase"] == "open"
    too_long = {"closes_at": (meeting.ends_at + timedelta(seconds=1)).isoformat()}
    assert refusal(call(cast.li_wei, "POST", f"{path}/extend-check-in", json=too_long)) == (422, "invalid_closing")


def as_instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_minutes_and_photos_come_with_the_meeting(call: Call, cast: Cast, engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        meeting = make_meeting(session, cast, starts_at=NOW - timedelta(hours=3))
    photo = {"photo": (BytesIO(jpeg()), "合影.jpg")}
    photo_id = body(call(cast.li_wei, "POST", f"/members/{cast.li_wei.member_id}/photos", data=photo))["id"]
    minutes = {"text": "一、学习文件。", "photo_ids": [photo_id]}
    path = f"/meetings/{meeting.id}/minutes"
    assert refusal(call(cast.wang_fang, "PUT", path, json=minutes)) == (422, "photo_unavailable")
    written = body(call(cast.li_wei, "PUT", path, json=minutes))
    assert (written["minutes"], [each["id"] for each in written["photos"]]) == ("一、学习文件。", [photo_id])
    own = body(call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/meetings/{meeting.id}"))
    assert (own["minutes"], [each["id"] for each in own["photos"]]) == ("一、学习文件。", [photo_id])
    assert call(None, "GET", written["photos"][0]["url"]).status_code == 200
    assert body(call(cast.wang_fang, "PUT", path, json=minutes | {"text": "补充"}))["minutes"] == "补充"
    assert refusal(call(cast.li_wei, "DELETE", f"/photos/{photo_id}")) == (409, "photo_attached")
    assert body(call(cast.li_wei, "PUT", path, json={"text": "无照片"}))["photos"] == []
    assert call(cast.li_wei, "DELETE", f"/photos/{photo_id}").status_code == 204


def test_a_member_sees_what_is_to_come_first(call: Call, cast: Cast, engine: Engine) -> None:
    days = (-20, -2, 1, 9)
    with Session(engine) as session:
        for day in days:
            make_meeting(session, cast, starts_at=NOW + timedelta(days=day))
    path = f"/members/{cast.zhang_min.member_id}/meetings"
    seen, cursor = [], ""
    for _page in days:
        page = body(call(cast.zhang_min, "GET", f"{path}?limit=1{cursor}"))
        seen += [(as_instant(line["starts_at"]) - NOW).days for line in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [1, 9, -2, -20]
    assert page["next_cursor"] is None


def test_a_member_reads_what_staying_away_costs(call: Call, cast: Cast, plan: Plans) -> None:
    meeting = plan(items=[{"code": "B04"}, {"code": "B06a", "quantity": "2"}, {"code": "B07"}])
    own = body(call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/meetings/{meeting['id']}"))
    assert (own["part"], own["standing"], own["organization_title"]) == ("invited", "expected", "教工第一党支部")
    assert {cost["item_code"]: cost["text"] for cost in own["costs"]} == {
        "B04": "缺席扣 2.00；准假不扣，其中事假须按期补课",
        "B06a": "到会得 0.50；缺席不扣分",
        "B07": "计入到会率，缺席会降低该项得分；准假不计",
    }
    assert {cost["item_code"]: cost["absence"] for cost in own["costs"]} == {"B04": "2.00", "B06a": None, "B07": None}
    assert [rule["title"] for rule in own["leave_rules"] if rule["needs_makeup"]] == ["事假"]
    assert own["leave_until"] == "2026-07-25"


def test_a_members_standing_and_leave_are_his_own_to_read(call: Call, cast: Cast, engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        meeting = make_meeting(session, cast, starts_at=NOW - timedelta(days=1))
        session.add_all([_late(meeting.id, cast.wang_fang), _sick(session, meeting.id, cast.zhang_min)])
        session.commit()
    standings = {
        person.name: body(call(person, "GET", f"/members/{person.member_id}/meetings/{meeting.id}"))
        for person in (cast.zhang_min, cast.wang_fang, cast.sun_li)
    }
    assert {name: own["standing_title"] for name, own in standings.items()} == {
        "张敏": "请假",
        "王芳": "迟到",
        "孙丽": "缺席",
    }
    assert standings["张敏"]["leave"]["reason"] == "发烧"
    from_above = f"/members/{cast.zhang_min.member_id}/meetings/{meeting.id}"
    assert body(call(cast.inspector, "GET", from_above))["leave"]["reason"] is None
    (roster,) = body(call(cast.li_wei, "GET", f"/meetings/{meeting.id}"))["rosters"]
    assert [roster[name] for name in ("invited", "present", "late", "on_leave", "observers")] == [4, 0, 1, 1, 0]


def _late(meeting_id: int, person: Person) -> Attendance:
    return Attendance(
        meeting_id=meeting_id,
        member_id=person.member_id,
        state=AttendanceState.late,
        via=Via.qr,
        scanned_at=NOW,
        recorded_at=NOW,
        account_id=person.account_id,
    )


def _sick(session: Session, meeting_id: int, person: Person) -> Leave:
    return Leave(
        meeting_id=meeting_id,
        member_id=person.member_id,
        roster_id=session.get_one(Invitation, (meeting_id, person.member_id)).roster_id,
        kind=LeaveKind.sick,
        reason="发烧",
        status=LeaveStatus.granted,
        asked_by=person.account_id,
        asked_at=NOW,
    )


def test_who_is_not_invited_finds_only_his_own_branchs_meetings(call: Call, cast: Cast, plan: Plans) -> None:
    meeting = plan(rosters=[{"organization_id": cast.branch, "scope": "committee"}])
    fellow = body(call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/meetings/{meeting['id']}"))
    assert (fellow["part"], fellow["standing"], fellow["costs"]) == (None, None, [])
    for person in (cast.zhou_yu, cast.wu_gang):
        own = f"/members/{person.member_id}/meetings/{meeting['id']}"
        assert refusal(call(person, "GET", own)) == (404, "not_found")
    absent = call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/meetings/{10**9}")
    assert refusal(absent) == (404, "not_found")
