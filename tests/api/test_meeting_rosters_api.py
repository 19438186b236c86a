"""Leave, rosters, attendance by hand, guests and oddities over HTTP: who may, who sees what, and what is answered."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.meetings.check_in.codes import step_at
from server.meetings.models import Attendance, CodeExchange, Meeting, Roster
from server.meetings.rules import AttendanceState, Via
from tests.api.answers import body, refusal
from tests.cast import NOW, Cast, Person
from tests.conftest import Call
from tests.meeting import make_meeting, visited

SICK = {"kind": "sick", "reason": "发烧，已去医院"}
ENTRY = {"state": "present", "reason": "手机没电，已核对签名表"}


@pytest.fixture
def meeting(engine: Engine, cast: Cast) -> Meeting:
    """A meeting of 教工第一党支部 whose check-in runs."""
    with Session(engine, expire_on_commit=False) as session:
        return make_meeting(session, cast)


@pytest.fixture
def roster_id(engine: Engine, meeting: Meeting) -> int:
    with Session(engine) as session:
        return session.scalars(select(Roster.id).where(Roster.meeting_id == meeting.id)).one()


@pytest.fixture
def yesterday(engine: Engine, cast: Cast) -> tuple[Meeting, int]:
    """Yesterday's meeting, its check-in closed, and its roster."""
    with Session(engine, expire_on_commit=False) as session:
        meeting = make_meeting(session, cast, starts_at=NOW - timedelta(days=1))
        return meeting, session.scalars(select(Roster.id).where(Roster.meeting_id == meeting.id)).one()


def ask(call: Call, person: Person, meeting: Meeting, by: Person | None = None, **changes: Any) -> Any:
    path = f"/members/{person.member_id}/meetings/{meeting.id}/leave"
    return body(call(by or person, "POST", path, json=SICK | changes))


def line(call: Call, reader: Person, roster_id: int, name: str) -> Any:
    items = body(call(reader, "GET", f"/rosters/{roster_id}"))["items"]
    return next(item for item in items if item["name"] == name)


def test_a_leave_from_asking_to_the_answer(call: Call, cast: Cast, meeting: Meeting) -> None:
    asked = ask(call, cast.zhang_min, meeting)
    assert (asked["status_title"], asked["kind_title"], asked["asked_by"]) == ("待批", "病假", "张敏")
    (waiting,) = body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/leaves"))["items"]
    assert (waiting["name"], waiting["reason"], waiting["meeting_title"]) == ("张敏", SICK["reason"], "6 月主题党日")
    path = f"/leaves/{asked['id']}"
    granted = body(call(cast.li_wei, "POST", f"{path}/grant", json={"makeup": True}))
    assert (granted["decided_by"], granted["makeup_until"]) == ("李伟", meeting.makeup_until.isoformat())
    assert body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/leaves"))["items"] == []
    late = call(cast.sun_li, "POST", f"{path}/refuse", json={"answer": "不符合规定"})
    assert refusal(late) == (409, "already_decided")
    assert body(call(cast.zhang_min, "POST", f"{path}/withdraw"))["status"] == "withdrawn"


def test_a_leave_is_decided_with_words_that_say_enough(call: Call, cast: Cast, meeting: Meeting) -> None:
    path = f"/leaves/{ask(call, cast.zhang_min, meeting)['id']}"
    assert refusal(call(cast.li_wei, "POST", f"{path}/refuse", json={})) == (422, "invalid_input")
    assert refusal(call(cast.li_wei, "POST", f"{path}/grant", json={"reason": "好"})) == (422, "invalid_input")
    longer = {"makeup_until": "2026-09-01", "version": 2}
    body(call(cast.li_wei, "POST", f"{path}/grant", json={}))
    assert refusal(call(cast.li_wei, "POST", f"{path}/grant", json=longer)) == (422, "reason_missing")
    again = body(call(cast.li_wei, "POST", f"{path}/grant", json=longer | {"answer": "尚在住院"}))
    assert (again["makeup_until"], again["version"]) == ("2026-09-01", 3)


