"""See the folder's first line. The consent itself is kept in `server/pushes/quotas.py`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from server.config import Settings
from server.pushes.channels import accounts
from server.pushes.channels.message import ChannelMessage
from server.pushes.rules import Channel
from server.wechat.client import SendResult, WechatClient

NEEDS_CONSENT = True
PATH = "/cgi-bin/message/subscribe/send"


def available(settings: Settings, template: str) -> bool:
    return accounts.template_of(settings, Channel.subscription, template) is not None


def app_id(settings: Settings) -> str:
    return accounts.mini_program_of(settings)


def client(engine: Engine, settings: Settings) -> WechatClient:
    return accounts.mini_program(engine, settings)


def body(message: ChannelMessage) -> Mapping[str, Any]:
    return {
        "touser": message.address,
        "template_id": message.template.id if message.template else "",
        "page": message.path,
        "miniprogram_state": "formal" if message.formal else "developer",
        "lang": "zh_CN",
        "data": message.data(),
    }


def send(client: WechatClient, body: Mapping[str, Any]) -> SendResult:
    """Return WeChat's answer. Raises WechatError."""
    return client.send(PATH, body)
