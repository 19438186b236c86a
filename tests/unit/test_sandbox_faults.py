"""Ways to fail: which calls, how often, for whom, at random; and what has arrived in spite of it."""

import pytest

from server.wechat.sandbox.exchange import Fate
from server.wechat.sandbox.faults import FaultRule, Faults, PlayedCall, PlayedFault
from server.wechat.sandbox.state import SandboxState
from tests.playing_wechat import Caller, message

SUBSCRIBE = frozenset({PlayedCall.subscribe})
SEND = "/cgi-bin/message/subscribe/send"


@pytest.fixture
def wechat() -> Caller:
    caller = Caller(SandboxState())
    caller.agree("zhang_min", "li_wei", times=20)
    return caller


def _struck(faults: Faults, calls: int, openid: str = "zhang_min") -> list[bool]:
    return [faults.strike(PlayedCall.subscribe, openid) is not None for _ in range(calls)]


def test_without_times_a_fault_strikes_each_time() -> None:
    faults = Faults()
    rule = faults.add(FaultRule(PlayedFault.busy, SUBSCRIBE))
    assert _struck(faults, 5) == [True] * 5
    assert rule.hits == 5
    assert faults.remove(rule.id)
    assert not faults.remove(rule.id)
    assert _struck(faults, 1) == [False]


def test_with_times_it_is_used_up() -> None:
    faults = Faults()
    faults.add(FaultRule(PlayedFault.busy, SUBSCRIBE, times=2))
    assert _struck(faults, 4) == [True, True, False, False]
    assert list(faults) == []


def test_it_may_be_meant_for_one_person() -> None:
    faults = Faults()
    faults.add(FaultRule(PlayedFault.refused, SUBSCRIBE, openid="ma_xiaodong", times=1))
    assert _struck(faults, 2) == [False, False]
    assert _struck(faults, 2, "ma_xiaodong") == [True, False]


def test_a_share_is_as_large_as_it_says_and_the_same_for_a_seed() -> None:
    struck = []
    for seed in (7, 7, 8):
        faults = Faults()
        faults.add(FaultRule(PlayedFault.busy, SUBSCRIBE, share=5, seed=seed))
        struck.append(_struck(faults, 10_000))
    assert 400 < sum(struck[0]) < 600
    assert struck[0] == struck[1]
    assert struck[0] != struck[2]


def test_several_faults_share_a_call_and_the_first_that_strikes_decides() -> None:
    faults = Faults()
    faults.add(FaultRule(PlayedFault.refused, SUBSCRIBE, openid="li_wei"))
    faults.add(FaultRule(PlayedFault.busy, SUBSCRIBE))
    kinds = [rule.fault for openid in ("li_wei", "zhang_min") if (rule := faults.strike(PlayedCall.subscribe, openid))]
    assert kinds == [PlayedFault.refused, PlayedFault.busy]


@pytest.mark.parametrize(
    ("fault", "errcode"),
    [
        ("busy", -1),
        ("token_refused", 40001),
        ("refused", 43101),
        ("quota", 45009),
        ("too_fast", 45011),
        ("bad_fields", 47003),
    ],
)
def test_a_fault_with_a_code_takes_no_message_and_no_consent(wechat: Caller, fault: str, errcode: int) -> None:
    wechat.json("POST", "/rules", {"fault": fault, "times": 1})
    assert [wechat.subscribe(), wechat.subscribe()] == [errcode, 0]
    assert len(wechat.messages()) == 1
    assert wechat.json("GET", "/phones/sandbox/zhang_min")["agreed"] == {"sandbox-score": 19}


@pytest.mark.parametrize(("fault", "fate"), [("time_out", Fate.hangs), ("nonsense", Fate.answered)])
def test_a_message_whose_answer_is_lost_has_arrived(wechat: Caller, fault: str, fate: Fate) -> None:
    wechat.json("POST", "/rules", {"fault": fault, "times": 1})
    reply = wechat.ask("POST", SEND, message("zhang_min"), access_token=wechat.token())
    assert reply.fate is fate
    assert not reply.body.startswith(b"{")
    assert [each["answered"] for each in wechat.messages()] == [False]
    assert wechat.json("GET", "/calls")["items"][-1]["result"] == fault


def test_a_dropped_call_is_not_taken(wechat: Caller) -> None:
    wechat.json("POST", "/rules", {"fault": "dropped", "times": 1})
    reply = wechat.ask("POST", SEND, message("zhang_min"), access_token=wechat.token())
    assert reply.fate is Fate.dropped
    assert wechat.messages() == []


def test_a_slow_call_is_answered_late_and_right(wechat: Caller) -> None:
    wechat.json("POST", "/rules", {"fault": "slow", "milliseconds": 250, "times": 1})
    wechat.json("PUT", "/settings", {"latency_ms": 100})
    replies = [wechat.ask("POST", SEND, message("zhang_min"), access_token=wechat.token()) for _ in range(2)]
    assert [reply.delay_seconds for reply in replies] == [pytest.approx(0.35), pytest.approx(0.1)]
    assert b'"errcode": 0' in replies[0].body


def test_a_fault_of_all_sends_leaves_tokens_alone(wechat: Caller) -> None:
    rule = wechat.json("POST", "/rules", {"fault": "busy"})
    assert rule["calls"] == ["custom_send", "subscribe_send", "template_send", "webhook_send", "work_send"]
    assert [wechat.subscribe(), wechat.template(), wechat.custom(), wechat.work()["errcode"]] == [-1] * 4
    assert wechat.ask("DELETE", f"/rules/{rule['id']}").status == 204
    assert wechat.ask("DELETE", f"/rules/{rule['id']}").status == 404
    assert wechat.subscribe() == 0


def test_healing_ends_every_fault_and_the_delay(wechat: Caller) -> None:
    wechat.json("POST", "/rules", {"fault": "busy"})
    wechat.json("POST", "/rules", {"fault": "refused", "openid": "zhang_min", "calls": ["subscribe_send"]})
    wechat.json("PUT", "/settings", {"latency_ms": 100})
    assert len(wechat.json("GET", "/rules")["items"]) == 2
    assert wechat.ask("DELETE", "/faults").status == 204
    assert wechat.json("GET", "/rules")["items"] == []
    assert wechat.json("GET", "/settings")["latency_ms"] == 0
    assert wechat.subscribe() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 404),
        ({"fault": "unknown"}, 404),
        ({"fault": "busy", "calls": ["unknown"]}, 404),
        ({"fault": "busy", "times": 0}, 422),
        ({"fault": "busy", "share": 101}, 422),
        ({"fault": "busy", "share": "5"}, 422),
        ({"fault": "slow", "milliseconds": -1}, 422),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(wechat: Caller, body: object, status: int) -> None:
    assert wechat.ask("POST", "/rules", body).status == status
    assert wechat.json("GET", "/rules")["items"] == []


def test_the_log_tells_which_try_it_was(wechat: Caller) -> None:
    wechat.json("POST", "/rules", {"fault": "busy", "times": 2})
    assert [wechat.subscribe() for _ in range(4)] == [-1, -1, 0, 0]
    calls = [each for each in wechat.json("GET", "/calls")["items"] if each["call"] == "subscribe_send"]
    assert [(each["result"], each["tries"], each["first_result"]) for each in calls] == [
        ("-1", 1, "-1"),
        ("-1", 2, "-1"),
        ("0", 3, "-1"),
        ("0", 1, "0"),
    ]
    assert calls[2]["note"] == "余额 20 → 19"
    assert wechat.json("GET", "/calls", after=str(calls[-1]["seq"]))["items"] == []