def test_a_leave_is_refused_with_a_reason(call: Call, cast: Cast, meeting: Meeting) -> None:
    path = f"/leaves/{ask(call, cast.zhang_min, meeting)['id']}"
    refused = body(call(cast.li_wei, "POST", f"{path}/refuse", json={"answer": "请先参加会议"}))
    assert (refused["status"], refused["answer"]) == ("refused", "请先参加会议")


def test_an_officer_asks_on_behalf_and_others_do_not(call: Call, cast: Cast, meeting: Meeting) -> None:
    path = f"/members/{cast.zhang_min.member_id}/meetings/{meeting.id}/leave"
    assert refusal(call(cast.wang_fang, "POST", path, json=SICK)) == (422, "reason_missing")
    asked = ask(call, cast.zhang_min, meeting, cast.wang_fang, on_behalf_reason="本人住院")
    assert (asked["asked_by"], asked["on_behalf_reason"]) == ("王芳", "本人住院")
    assert refusal(call(cast.zhao_qiang, "POST", path, json=SICK)) == (404, "not_found")
    assert refusal(call(cast.chen_jing, "POST", path, json=SICK)) == (404, "not_found")


def test_a_secretarys_leave_goes_upwards(call: Call, cast: Cast, meeting: Meeting) -> None:
    asked = ask(call, cast.li_wei, meeting)
    own = call(cast.li_wei, "POST", f"/leaves/{asked['id']}/grant", json={})
    assert refusal(own) == (403, "own_leave")
    assert own.json is not None
    assert "计算机科学与技术学院党总支" in own.json["error"]["message"]
    granted = body(call(cast.chen_jing, "POST", f"/leaves/{asked['id']}/grant", json={}))
    assert (granted["status"], granted["reason"]) == ("granted", SICK["reason"])


def test_a_members_reason_stays_in_the_branch(call: Call, cast: Cast, meeting: Meeting, roster_id: int) -> None:
    ask(call, cast.zhang_min, meeting)
    readers = {"li_wei": SICK["reason"], "chen_jing": None, "inspector": None}
    for who, reason in readers.items():
        shown = line(call, cast.people[who], roster_id, "张敏")["leave"]
        assert (shown["kind"], shown["reason"]) == ("sick", reason), who


def test_who_decides_from_above_sees_that_there_is_a_leave_and_not_why(
    call: Call, cast: Cast, meeting: Meeting
) -> None:
    ask(call, cast.zhang_min, meeting)
    (waiting,) = body(call(cast.chen_jing, "GET", f"/organizations/{cast.general_branch}/leaves"))["items"]
    assert (waiting["name"], waiting["reason"]) == ("张敏", None)


def test_leaves_are_listed_page_by_page(call: Call, cast: Cast, meeting: Meeting) -> None:
    for person in (cast.zhang_min, cast.wang_fang, cast.sun_li):
        ask(call, person, meeting)
    path = f"/organizations/{cast.branch}/leaves?limit=2"
    first = body(call(cast.li_wei, "GET", path))
    second = body(call(cast.li_wei, "GET", f"{path}&cursor={first['next_cursor']}"))
    assert [item["name"] for item in first["items"] + second["items"]] == ["张敏", "王芳", "孙丽"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "MDAwMS0wMS0wMVQwMDowMDowMCswODowMB8x", "MjAyNi0wNi0xOFQwMDowMDowMFofMA"])
def test_a_cursor_that_makes_no_sense_is_refused(call: Call, cast: Cast, roster_id: int, cursor: str) -> None:
    for path in (f"/organizations/{cast.branch}/leaves", f"/rosters/{roster_id}"):
        assert refusal(call(cast.li_wei, "GET", f"{path}?cursor={cursor}")) == (422, "invalid_cursor")


