"""Signing in with WeChat, signing out, and who I am."""

import secrets
from datetime import datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.app import create_app
from server.config import Settings, load
from server.identity import login_links, queries, service
from server.identity.models import Account, Token, WechatIdentity
from server.wechat.official import official_address
from server.wechat.sandbox.state import PlayedCall as WechatCall
from server.wechat.sandbox.state import PlayedFault, SandboxState
from tests.api.answers import refusal
from tests.at_once import at_once
from tests.cast import NOW, Cast
from tests.conftest import Call

SIGN_IN = "/auth/wechat"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def sandbox(app: OpenAPI) -> SandboxState:
    state: SandboxState = app.extensions["wechat_sandbox"]
    return state


def test_a_member_signs_in_and_is_told_who_he_is(call: Call, cast: Cast) -> None:
    answer = call(None, "POST", SIGN_IN, json={"code": "sandbox:li_wei"})
    assert answer.status_code == 200
    assert answer.json["bound"] is True
    assert (answer.json["name"], answer.json["member_id"]) == ("李伟", cast.li_wei.member_id)
    assert answer.json["expires_at"].endswith("+08:00")
    me = call(None, "GET", "/me", headers=_bearer(answer.json["token"])).json
    assert me["organization"] == {"id": cast.branch, "title": "教工第一党支部"}
    assert [place["id"] for place in me["organizations"]] == [cast.root, cast.general_branch, cast.branch]
    assert [(role["role"], role["title"], role["organization"]["id"]) for role in me["roles"]] == [
        ("secretary", "支部书记", cast.branch)
    ]


def test_a_link_signs_in_once_and_for_a_day(call: Call, cast: Cast, engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        account = session.get_one(Account, cast.li_wei.account_id)
        secret = login_links.issue(session, account=account, now=NOW).secret
        session.commit()
    answer = call(None, "POST", "/auth/link", json={"secret": secret})
    assert (answer.status_code, answer.json["name"], answer.json["bound"]) == (200, "李伟", True)
    until = datetime.fromisoformat(answer.json["expires_at"])
    assert timedelta(hours=23) < until - NOW <= timedelta(days=1, minutes=1)
    me = call(None, "GET", "/me", headers=_bearer(answer.json["token"])).json
    assert me["account_id"] == cast.li_wei.account_id
    again = call(None, "POST", "/auth/link", json={"secret": secret})
    assert refusal(again) == (422, "link_spent")
    assert call(None, "POST", "/auth/link", json={"secret": ""}).status_code == 422


def test_the_secret_of_a_link_is_no_bearer_token(call: Call, cast: Cast, engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        account = session.get_one(Account, cast.li_wei.account_id)
        secret = login_links.issue(session, account=account, now=NOW).secret
        session.commit()
    assert call(None, "GET", "/me", headers=_bearer(secret)).status_code == 401


def test_the_first_sign_in_of_an_openid_is_unbound(call: Call, cast: Cast) -> None:
    answer = call(None, "POST", SIGN_IN, json={"code": "sandbox:nobody-yet"}).json
    assert (answer["bound"], answer["name"], answer["member_id"]) == (False, None, None)
    me = call(None, "GET", "/me", headers=_bearer(answer["token"])).json
    assert me == {
        "bound": False,
        "account_id": None,
        "member_id": None,
        "name": None,
        "organization": None,
        "organizations": [],
        "roles": [],
        "privacy_due": False,
    }


def test_openids_that_differ_only_in_case_are_two_people(call: Call, engine: Engine) -> None:
    for openid in ("oAbC", "oabc"):
        assert call(None, "POST", SIGN_IN, json={"code": f"sandbox:{openid}"}).status_code == 200
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(WechatIdentity)) == 2


def test_signing_in_twice_gives_two_tokens_of_one_identity(call: Call, engine: Engine) -> None:
    tokens = {call(None, "POST", SIGN_IN, json={"code": "sandbox:twice"}).json["token"] for _ in range(2)}
    assert len(tokens) == 2
    with Session(engine) as session:
        identity = session.scalars(select(WechatIdentity)).one()
        assert identity.unionid is not None
        assert session.scalar(select(func.count()).select_from(Token)) == 2


def test_two_first_sign_ins_at_once_make_one_identity(app: OpenAPI, engine: Engine) -> None:
    def sign_in() -> int:
        return app.test_client().post(f"/api/v1{SIGN_IN}", json={"code": "sandbox:rush"}).status_code

    assert set(at_once(*[sign_in] * 16)) == {200}
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(WechatIdentity)) == 1


