"""消息与推送设置 over HTTP: one's own and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.pushes.catalogue import CATALOGUE
from server.pushes.rules import Channel, Occasion, PushStatus, UnreachedReason
from tests.api.answers import body, refusal
from tests.cast import NOW, Cast
from tests.conftest import Call
from tests.pushed import PAGE, add_push

CHOICE = {"quiet_from": "21:30", "quiet_until": "07:00", "hides_figures": True, "muted": ["bulletin", "notice"]}
ROUTES = ["/me/inbox", "/me/inbox/unread", "/me/push-preferences"]


def test_a_message_says_what_it_is_about_and_how_it_came(call: Call, session: Session, cast: Cast) -> None:
    push = add_push(session, cast, cast.zhang_min, channel=Channel.subscription)
    (message,) = body(call(cast.zhang_min, "GET", "/me/inbox"))["items"]
    assert message == {
        "id": push.id,
        "occasion": "month_score",
        "occasion_title": "月度积分公布",
        "title": "您的月度积分",
        "lines": [{"label": "月份", "text": "2026 年 5 月"}, {"label": "积分", "text": "62.50"}],
        "page": PAGE,
        "at": "2026-06-18T00:30:00+08:00",
        "read_at": None,
        "status": "sent",
        "outcome": "已通过小程序送达",
    }


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"status": PushStatus.sent, "channel": Channel.official}, "已通过公众号送达"),
        ({"status": PushStatus.sent, "channel": Channel.work}, "已通过企业微信送达"),
        ({"status": PushStatus.unknown, "channel": Channel.subscription}, "结果未知"),
        ({"status": PushStatus.unreachable, "reason": UnreachedReason.not_subscribed}, "未能送达（未订阅消息）"),
        ({"status": PushStatus.unreachable, "told_at": NOW}, "未能送达（原因不明），已由党组织告知"),
        ({"status": PushStatus.muted}, "仅站内"),
        ({"status": PushStatus.waiting}, "等待发送"),
    ],
)
def test_the_outcome_is_said_in_words(
    call: Call, session: Session, cast: Cast, values: dict[str, Any], outcome: str
) -> None:
    add_push(session, cast, cast.zhang_min, **values)
    (message,) = body(call(cast.zhang_min, "GET", "/me/inbox"))["items"]
    assert message["outcome"] == outcome


def test_pages_meet_and_a_broken_cursor_is_refused(call: Call, session: Session, cast: Cast) -> None:
    for number in range(3):
        add_push(session, cast, cast.zhang_min, subject=f"{number}", due_at=NOW - timedelta(seconds=number))
    first = body(call(cast.zhang_min, "GET", "/me/inbox?limit=2"))
    second = body(call(cast.zhang_min, "GET", f"/me/inbox?limit=2&cursor={first['next_cursor']}"))
    ids = [message["id"] for message in first["items"] + second["items"]]
    assert (len(set(ids)), second["next_cursor"]) == (3, None)
    assert refusal(call(cast.zhang_min, "GET", "/me/inbox?cursor=x")) == (422, "invalid_cursor")


def test_reading_one_and_then_all(call: Call, session: Session, cast: Cast) -> None:
    pushes = [add_push(session, cast, cast.zhang_min, subject=f"{number}") for number in range(3)]
    assert body(call(cast.zhang_min, "GET", "/me/inbox/unread")) == {"unread": 3}
    for _ in range(2):
        read = body(call(cast.zhang_min, "POST", f"/me/inbox/{pushes[0].id}/read"))
    assert read["read_at"] is not None
    assert body(call(cast.zhang_min, "GET", "/me/inbox/unread")) == {"unread": 2}
    assert len(body(call(cast.zhang_min, "GET", "/me/inbox?unread_only=true"))["items"]) == 2
    for _ in range(2):
        assert body(call(cast.zhang_min, "POST", "/me/inbox/read")) == {"unread": 0}
    assert body(call(cast.zhang_min, "GET", "/me/inbox?unread_only=true"))["items"] == []


@pytest.mark.parametrize("who", ["li_wei", "organization_department", "administrator", "representative"])
def test_nobody_sees_or_reads_anothers_messages(call: Call, session: Session, cast: Cast, who: str) -> None:
    push = add_push(session, cast, cast.zhang_min)
    assert body(call(cast.people[who], "GET", "/me/inbox"))["items"] == []
    assert body(call(cast.people[who], "POST", "/me/inbox/read")) == {"unread": 0}
    assert refusal(call(cast.people[who], "POST", f"/me/inbox/{push.id}/read")) == (404, "not_found")
    assert body(call(cast.zhang_min, "GET", "/me/inbox/unread")) == {"unread": 1}


@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_has_no_inbox_and_no_choice(call: Call, cast: Cast, route: str) -> None:
    assert refusal(call(cast.stranger, "GET", route)) == (403, "not_bound")
    assert refusal(call(None, "GET", route)) == (401, "not_signed_in")


def test_an_account_without_a_member_reads_and_chooses(call: Call, session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.representative, occasion=Occasion.objection_progress)
    (message,) = body(call(cast.representative, "GET", "/me/inbox"))["items"]
    assert message["occasion_title"] == "异议办理进度"
    assert body(call(cast.representative, "PUT", "/me/push-preferences", json=CHOICE))["quiet_from"] == "21:30"


# What a person chooses


def test_who_chose_nothing_sees_the_defaults(call: Call, cast: Cast) -> None:
    chosen = body(call(cast.zhang_min, "GET", "/me/push-preferences"))
    assert (chosen["quiet_from"], chosen["quiet_until"], chosen["hides_figures"]) == ("22:00", "08:00", False)
    assert not any(choice["muted"] for group in chosen["groups"] for choice in group["occasions"])


def test_every_occasion_but_the_urgent_can_be_chosen_once_and_has_a_title(call: Call, cast: Cast) -> None:
    groups = body(call(cast.zhang_min, "GET", "/me/push-preferences"))["groups"]
    offered = [choice["occasion"] for group in groups for choice in group["occasions"]]
    assert sorted(offered) == sorted(each for each in Occasion if not CATALOGUE[each].urgent)
    assert {"title": "会议通知", "occasion": "meeting_planned", "muted": False} in groups[2]["occasions"]
    assert groups[2]["title"] == "会议与请假"


def test_a_choice_is_kept_and_replaced(call: Call, cast: Cast) -> None:
    for _ in range(2):
        body(call(cast.zhang_min, "PUT", "/me/push-preferences", json=CHOICE))
    chosen = body(call(cast.zhang_min, "GET", "/me/push-preferences"))
    muted = {choice["occasion"] for group in chosen["groups"] for choice in group["occasions"] if choice["muted"]}
    assert (chosen["quiet_from"], chosen["quiet_until"], chosen["hides_figures"]) == ("21:30", "07:00", True)
    assert muted == {"bulletin", "notice"}
    never = CHOICE | {"quiet_from": "00:00", "quiet_until": "00:00", "hides_figures": False, "muted": []}
    body(call(cast.zhang_min, "PUT", "/me/push-preferences", json=never))
    chosen = body(call(cast.zhang_min, "GET", "/me/push-preferences"))
    assert (chosen["quiet_from"], chosen["hides_figures"]) == ("00:00", False)


@pytest.mark.parametrize(
    "changes",
    [
        *({"quiet_from": value} for value in ("24:00", "8:00", "22:00:00", "2200", "22:60", "aa:bb", None, 8)),
        {"muted": ["telegram"]},
        {"muted": "notice"},
        {"hides_figures": None},
        {"more": 1},
    ],
)
def test_nonsense_is_refused(call: Call, cast: Cast, changes: dict[str, Any]) -> None:
    response = call(cast.zhang_min, "PUT", "/me/push-preferences", json=CHOICE | changes)
    assert response.status_code == 422