def test_a_roster_says_who_is_missing_and_counts(call: Call, cast: Cast, roster_id: int) -> None:
    body(call(cast.li_wei, "POST", f"/rosters/{roster_id}/members/{cast.zhang_min.member_id}/enter", json=ENTRY))
    roster = body(call(cast.inspector, "GET", f"/rosters/{roster_id}"))
    assert (roster["organization_title"], roster["meeting"]["kind_title"]) == ("教工第一党支部", "主题党日")
    assert [item["standing_title"] for item in roster["items"]] == ["未到", "未到", "未到", "出席"]
    assert (roster["counts"]["invited"], roster["counts"]["present"], roster["counts"]["expected"]) == (4, 1, 3)
    present = body(call(cast.li_wei, "GET", f"/rosters/{roster_id}?standing=present"))
    assert [(item["name"], item["via"]) for item in present["items"]] == [("张敏", "manual")]
    assert present["counts"] == roster["counts"]


def test_a_roster_is_read_page_by_page(call: Call, cast: Cast, roster_id: int) -> None:
    names, cursor = [], ""
    for _ in range(4):
        page = body(call(cast.li_wei, "GET", f"/rosters/{roster_id}?limit=1{cursor}"))
        names += [item["name"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert (sorted(names), page["next_cursor"]) == (sorted(["张敏", "王芳", "李伟", "孙丽"]), None)
    assert refusal(call(cast.li_wei, "GET", f"/rosters/{roster_id}?limit=1001")) == (422, "invalid_input")


def test_a_look_at_a_roster_is_noted(call: Call, cast: Cast, engine: Engine, roster_id: int) -> None:
    body(call(cast.chen_jing, "GET", f"/rosters/{roster_id}"))
    with Session(engine) as session:
        looks = session.execute(select(AuditLine.subject_kind, AuditLine.subject_id).where(AuditLine.action == "look"))
        assert [tuple(look) for look in looks] == [("roster", roster_id)]


def test_an_entry_by_hand_is_corrected_undone_and_told(call: Call, cast: Cast, roster_id: int) -> None:
    path = f"/rosters/{roster_id}/members/{cast.zhang_min.member_id}"
    entered = body(call(cast.wang_fang, "POST", f"{path}/enter", json=ENTRY))
    assert (entered["state_title"], entered["via"]) == ("出席", "manual")
    corrected = body(call(cast.li_wei, "POST", f"{path}/correct", json={"state": "late", "reason": "晚到半小时"}))
    assert corrected["state_title"] == "迟到"
    assert body(call(cast.li_wei, "POST", f"{path}/undo", json={"reason": "登记错人"}))["state"] is None
    changes = body(call(cast.inspector, "GET", f"{path}/changes"))["items"]
    assert [(change["before_title"], change["after_title"], change["by"]) for change in changes] == [
        (None, "出席", "王芳"),
        ("出席", "迟到", "李伟"),
        ("迟到", None, "李伟"),
    ]


def test_an_entry_repeated_after_a_lost_answer_is_one_entry(call: Call, cast: Cast, roster_id: int) -> None:
    path = f"/rosters/{roster_id}/members/{cast.zhang_min.member_id}"
    headers = {"Idempotency-Key": "enter-1"}
    answers = [body(call(cast.wang_fang, "POST", f"{path}/enter", json=ENTRY, headers=headers)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(body(call(cast.wang_fang, "GET", f"{path}/changes"))["items"]) == 1


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("li_wei", "li_wei"), (403, "own_attendance")),
        (("zhang_min", "wang_fang"), (403, "forbidden")),
        (("inspector", "zhang_min"), (403, "forbidden")),
        (("zhao_qiang", "zhang_min"), (404, "not_found")),
        (("li_wei", "zhou_yu"), (409, "not_invited")),
    ],
)
def test_others_do_not_enter(
    call: Call, cast: Cast, roster_id: int, pair: tuple[str, str], expected: tuple[int, str]
) -> None:
    who, whom = (cast.people[key] for key in pair)
    path = f"/rosters/{roster_id}/members/{whom.member_id}/enter"
    assert refusal(call(who, "POST", path, json=ENTRY)) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "made_up"},
        {"reason": ""},
        {"at": "2026-06-18T10:00:00"},
        {"at": "9999-12-31T23:59:59-23:00"},
        {"x": 1},
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(
    call: Call, cast: Cast, roster_id: int, changes: dict[str, Any]
) -> None:
    path = f"/rosters/{roster_id}/members/{cast.zhang_min.member_id}/enter"
    assert call(cast.li_wei, "POST", path, json=ENTRY | changes).status_code == 422


