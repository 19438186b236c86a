"""公示栏 over HTTP: who sees how much of a month, and what a link opens."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.identity import service as identity
from server.identity.models import Grant, IdempotencyRecord
from server.organizations.models import Member, WorkdayOverride
from server.organizations.schemas import BoardVisibility
from server.statements.models import BoardLink
from tests.api.answers import refusal
from tests.boards import cast_lines, cast_statement, show
from tests.cast import Cast, Person
from tests.conftest import Call

LINK = {"place": "实验楼三楼走廊", "until_date": "2026-12-31"}


def board(call: Call, cast: Cast, who: Person, query: str = "") -> Any:
    answer = call(who, "GET", f"/organizations/{cast.branch}/board{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def opened(call: Call, cast: Cast) -> tuple[int, dict[str, str]]:
    """Open a link that 李伟 made on a screen; return the link and the header the screen then sends."""
    link = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/board-links", json=LINK).json
    answer = call(None, "POST", "/board-sessions", json={"key": link["url"].partition("#")[2]})
    assert answer.status_code == 201
    return link["id"], {"X-Board-Token": answer.json["board_token"]}


def screen(call: Call, cast: Cast, headers: dict[str, str], branch: int | None = None) -> Any:
    return call(None, "GET", f"/boards/{branch or cast.branch}", headers=headers)


def places(rows: list[dict[str, Any]]) -> list[tuple[str, int | None]]:
    return [(row["name"], row["position"]) for row in rows]


def test_by_default_a_member_sees_his_own_place_and_the_distribution(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    seen = board(call, cast, cast.zhang_min)
    assert (seen["view"], seen["rows"]) == ("own", None)
    own = seen["own"]
    assert (own["position"], own["total"], own["change"]) == (3, "76.00", "-1.00")
    assert own["backdated"] == [{"month": "2026-04", "points": "0.50"}]
    assert (seen["ranked"], seen["apart"]) == (3, 2)
    counted = [(band["at_least"], band["count"], band["own"]) for band in seen["distribution"]]
    assert counted == [
        ("90.00", 0, False),
        ("80.00", 2, False),
        ("70.00", 1, True),
        ("60.00", 0, False),
        (None, 0, False),
    ]


def test_scores_without_places_are_in_the_order_of_names(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    show(session, cast, BoardVisibility.scores)
    seen = board(call, cast, cast.zhang_min)
    assert places(seen["rows"]) == [("李伟", None), ("王芳", None), ("张敏", None)]
    assert [row["total"] for row in seen["rows"]] == ["84.25", "84.25", "76.00"]
    assert (seen["own"]["position"], seen["own"]["total"]) == (None, "76.00")


@pytest.mark.parametrize("query", ["", "?posted=true"])
def test_a_full_list_ranks_and_tells_members_nothing_of_who_is_reported_apart(
    call: Call, session: Session, cast: Cast, query: str
) -> None:
    cast_statement(session, cast)
    show(session, cast, BoardVisibility.full, names_outside=True)
    answer = call(cast.zhang_min, "GET", f"/organizations/{cast.branch}/board{query}")
    rows = answer.json["rows"]
    assert places(rows) == [("王芳", 1), ("李伟", 1), ("张敏", 3)]
    assert (rows[0]["head_seq"], rows[0]["head_hash"]) == (20, "3aa1100e")
    assert answer.json["apart"] == 2
    assert not {"孙丽", "孙*", "另行通报"} & set(answer.get_data(as_text=True).split('"'))


def test_officers_see_who_is_reported_apart(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    apart = board(call, cast, cast.li_wei)["rows"][-1]
    assert (apart["name"], apart["note"], apart["total"], apart["change"]) == ("孙丽", "另行通报", None, None)
    assert (apart["sections"], apart["backdated"]) == ([], [])


def test_who_is_reported_apart_reads_his_own_sections(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    seen = board(call, cast, cast.sun_li, "?posted=true")
    own = seen["own"]
    assert (own["note"], own["total"], own["position"]) == ("另行通报", None, None)
    assert [section["points"] for section in own["sections"]] == ["60.00", "0.00"]
    assert not any(band["own"] for band in seen["distribution"])


@pytest.mark.parametrize("who", ["li_wei", "wang_fang", "chen_jing", "organization_department", "inspector"])
def test_officers_see_everything_and_it_is_noted(call: Call, session: Session, cast: Cast, who: str) -> None:
    cast_statement(session, cast)
    seen = board(call, cast, cast.people[who])
    assert (seen["view"], len(seen["rows"])) == ("everything", 4)
    looks = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "board")).all()
    assert [(line.action, line.actor_id) for line in looks] == [("look", cast.people[who].account_id)]


def test_as_posted_an_officer_sees_what_hangs_on_the_wall(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    seen = board(call, cast, cast.li_wei, "?posted=true")
    assert (seen["view"], seen["rows"], seen["own"]["position"]) == ("own", None, 1)
    board(call, cast, cast.zhang_min)
    assert session.scalars(select(AuditLine).where(AuditLine.subject_kind == "board")).all() == []


@pytest.mark.parametrize("who", ["zhao_qiang", "zhou_yu", "wu_gang", "representative", "administrator", "stranger"])
def test_nobody_else_sees_it(call: Call, session: Session, cast: Cast, who: str) -> None:
    cast_statement(session, cast)
    answer = call(cast.people[who], "GET", f"/organizations/{cast.branch}/board")
    assert answer.status_code in (403, 404)


def test_a_month_that_is_not_confirmed_is_nobodys(call: Call, session: Session, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/board"
    assert refusal(call(cast.li_wei, "GET", path)) == (404, "nothing_confirmed")
    cast_statement(session, cast, period="2026-04", until=date(2026, 4, 30))
    cast_statement(session, cast, confirmed_at=None)
    assert board(call, cast, cast.li_wei)["month"] == "2026-04"
    assert refusal(call(cast.li_wei, "GET", f"{path}?month=2026-05")) == (404, "nothing_confirmed")
    assert call(cast.li_wei, "GET", f"{path}?month=2026-13").status_code == 422


def test_it_leads_to_the_months_beside_it(call: Call, session: Session, cast: Cast) -> None:
    for month in (3, 4, 5):
        cast_statement(session, cast, period=f"2026-0{month}", until=date(2026, month, 28))
    middle = board(call, cast, cast.zhang_min, "?month=2026-04")
    assert (middle["earlier"], middle["later"]) == ("2026-03", "2026-05")
    newest = board(call, cast, cast.zhang_min)
    assert (newest["month"], newest["earlier"], newest["later"]) == ("2026-05", "2026-04", None)


def test_it_says_on_what_it_rests(call: Call, session: Session, cast: Cast) -> None:
    statement = cast_statement(session, cast)
    seen = board(call, cast, cast.zhang_min)
    assert seen["organization"] == "计算机科学与技术学院党总支 · 教工第一党支部"
    assert (seen["title"], seen["until"]) == ("2026 年 5 月党员积分公示", "2026-05-31")
    assert (seen["confirmed_by"], seen["secretary"], seen["hash"]) == ("李伟", "李伟", statement.hash)
    assert "党发〔2018〕75号" in seen["basis"]
    assert [(column["title"], column["cap"]) for column in seen["columns"]] == [
        ("基础积分", "70.00"),
        ("贡献积分", "30.00"),
    ]
    assert seen["publicity"]["starts_at"] == "2026-06-03T09:00:00+08:00"
    assert seen["publicity"]["days"] == ["2026-06-03", "2026-06-04", "2026-06-05", "2026-06-08", "2026-06-09"]


def test_a_link_shows_what_members_may_see_and_no_more(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    _, headers = opened(call, cast)
    seen = screen(call, cast, headers).json
    assert (seen["view"], seen["rows"], seen["own"]) == ("own", None, None)
    show(session, cast, BoardVisibility.scores)
    assert {row["position"] for row in screen(call, cast, headers).json["rows"]} == {None}
    show(session, cast, BoardVisibility.full)
    assert places(screen(call, cast, headers).json["rows"]) == [("王*", 1), ("李*", 1), ("张*", 3)]


def test_names_outside_are_masked_until_the_branch_decides_and_at_once_when_it_does(
    call: Call, session: Session, cast: Cast
) -> None:
    """On a running screen and on what is printed; what members and officers read at home stays whole."""
    cast_statement(session, cast)
    show(session, cast, BoardVisibility.full)
    _, headers = opened(call, cast)

    def seen(posted: Any) -> tuple[bool, list[str]]:
        return posted["masked"], [row["name"] for row in posted["rows"]]

    whole, masked = (False, ["王芳", "李伟", "张敏"]), (True, ["王*", "李*", "张*"])
    for shown, outside in [(None, masked), (True, whole), (False, masked)]:
        if shown is not None:
            path = f"/organizations/{cast.branch}/settings"
            assert call(cast.li_wei, "PUT", path, json={"board_names_outside": shown}).status_code == 200
        assert seen(screen(call, cast, headers).json) == outside
        assert seen(board(call, cast, cast.li_wei, "?posted=true")) == outside
        assert seen(board(call, cast, cast.zhang_min)) == whole
        assert not board(call, cast, cast.chen_jing)["masked"]
    lines = session.scalars(select(AuditLine).where(AuditLine.action == "organization_settings")).all()
    assert [(line.actor_id, line.detail) for line in lines] == [
        (cast.li_wei.account_id, {"board_names_outside": True}),
        (cast.li_wei.account_id, {"board_names_outside": False}),
    ]


def test_a_reader_finds_the_own_row_among_masked_ones(call: Call, session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.wang_fang.member_id).name = "张明"
    cast_statement(session, cast)
    show(session, cast, BoardVisibility.full)
    seen = board(call, cast, cast.zhang_min, "?posted=true")
    assert [row["name"] for row in seen["rows"]] == ["张*", "李*", "张*"]
    assert (seen["own"]["name"], seen["own"]["member_id"]) == ("张敏", seen["rows"][2]["member_id"])


@pytest.mark.parametrize("who", ["zhang_min", "wang_fang", "zhao_qiang", "inspector"])
def test_only_the_leaders_decide_about_names_outside(call: Call, cast: Cast, who: str) -> None:
    path = f"/organizations/{cast.branch}/settings"
    assert call(cast.people[who], "PUT", path, json={"board_names_outside": True}).status_code in (403, 404)


def test_a_link_opens_no_other_branch(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    _, headers = opened(call, cast)
    assert refusal(screen(call, cast, headers, cast.other_branch)) == (403, "board_closed")
    assert refusal(screen(call, cast, {"X-Board-Token": headers["X-Board-Token"] + "x"})) == (403, "board_closed")
    assert refusal(screen(call, cast, {})) == (403, "board_closed")


def test_a_link_opens_in_several_browsers_and_counts_them(call: Call, session: Session, cast: Cast) -> None:
    link = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/board-links", json=LINK).json
    for _ in range(2):
        assert call(None, "POST", "/board-sessions", json={"key": link["url"].partition("#")[2]}).status_code == 201
    (listed,) = call(cast.sun_li, "GET", f"/organizations/{cast.branch}/board-links").json["items"]
    assert (listed["place"], listed["opens"], listed["made_by"], listed["url"]) == ("实验楼三楼走廊", 2, "李伟", None)
    stored = session.scalars(select(BoardLink.key_hash)).one()
    assert link["url"].partition("#")[2] not in stored


def test_a_revoked_link_shows_nothing_any_more(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    link_id, headers = opened(call, cast)
    for _ in range(2):
        assert call(cast.sun_li, "POST", f"/board-links/{link_id}/revocation").status_code == 200
    assert refusal(screen(call, cast, headers)) == (403, "board_closed")
    assert call(cast.li_wei, "GET", f"/organizations/{cast.branch}/board-links").json["items"] == []
    actions = session.scalars(select(AuditLine.action).where(AuditLine.subject_kind == "board_link")).all()
    assert actions == ["board_link_make", "board_link_revoke"]


def test_a_link_lasts_through_its_last_day(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    _, headers = opened(call, cast)
    with time_machine.travel(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)):
        assert screen(call, cast, headers).status_code == 200
    with time_machine.travel(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):
        assert refusal(screen(call, cast, headers)) == (403, "board_closed")


@pytest.mark.at_the_edges_of_the_day
def test_a_link_ends_with_the_office_of_who_made_it(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    _, headers = opened(call, cast)
    grant = session.scalars(select(Grant).where(Grant.account_id == cast.li_wei.account_id)).one()
    identity.end_grant(session, grant_id=grant.id, until_date=cast.today, now=cast.now)
    session.commit()
    assert refusal(screen(call, cast, headers)) == (403, "board_closed")


@pytest.mark.parametrize("who", ["zhang_min", "wang_fang", "zhao_qiang", "inspector", "administrator"])
def test_only_the_leaders_make_and_revoke_links(call: Call, cast: Cast, who: str) -> None:
    link_id, _ = opened(call, cast)
    person = cast.people[who]
    assert call(person, "POST", f"/organizations/{cast.branch}/board-links", json=LINK).status_code in (403, 404)
    assert call(person, "POST", f"/board-links/{link_id}/revocation").status_code in (403, 404)


@pytest.mark.parametrize("days", [-1, 367])
def test_a_link_ends_within_a_year(call: Call, cast: Cast, days: int) -> None:
    body = LINK | {"until_date": (cast.today + timedelta(days=days)).isoformat()}
    assert refusal(call(cast.li_wei, "POST", f"/organizations/{cast.branch}/board-links", json=body)) == (
        422,
        "invalid_dates",
    )
    above = f"/organizations/{cast.general_branch}/board-links"
    assert refusal(call(cast.chen_jing, "POST", above, json=LINK)) == (422, "not_a_branch")


def test_a_wrong_key_opens_nothing(call: Call, cast: Cast) -> None:
    answer = call(None, "POST", "/board-sessions", json={"key": "keineswegs"})
    assert refusal(answer) == (403, "link_invalid")


def test_everyone_may_be_reported_apart(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast, lines=cast_lines(cast)[-1:])
    seen = board(call, cast, cast.sun_li, "?posted=true")
    assert (seen["ranked"], seen["average"]) == (0, None)


def test_a_day_the_university_does_not_work_is_no_day_of_publicity(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    session.add(
        WorkdayOverride(
            root_id=cast.root,
            day=date(2026, 6, 4),
            works=False,
            note="校庆",
            changed_by=cast.organization_department.account_id,
            changed_at=cast.now,
        )
    )
    session.commit()
    days = board(call, cast, cast.zhang_min)["publicity"]["days"]
    assert days == ["2026-06-03", "2026-06-05", "2026-06-08", "2026-06-09", "2026-06-10"]


def test_a_new_name_stands_on_the_board_within_a_minute(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    assert board(call, cast, cast.li_wei)["rows"][0]["name"] == "王芳"
    session.get_one(Member, cast.wang_fang.member_id).name = "王芳芳"
    session.commit()
    with time_machine.travel(cast.now + timedelta(seconds=60)):
        assert board(call, cast, cast.li_wei)["rows"][0]["name"] == "王芳芳"


def test_an_officer_prints_a_members_sheet_and_it_is_noted(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    path = f"/members/{cast.zhang_min.member_id}/statement-sheet"
    own = call(cast.zhang_min, "GET", path).json
    assert (own["row"]["total"], own["row"]["position"], own["ranked"]) == ("76.00", 3, 3)
    assert (own["stage_title"], own["category_title"]) == ("正式党员", "教职工")
    assert session.scalars(select(AuditLine).where(AuditLine.subject_kind == "statement_sheet")).all() == []
    session.rollback()
    printed = call(cast.li_wei, "GET", f"{path}?month=2026-05").json
    assert printed["row"] == own["row"]
    looks = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "statement_sheet")).all()
    assert [(line.actor_id, line.subject_id) for line in looks] == [(cast.li_wei.account_id, cast.zhang_min.member_id)]
    for stranger in (cast.zhao_qiang, cast.zhou_yu, cast.stranger, cast.administrator):
        assert call(stranger, "GET", path).status_code in (403, 404)


def test_a_sheet_says_no_place_where_the_branch_shows_none(call: Call, session: Session, cast: Cast) -> None:
    cast_statement(session, cast)
    show(session, cast, BoardVisibility.scores)
    sheet = call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/statement-sheet").json
    assert (sheet["shows_position"], sheet["row"]["position"]) == (False, None)


def test_the_links_key_is_kept_under_no_idempotency_key(call: Call, cast: Cast, session: Session) -> None:
    path, key = f"/organizations/{cast.branch}/board-links", {"Idempotency-Key": "k1"}
    made = [call(cast.li_wei, "POST", path, json=LINK, headers=key).json["url"] for _ in range(2)]
    assert made[0] != made[1]
    secret = made[0].partition("#")[2]
    assert secret
    assert not [record for record in session.scalars(select(IdempotencyRecord)) if secret in record.body]
