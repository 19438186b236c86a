"""Calls to a sandbox without any server: what WeChat's documents say, put as one line each."""

import json
from typing import Any

from server.wechat.sandbox import calls
from server.wechat.sandbox.exchange import Ask, SandboxReply
from server.wechat.sandbox.state import SandboxState

SECRET = "sandbox-secret"
SCORE = {"thing1": "2026年10月", "character_string2": "85.25"}


class Caller:
    """One product with its tokens, and one sandbox."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state

    def ask(self, method: str, path: str, body: object = None, **query: str) -> SandboxReply:
        return calls.answer(self.state, Ask(method, path, query, b"" if body is None else json.dumps(body).encode()))

    def json(self, method: str, path: str, body: object = None, **query: str) -> Any:
        return json.loads(self.ask(method, path, body, **query).body)

    def stable_token(self, app: str = "sandbox", *, force: bool = False) -> Any:
        return self.json("POST", "/cgi-bin/stable_token", {"appid": app, "secret": SECRET, "force_refresh": force})

    def token(self, app: str = "sandbox") -> str:
        return str(self.stable_token(app)["access_token"])

    def work_token(self) -> str:
        answer = self.json("GET", "/work/cgi-bin/gettoken", corpid="sandbox-work", corpsecret=SECRET)
        return str(answer["access_token"])

    def agree(self, *openids: str, template: str = "sandbox-score", times: int = 1) -> None:
        body = {"openids": openids, "templates": [template], "times": times}
        assert self.ask("POST", "/phones/agree", body).status == 204

    def subscribe(self, openid: str = "zhang_min", **others: Any) -> int:
        return self.errcode("/cgi-bin/message/subscribe/send", self.token(), message(openid) | others)

    def template(self, openid: str = "of_zhang_min", **others: Any) -> int:
        body = message(openid) | {"miniprogram": {"appid": "sandbox", "pagepath": "pages/score/score"}} | others
        return self.errcode("/cgi-bin/message/template/send", self.token("sandbox-official"), body)

    def custom(self, openid: str = "of_zhang_min", text: str = "您好") -> int:
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return self.errcode("/cgi-bin/message/custom/send", self.token("sandbox-official"), body)

    def work(self, users: str = "li_wei", /, **others: Any) -> Any:
        body = {"touser": users, "agentid": 1, "msgtype": "text", "text": {"content": "10 月汇总待确认"}} | others
        return self.json("POST", "/work/cgi-bin/message/send", body, access_token=self.work_token())

    def errcode(self, path: str, token: str, body: object) -> int:
        return int(self.json("POST", path, body, access_token=token)["errcode"])

    def messages(self, after: int = 0, limit: int = 1000) -> list[Any]:
        lines = self.ask("GET", "/messages", after=str(after), limit=str(limit)).body.decode().splitlines()
        return [json.loads(line) for line in lines]


def message(openid: str, content: dict[str, str] | None = None) -> dict[str, Any]:
    data = {name: {"value": value} for name, value in (SCORE if content is None else content).items()}
    return {"touser": openid, "template_id": "sandbox-score", "page": "pages/score/score?month=2026-10", "data": data}