def test_someone_who_does_not_exist_is_not_found(call: Call, cast: Cast, roster_id: int) -> None:
    assert refusal(call(cast.li_wei, "POST", f"/rosters/{roster_id}/members/999/enter", json=ENTRY)) == (
        404,
        "not_found",
    )


def test_a_makeup_is_entered_until_its_day_and_then_with_a_reason(
    call: Call, cast: Cast, yesterday: tuple[Meeting, int]
) -> None:
    path = f"/rosters/{yesterday[1]}/members/{cast.zhang_min.member_id}/make-up"
    made = {"on": "2026-06-18", "evidence": "谈话记录"}
    assert refusal(call(cast.li_wei, "POST", path, json=made | {"on": "2026-06-16"})) == (409, "invalid_makeup")
    assert body(call(cast.li_wei, "POST", path, json=made))["state_title"] == "已补课"
    shown = line(call, cast.li_wei, yesterday[1], "张敏")
    assert (shown["standing"], shown["scanned_at"]) == ("made_up", "2026-06-18T00:00:00+08:00")


def test_a_guest_is_confirmed_by_the_host_and_counts_at_home(
    call: Call, cast: Cast, engine: Engine, yesterday: tuple[Meeting, int]
) -> None:
    with Session(engine) as session:
        host = make_meeting(
            session, cast, organization_id=cast.other_branch, invited={cast.other_branch: [cast.zhao_qiang]}
        )
        host_id = host.id
        visited(session, host, cast.zhang_min)
    path = f"/meetings/{host_id}/guests"
    (waiting,) = body(call(cast.zhao_qiang, "GET", path))["items"]
    assert (waiting["name"], waiting["branch_title"], waiting["confirmed"]) == ("张敏", "教工第一党支部", None)
    decision = f"{path}/{cast.zhang_min.member_id}"
    assert refusal(call(cast.li_wei, "POST", f"{decision}/confirm")) == (404, "not_found")
    assert refusal(call(cast.zhao_qiang, "POST", f"{path}/{cast.wang_fang.member_id}/confirm")) == (404, "not_found")
    (confirmed,) = body(call(cast.zhao_qiang, "POST", f"{decision}/confirm"))["items"]
    assert (confirmed["decided_by"], confirmed["counts_for_title"]) == ("赵强", "6 月主题党日")
    assert line(call, cast.li_wei, yesterday[1], "张敏")["via"] == "elsewhere"
    assert refusal(call(cast.zhao_qiang, "POST", f"{decision}/refuse", json={})) == (422, "invalid_input")
    (refused,) = body(call(cast.zhao_qiang, "POST", f"{decision}/refuse", json={"reason": "认错人"}))["items"]
    assert (refused["confirmed"], refused["counts_for_meeting_id"]) == (False, None)
    assert line(call, cast.li_wei, yesterday[1], "张敏")["standing"] == "absent"


def test_what_looks_odd_is_told_in_words(call: Call, cast: Cast, engine: Engine, meeting: Meeting) -> None:
    path = f"/meetings/{meeting.id}/oddities"
    assert body(call(cast.li_wei, "GET", path))["items"] == []
    with Session(engine) as session:
        session.add(CodeExchange(meeting_id=meeting.id, step=step_at(NOW), exchanged=11))
        for person in (cast.zhang_min, cast.wang_fang):
            session.add(
                Attendance(
                    meeting_id=meeting.id,
                    member_id=person.member_id,
                    state=AttendanceState.present,
                    via=Via.qr,
                    scanned_at=NOW,
                    recorded_at=NOW,
                    account_id=person.account_id,
                    ticket_id="same",
                )
            )
        session.commit()
    spread, shared = body(call(cast.inspector, "GET", path))["items"]
    assert (spread["kind"], "被扫了 11 次，应到和列席共 4 人" in spread["text"]) == ("code_spread", True)
    assert shared["text"].startswith("张敏、王芳用同一次扫码签到")
    assert refusal(call(cast.zhang_min, "GET", path)) == (403, "forbidden")
