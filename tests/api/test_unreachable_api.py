"""未送达 over HTTP: the branch's officers and those above see whom to tell, and not what the message said."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.pushes.models import Push
from server.pushes.rules import PushStatus, UnreachedReason
from tests.api.answers import body, refusal
from tests.cast import NOW, Cast
from tests.conftest import Call
from tests.pushed import add_push


@pytest.fixture
def push(session: Session, cast: Cast) -> Push:
    values: dict[str, Any] = {"status": PushStatus.unreachable, "reason": UnreachedReason.not_bound, "finished_at": NOW}
    return add_push(session, cast, cast.zhang_min, **values)


@pytest.fixture
def path(cast: Cast) -> str:
    return f"/organizations/{cast.branch}/unreached-pushes"


@pytest.mark.parametrize("who", ["wang_fang", "sun_li", "li_wei", "chen_jing", "organization_department"])
def test_officers_see_whom_to_tell_and_why(call: Call, cast: Cast, push: Push, path: str, who: str) -> None:
    (row,) = body(call(cast.people[who], "GET", path))["items"]
    assert row == {
        "push_id": push.id,
        "member_id": cast.zhang_min.member_id,
        "name": "张敏",
        "organization_title": "教工第一党支部",
        "occasion_title": "月度积分公布",
        "status": "unreachable",
        "reason": "未绑定微信",
        "since": "2026-06-18T00:30:00+08:00",
        "read_at": None,
        "told_by": None,
        "told_at": None,
    }


def test_nothing_of_the_message_is_shown(call: Call, cast: Cast, push: Push, path: str) -> None:
    text = call(cast.li_wei, "GET", path).get_data(as_text=True)
    assert not any(words in text for words in ("62.50", push.title, push.page, "2026 年 5 月"))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("zhang_min", (403, "forbidden")),
        ("zhao_qiang", (404, "not_found")),
        ("inspector", (403, "forbidden")),
        ("administrator", (403, "forbidden")),
        ("representative", (403, "forbidden")),
        ("stranger", (403, "forbidden")),
    ],
)
def test_others_neither_see_nor_tell(call: Call, cast: Cast, push: Push, who: str, expected: tuple[int, str]) -> None:
    person, path = cast.people[who], f"/organizations/{cast.branch}/unreached-pushes"
    assert refusal(call(person, "GET", path)) == expected
    assert refusal(call(person, "GET", f"{path}/counts")) == expected
    assert refusal(call(person, "POST", f"/unreached-pushes/{push.id}/told")) == expected


def test_looking_is_noted(call: Call, session: Session, cast: Cast, push: Push, path: str) -> None:
    body(call(cast.li_wei, "GET", path))
    looks = select(AuditLine.subject_id, AuditLine.actor_id).where(AuditLine.subject_kind == "unreached_pushes")
    assert session.execute(looks).all() == [(cast.branch, cast.li_wei.account_id)]


def test_telling_settles_it_once(call: Call, session: Session, cast: Cast, push: Push, path: str) -> None:
    first = body(call(cast.li_wei, "POST", f"/unreached-pushes/{push.id}/told"))
    again = body(call(cast.wang_fang, "POST", f"/unreached-pushes/{push.id}/told"))
    assert first["told_by"] == again["told_by"] == "李伟"
    assert body(call(cast.li_wei, "GET", path))["items"] == []
    (row,) = body(call(cast.li_wei, "GET", f"{path}?with_settled=true"))["items"]
    assert row["told_at"] == first["told_at"]
    (message,) = body(call(cast.zhang_min, "GET", "/me/inbox"))["items"]
    assert message["outcome"] == "未能送达（未绑定微信），已由党组织告知"


def test_what_was_delivered_cannot_be_told(call: Call, session: Session, cast: Cast) -> None:
    sent = add_push(session, cast, cast.zhang_min, status=PushStatus.sent)
    assert refusal(call(cast.li_wei, "POST", f"/unreached-pushes/{sent.id}/told")) == (409, "not_unreached")


def test_pages_meet(call: Call, session: Session, cast: Cast, push: Push, path: str) -> None:
    for person in (cast.wang_fang, cast.sun_li):
        add_push(session, cast, person, status=PushStatus.unknown)
    first = body(call(cast.li_wei, "GET", f"{path}?limit=2"))
    second = body(call(cast.li_wei, "GET", f"{path}?limit=2&cursor={first['next_cursor']}"))
    names = [row["name"] for row in first["items"] + second["items"]]
    assert (sorted(names), second["next_cursor"]) == (["孙丽", "张敏", "王芳"], None)


def test_a_general_branch_counts_by_branch(call: Call, session: Session, cast: Cast, push: Push) -> None:
    add_push(session, cast, cast.zhou_yu, status=PushStatus.unknown)
    add_push(session, cast, cast.wu_gang, status=PushStatus.unknown)
    counts = body(call(cast.chen_jing, "GET", f"/organizations/{cast.general_branch}/unreached-pushes/counts"))
    assert (counts["unreachable"], counts["unknown"], counts["settled"]) == (1, 1, 0)
    assert [place["organization_title"] for place in counts["places"]] == ["教工第一党支部", "学生第一党支部"]
    total = body(call(cast.organization_department, "GET", f"/organizations/{cast.root}/unreached-pushes/counts"))
    assert total["unknown"] == 2
