"""See the folder's first line. No template is needed: the lines carry our own labels."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from server.config import Settings
from server.pushes.channels import accounts
from server.pushes.channels.fields import cut
from server.pushes.channels.message import ChannelMessage
from server.wechat.client import SendResult
from server.wechat.work import WorkClient

NEEDS_CONSENT = False
PATH = "/cgi-bin/message/send"
LONGEST_TITLE, LONGEST_LABEL, LONGEST_VALUE = 12, 10, 30


def available(settings: Settings, _template: str) -> bool:
    return bool(app_id(settings))


def app_id(settings: Settings) -> str:
    return accounts.corporation_of(settings)


def client(engine: Engine, settings: Settings) -> WorkClient:
    return accounts.corporation(engine, settings)


def body(message: ChannelMessage) -> Mapping[str, Any]:
    lines = [
        {"key": cut(field.label, LONGEST_LABEL), "value": cut(message.text(field), LONGEST_VALUE)}
        for field in message.entry.fields
    ]
    notice = {
        "appid": message.mini_program,
        "page": message.path,
        "title": cut(message.entry.title, LONGEST_TITLE),
        "content_item": lines,
    }
    return {"touser": message.address, "msgtype": "miniprogram_notice", "miniprogram_notice": notice}


def send(client: WorkClient, body: Mapping[str, Any]) -> SendResult:
    """Return the answer of 企业微信. Raises WechatError."""
    return client.send(PATH, body)