@pytest.mark.parametrize("code", ["wrong", "sandbox:", "sandbox:has space", "phone:13800138000", "sandbox:" + "x" * 65])
def test_a_code_wechat_does_not_know_is_refused(call: Call, code: str) -> None:
    answer = call(None, "POST", SIGN_IN, json={"code": code})
    assert refusal(answer) == (401, "wechat_code_invalid")


@pytest.mark.parametrize(
    "body",
    [{}, {"code": ""}, {"code": 7}, {"code": None}, {"code": "x" * 201}, {"code": "sandbox:a", "more": 1}, [], "text"],
)
def test_a_body_that_does_not_fit_is_refused(call: Call, body: object) -> None:
    answer = call(None, "POST", SIGN_IN, json=body)
    assert refusal(answer) == (422, "invalid_input")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (PlayedFault.busy, "wechat_unavailable"),
        (PlayedFault.nonsense, "wechat_unavailable"),
        (PlayedFault.time_out, "wechat_unavailable"),
        (PlayedFault.quota, "wechat_quota"),
    ],
)
def test_when_wechat_fails_the_member_is_asked_to_try_again(
    client: FlaskClient, sandbox: SandboxState, fault: PlayedFault, code: str
) -> None:
    sandbox.released.set()
    sandbox.fail(WechatCall.sign_in, fault, times=1)
    answers = [client.post(f"/api/v1{SIGN_IN}", json={"code": "sandbox:patient"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 200]
    assert answers[0].get_json()["error"]["code"] == code


def test_signing_out_ends_the_token_at_once_and_only_that_one(call: Call, cast: Cast) -> None:
    token = call(None, "POST", SIGN_IN, json={"code": "sandbox:zhang_min"}).json["token"]
    assert call(None, "GET", "/me", headers=_bearer(token)).status_code == 200
    assert call(None, "POST", "/auth/sign-out", headers=_bearer(token)).status_code == 204
    for method, path in (("GET", "/me"), ("POST", "/auth/sign-out")):
        answer = call(None, method, path, headers=_bearer(token))
        assert refusal(answer) == (401, "not_signed_in")
    assert call(cast.zhang_min, "GET", "/me").status_code == 200


def test_a_token_expires_on_the_second(call: Call, cast: Cast, settings: Settings) -> None:
    token = call(None, "POST", SIGN_IN, json={"code": "sandbox:zhang_min"}).json["token"]
    end = cast.now + timedelta(days=settings.token_days)
    with time_machine.travel(end - timedelta(minutes=1), tick=False):
        assert call(None, "GET", "/me", headers=_bearer(token)).status_code == 200
    with time_machine.travel(end + timedelta(seconds=10), tick=False):
        answer = call(None, "GET", "/me", headers=_bearer(token))
    assert refusal(answer) == (401, "token_expired")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer wrong", "Bearer \udce4"])
def test_without_a_good_token_nobody_is_let_in(client: FlaskClient, header: str | None) -> None:
    answer = client.get("/api/v1/me", headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "not_signed_in")


def test_a_grant_that_ended_is_refused_although_the_caller_was_known(call: Call, cast: Cast, engine: Engine) -> None:
    assert call(cast.li_wei, "GET", "/me").json["roles"]
    with Session(engine) as session:
        (grant,) = queries.grants_of(session, cast.li_wei.account_id, on=cast.today)
        service.end_grant(session, grant_id=grant.id, until_date=cast.today, now=cast.now)
        session.commit()
    assert call(cast.li_wei, "GET", "/me").json["roles"] == []


def test_too_many_failed_sign_ins_are_told_when_to_come_back(call: Call) -> None:
    refused = [call(None, "POST", SIGN_IN, json={"code": "wrong"}) for _ in range(61)][-1]
    assert refusal(refused) == (429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) > 0


def test_the_sandbox_lists_whom_one_can_play(call: Call, cast: Cast) -> None:
    first, *_ = personas = call(None, "GET", "/sandbox/personas").json["items"]
    assert first == {
        "openid": "zhang_min",
        "code": "sandbox:zhang_min",
        "name": "张敏",
        "role": "党员",
        "organization": "计算机科学与技术学院党总支 · 教工第一党支部",
    }
    by_name = {persona["name"]: (persona["role"], persona["organization"]) for persona in personas}
    assert by_name["陈静"] == ("总支书记", "计算机科学与技术学院党总支")
    assert by_name["冯群"] == ("群众代表", "教工第一党支部")
    assert "路人" not in by_name


@pytest.mark.sqlite_only
def test_production_knows_no_sandbox(engine: Engine, settings: Settings) -> None:
    environ = {
        "XIANFENG_ENV": "production",
        "XIANFENG_SECRET_KEY": secrets.token_hex(16),
        "XIANFENG_PHONE_KEYS": f"a:{secrets.token_hex(32)}",
        "XIANFENG_DATABASE_URL": "mysql+pymysql://unused",
        "XIANFENG_BASE_URL": "https://points.example.edu.cn",
        "WECHAT_APP_ID": "wx1",
        "WECHAT_SECRET": "secret",
        "XIANFENG_DATA": str(settings.data_dir),
    }
    app = create_app(load(environ), engine)
    assert not [rule.rule for rule in app.url_map.iter_rules() if "sandbox" in rule.rule]
    assert app.test_client().get("/api/v1/sandbox/personas").status_code == 404
    assert app.test_client().get("/sandbox/wechat/sns/jscode2session").status_code == 404


OFFICIAL = "/auth/official"


def test_who_is_bound_in_the_mini_program_is_known_in_wechats_browser_by_his_unionid(call: Call, cast: Cast) -> None:
    call(None, "POST", SIGN_IN, json={"code": "sandbox:zhang_min"})
    answer = call(None, "POST", OFFICIAL, json={"code": "sandbox:zhang_min"}).json
    assert (answer["bound"], answer["member_id"]) == (True, cast.zhang_min.member_id)
    me = call(None, "GET", "/me", headers=_bearer(answer["token"])).json
    assert me["name"] == "张敏"


def test_who_is_known_nowhere_else_comes_unbound_into_wechats_browser(call: Call, cast: Cast, engine: Engine) -> None:
    answer = call(None, "POST", OFFICIAL, json={"code": "sandbox:new_reader"}).json
    assert (answer["bound"], answer["member_id"]) == (False, None)
    with Session(engine) as session:
        identity = session.scalars(select(WechatIdentity).where(WechatIdentity.openid == "new_reader")).one()
        assert identity.app_id == "sandbox-official"


def test_an_account_keeps_the_identity_it_has_in_the_official_account(call: Call, cast: Cast, engine: Engine) -> None:
    call(None, "POST", SIGN_IN, json={"code": "sandbox:zhang_min"})
    with Session(engine) as session:
        bound = WechatIdentity(
            app_id="sandbox-official", openid="another", account_id=cast.zhang_min.account_id, created_at=cast.now
        )
        session.add(bound)
        session.commit()
    assert call(None, "POST", OFFICIAL, json={"code": "sandbox:zhang_min"}).json["bound"] is False


def test_unbinding_holds_in_wechats_browser_too(call: Call, cast: Cast) -> None:
    call(None, "POST", SIGN_IN, json={"code": "sandbox:zhang_min"})
    token = call(None, "POST", OFFICIAL, json={"code": "sandbox:zhang_min"}).json["token"]
    assert call(cast.zhang_min, "POST", "/me/unbinding").json == {"unbound": 2}
    assert call(None, "GET", "/me", headers=_bearer(token)).status_code == 401
    assert call(None, "POST", OFFICIAL, json={"code": "sandbox:zhang_min"}).json["bound"] is False


@pytest.mark.parametrize("code", ["wrong", "sandbox:", "sandbox:has space"])
def test_a_code_the_official_account_does_not_know_is_refused(call: Call, code: str) -> None:
    answer = call(None, "POST", OFFICIAL, json={"code": code})
    assert refusal(answer) == (401, "wechat_code_invalid")


def test_wechats_browser_is_told_where_to_go_only_where_there_is_an_official_account(call: Call) -> None:
    assert call(None, "GET", f"{OFFICIAL}?state={'a1' * 8}").json == {"address": None}
    secrets = {"XIANFENG_SECRET_KEY": "x" * 32, "XIANFENG_PHONE_KEYS": f"k:{'0' * 64}", "WECHAT_SECRET": "s"}
    official = {"WECHAT_APP_ID": "wx1", "OFFICIAL_APP_ID": "wx2", "OFFICIAL_SECRET": "o"}
    address = official_address(load({**secrets, **official, "XIANFENG_BASE_URL": "https://points.example"}), "a1" * 8)
    assert address is not None
    assert "appid=wx2" in address
    assert "redirect_uri=https%3A%2F%2Fpoints.example%2Fm%2Fpages%2Fsign-in%2Fsign-in" in address
    assert address.endswith("&state=a1a1a1a1a1a1a1a1#wechat_redirect")


@pytest.mark.parametrize("state", ["", "official", "a" * 15, "a" * 65, "a1" * 8 + "%26", "a1" * 8 + "%0A", "中" * 16])
def test_a_way_out_needs_a_word_that_nobody_guesses(call: Call, state: str) -> None:
    assert refusal(call(None, "GET", f"{OFFICIAL}?state={state}")) == (422, "invalid_input")
    assert refusal(call(None, "GET", OFFICIAL)) == (422, "invalid_input")
