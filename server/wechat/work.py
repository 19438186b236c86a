"""企业微信: messages of our application there. Its token comes from gettoken, kept in the same table as the others."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from server.wechat.client import SendResult, download_authorized, post_authorized, send_result
from server.wechat.tokens import TokenStore
from server.wechat.transport import Transport

WORK_BASE_URL = "https://qyapi.weixin.qq.com"
MARGIN = timedelta(seconds=5)
"""Until it ends, 企业微信 answers with the same token: asking earlier brings nothing."""

UNKNOWN_USER = 81013
_LEFT_OUT = ("invaliduser", "unlicenseduser")
"""People a message did not go to although errcode is 0: our application cannot see them, or they have no licence for it
(https://developer.work.weixin.qq.com/document/path/90236; had it gone to nobody at all, it might also be 81013)."""


class WorkClient:
    """Sends as one application of a corporation. Raises WechatError."""

    def __init__(self, engine: Engine, transport: Transport, *, corp_id: str, secret: str, agent_id: int) -> None:
        self.transport = transport
        self.agent_id = agent_id
        self.tokens = TokenStore(engine, transport, app_id=corp_id, secret=secret, ask=_ask_token, margin=MARGIN)

    def send(self, path: str, body: Mapping[str, Any]) -> SendResult:
        """Send a message to one person and return the result; 81013 if the person was left out."""
        answer = post_authorized(self.transport, self.tokens, path, {"agentid": self.agent_id, **body})
        result = send_result(answer)
        left_out = result.errcode == 0 and any(answer.get(name) for name in _LEFT_OUT)
        return SendResult(UNKNOWN_USER) if left_out else result

    def media(self, media_id: str, *, max_bytes: int) -> bytes:
        """Return a file that a person sent. Raises WechatError."""
        return download_authorized(self.transport, self.tokens, media_id, max_bytes)


def _ask_token(transport: Transport, corp_id: str, secret: str, _force: bool) -> dict[str, Any]:
    """企业微信 cannot be told to give a token up."""
    return transport.call("GET", "/cgi-bin/gettoken", params={"corpid": corp_id, "corpsecret": secret})
