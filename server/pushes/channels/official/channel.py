"""See the folder's first line. A tap opens the mini-program."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from server.config import Settings
from server.pushes.channels import accounts
from server.pushes.channels.message import ChannelMessage
from server.pushes.rules import Channel
from server.wechat.client import SendResult, WechatClient

NEEDS_CONSENT = False
PATH = "/cgi-bin/message/template/send"


def available(settings: Settings, template: str) -> bool:
    return bool(app_id(settings)) and accounts.template_of(settings, Channel.official, template) is not None


def app_id(settings: Settings) -> str:
    return accounts.official_of(settings)


def client(engine: Engine, settings: Settings) -> WechatClient:
    return accounts.official(engine, settings)


def body(message: ChannelMessage) -> Mapping[str, Any]:
    return {
        "touser": message.address,
        "template_id": message.template.id if message.template else "",
        "miniprogram": {"appid": message.mini_program, "pagepath": message.path},
        "data": message.data(),
        "client_msg_id": f"push-{message.push_id}",
    }


def send(client: WechatClient, body: Mapping[str, Any]) -> SendResult:
    """Return WeChat's answer. Raises WechatError."""
    return client.send(PATH, body)
