"""Messages to the sandbox's phones: each rule of WeChat's by its error code."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
import zxingcpp
from PIL import Image

from server.wechat.sandbox.record import KEPT_PER_PHONE
from server.wechat.sandbox.state import SandboxState
from tests.days import at
from tests.playing_wechat import SCORE, Caller, message

START = datetime(2026, 11, 5, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def wechat() -> Caller:
    return Caller(SandboxState())


def test_one_consent_is_one_message(wechat: Caller) -> None:
    wechat.agree("zhang_min", times=2)
    assert [wechat.subscribe() for _ in range(3)] == [0, 0, 43101]
    assert wechat.json("GET", "/phones/sandbox/zhang_min")["agreed"] == {"sandbox-score": 0}


def test_a_consent_is_for_one_template_and_one_person(wechat: Caller) -> None:
    wechat.agree("zhang_min")
    assert wechat.subscribe("li_wei") == 43101
    assert wechat.subscribe(template_id="sandbox-meeting") == 43101
    assert wechat.subscribe() == 0


def test_what_arrived_is_recorded_with_all_that_matters(wechat: Caller) -> None:
    wechat.agree("zhang_min")
    wechat.subscribe(client_msg_id="month_score:2026-10")
    assert wechat.messages() == [
        {
            "seq": 1,
            "at": START.isoformat(),
            "app": "sandbox",
            "call": "subscribe_send",
            "openid": "zhang_min",
            "template": "sandbox-score",
            "page": "pages/score/score?month=2026-10",
            "content": SCORE,
            "key": "month_score:2026-10",
            "times": 1,
            "answered": True,
            "own": False,
        }
    ]


def test_the_same_message_again_is_counted_and_another_is_not(wechat: Caller) -> None:
    wechat.agree("zhang_min", "li_wei", times=5)
    for openid, page in (("zhang_min", "a"), ("zhang_min", "a"), ("zhang_min", "b"), ("li_wei", "a")):
        assert wechat.subscribe(openid, page=page) == 0
    assert [each["times"] for each in wechat.messages()] == [1, 2, 1, 1]
    assert wechat.json("GET", "/counts") == {"messages": 4, "repeated": 1, "phones": 2}


def test_the_record_is_read_in_pages(wechat: Caller) -> None:
    wechat.agree("zhang_min", times=5)
    for _ in range(5):
        wechat.subscribe()
    assert [each["seq"] for each in wechat.messages(after=1, limit=2)] == [2, 3]
    assert [each["seq"] for each in wechat.messages(after=3)] == [4, 5]
    assert wechat.messages(after=5) == []


def test_a_demo_keeps_the_newest_and_a_simulation_everything(wechat: Caller) -> None:
    for unbounded in (False, True):
        wechat.ask("DELETE", "/messages")
        assert wechat.json("PUT", "/settings", {"unbounded": unbounded})["unbounded"] is unbounded
        wechat.agree("zhang_min", times=KEPT_PER_PHONE + 1)
        for _ in range(KEPT_PER_PHONE + 1):
            wechat.subscribe()
        kept = wechat.json("GET", "/phones/sandbox/zhang_min", limit="1000")["messages"]
        assert len(kept) == KEPT_PER_PHONE + unbounded


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"touser": "not an openid"}, 40003),
        ({"touser": ""}, 40003),
        ({"template_id": "unknown"}, 40037),
        ({"template_id": None}, 40037),
        ({"page": "/pages/score/score"}, 41030),
        ({"page": "https://example.com"}, 41030),
        ({"page": 7}, 41030),
        ({"data": {"thing1": {"value": "十" * 21}}}, 47003),
        ({"data": None}, 47003),
    ],
)
def test_a_message_that_does_not_fit_is_refused_and_uses_up_no_consent(
    wechat: Caller, change: dict[str, Any], errcode: int
) -> None:
    wechat.agree("zhang_min")
    body = message("zhang_min") | change
    assert wechat.errcode("/cgi-bin/message/subscribe/send", wechat.token(), body) == errcode
    assert wechat.subscribe() == 0


def test_someone_who_is_gone_is_40003(wechat: Caller) -> None:
    wechat.agree("zhang_min")
    wechat.ask("PUT", "/phones/sandbox/zhang_min", {"gone": True})
    assert wechat.subscribe() == 40003


@pytest.mark.parametrize(("token", "errcode"), [("", 40001), ("made up", 40001)])
def test_without_a_good_token_nothing_is_taken(wechat: Caller, token: str, errcode: int) -> None:
    wechat.agree("zhang_min")
    assert wechat.errcode("/cgi-bin/message/subscribe/send", token, message("zhang_min")) == errcode
    official = wechat.token("sandbox-official")
    assert wechat.errcode("/cgi-bin/message/subscribe/send", official, message("zhang_min")) == 48001
    assert wechat.messages() == []


def test_a_template_message_reaches_followers_who_do_not_refuse(wechat: Caller) -> None:
    assert wechat.template() == 0
    wechat.ask("PUT", "/phones/sandbox-official/of_zhang_min", {"refuses": True})
    assert wechat.template() == 43101
    wechat.ask("PUT", "/phones/sandbox-official/of_zhang_min", {"follows": False})
    assert wechat.template() == 43004
    assert [each["page"] for each in wechat.messages()] == ["pages/score/score"]


def test_five_answers_in_48_hours_after_a_word(wechat: Caller, time: time_machine.Traveller) -> None:
    assert wechat.custom() == 45015
    wechat.ask("POST", "/phones/sandbox-official/of_zhang_min/heard", {"kind": "message"})
    assert [wechat.custom() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    wechat.ask("POST", "/phones/sandbox-official/of_zhang_min/heard", {"kind": "message"})
    time.shift(timedelta(hours=47, minutes=59))
    assert wechat.custom() == 0
    time.shift(timedelta(minutes=1))
    assert wechat.custom() == 45015


def test_three_answers_in_a_minute_after_a_tap(wechat: Caller, time: time_machine.Traveller) -> None:
    wechat.ask("POST", "/phones/sandbox-official/of_zhang_min/heard", {"kind": "tap"})
    assert [wechat.custom() for _ in range(4)] == [0, 0, 0, 45047]
    time.shift(timedelta(minutes=1))
    assert wechat.custom() == 45015


def test_work_says_whom_it_does_not_know(wechat: Caller) -> None:
    wechat.ask("PUT", "/phones/sandbox-work/gone", {"gone": True})
    answer = wechat.work("li_wei|gone|@bad")
    assert (answer["errcode"], answer["invaliduser"]) == (0, "gone|@bad")
    assert wechat.work("gone")["errcode"] == 81013
    assert wechat.work("")["errcode"] == 81013
    assert wechat.work(agentid="1")["errcode"] == 56001
    assert [each["openid"] for each in wechat.messages()] == ["li_wei"]


def test_work_holds_back_repetitions_when_asked_to(wechat: Caller, time: time_machine.Traveller) -> None:
    check: dict[str, Any] = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    assert [wechat.work(**check)["errcode"] for _ in range(2)] == [0, 0]
    assert len(wechat.messages()) == 1
    time.shift(timedelta(seconds=600))
    wechat.work(**check)
    wechat.work()
    assert [each["times"] for each in wechat.messages()] == [1, 2, 3]


def test_a_text_is_judged_when_its_writer_was_here(wechat: Caller, time: time_machine.Traveller) -> None:
    def judged(content: str) -> Any:
        body = {"openid": "zhang_min", "scene": 2, "version": 2, "content": content}
        return wechat.json("POST", "/wxa/msg_sec_check", body, access_token=wechat.token())

    assert judged("志愿服务")["errcode"] == 61010
    wechat.json("GET", "/sns/jscode2session", appid="sandbox", secret="sandbox-secret", js_code="sandbox:zhang_min")
    assert judged("志愿服务")["result"] == {"suggest": "pass", "label": 100}
    assert judged("沙盒违规")["result"]["suggest"] == "risky"
    assert judged("沙盒复核")["result"]["suggest"] == "review"
    assert judged("十" * 2501)["errcode"] == 44991
    time.shift(timedelta(hours=2, seconds=1))
    assert judged("志愿服务")["errcode"] == 61010


def test_a_picture_is_judged_later(wechat: Caller, time: time_machine.Traveller) -> None:
    wechat.agree("zhang_min")
    body = {"openid": "zhang_min", "scene": 1, "version": 2, "media_type": 2, "media_url": "http://127.0.0.1/risky.jpg"}
    trace = wechat.json("POST", "/wxa/media_check_async", body, access_token=wechat.token())["trace_id"]
    assert wechat.ask("GET", f"/media-checks/{trace}").status == 204
    time.shift(timedelta(seconds=2))
    event = wechat.json("GET", f"/media-checks/{trace}")
    assert (event["Event"], event["trace_id"], event["result"]["suggest"]) == ("wxa_media_check", trace, "risky")
    wechat.ask("PUT", f"/media-checks/{trace}", {"suggest": "pass"})
    assert wechat.json("GET", f"/media-checks/{trace}")["result"]["suggest"] == "pass"


def test_a_scene_code_is_a_picture_that_can_be_read(wechat: Caller) -> None:
    body = {"scene": "b=12&t=score", "page": "pages/branch/branch"}
    reply = wechat.ask("POST", "/wxa/getwxacodeunlimit", body, access_token=wechat.token())
    assert reply.mimetype == "image/png"
    [code] = zxingcpp.read_barcodes(Image.open(BytesIO(reply.body)))
    assert code.text.endswith("page=pages/branch/branch&scene=b=12&t=score")


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"scene": "a" * 33}, 40169),
        ({"scene": ""}, 40169),
        ({"scene": "汉字"}, 40169),
        ({"page": "/pages/branch"}, 41030),
        ({"page": "pages/branch?x=1"}, 41030),
        ({"width": 100}, 40097),
    ],
)
def test_a_scene_code_has_rules_too(wechat: Caller, change: dict[str, Any], errcode: int) -> None:
    body = {"scene": "b=12"} | change
    assert wechat.errcode("/wxa/getwxacodeunlimit", wechat.token(), body) == errcode


def test_a_day_and_a_minute_have_their_ends(wechat: Caller, time: time_machine.Traveller) -> None:
    wechat.agree("zhang_min", times=9)
    limits = {"per_day": {"subscribe_send": 3}, "per_minute": {"subscribe_send": 2}}
    wechat.json("PUT", "/settings", limits)
    assert [wechat.subscribe() for _ in range(3)] == [0, 0, 45011]
    time.shift(timedelta(minutes=1))
    assert wechat.subscribe() == 45009
    time.shift(timedelta(days=1))
    assert wechat.subscribe() == 0


def test_a_day_of_limits_is_shanghais(wechat: Caller, time: time_machine.Traveller) -> None:
    wechat.agree("zhang_min", times=9)
    wechat.json("PUT", "/settings", {"per_day": {"subscribe_send": 1}, "per_minute": {}})
    answers = []
    for clock in ("00:30", "09:00", "23:59"):
        time.move_to(at(date(2026, 6, 19), clock))
        answers.append(wechat.subscribe())
    time.move_to(at(date(2026, 6, 20), "00:30"))
    assert [*answers, wechat.subscribe()] == [0, 45009, 45009, 0]


def test_no_nonsense_in_a_body_makes_it_stumble(wechat: Caller) -> None:
    paths = [
        ("/cgi-bin/message/subscribe/send", "sandbox"),
        ("/cgi-bin/message/template/send", "sandbox-official"),
        ("/cgi-bin/message/custom/send", "sandbox-official"),
        ("/wxa/msg_sec_check", "sandbox"),
        ("/wxa/media_check_async", "sandbox"),
    ]
    wechat.agree("zhang_min")
    assert wechat.subscribe(data={"thing1": {"value": "\ud800"}}) == 0
    assert wechat.messages()[0]["content"] == {"thing1": "?"}
    for path, app in paths:
        bodies: tuple[Any, ...] = (
            [],
            None,
            7,
            {"touser": {}},
            {"touser": ["a"], "msgtype": [], "data": []},
            {"touser": "\ud800"},
        )
        for body in bodies:
            answer = json.loads(wechat.ask("POST", path, body, access_token=wechat.token(app)).body)
            assert answer["errcode"] > 0
