"""What an operator should know before the first person notices; none of it stops a start."""

from collections.abc import Iterator

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.config import Settings
from server.db import reading
from server.feedback.models import Feedback
from server.heads.upkeep import NO_KEY
from server.organizations.models import Member
from server.privacy import PhoneVault, unreadable
from server.proxies import untrusted
from server.pushes.channels import accounts
from server.pushes.robots.models import GroupRobot
from server.pushes.rules import Channel

log = structlog.get_logger()
CHANNELS = {Channel.subscription: "小程序订阅消息", Channel.official: "公众号模板消息"}
SEALED = (
    (Member.phone_sealed, "名党员的手机号"),
    (GroupRobot.sealed_key, "个群机器人的地址"),
    (Feedback.name_sealed, "名反映人的姓名"),
)


def start_warnings(engine: Engine, settings: Settings) -> list[str]:
    """Return what is not as it should be, a sentence each."""
    with reading(engine) as session:
        return [*_proxies(settings), *_templates(settings), *_keys(session, settings), *_heads(settings)]


def log_start_warnings(engine: Engine, settings: Settings) -> None:
    for words in start_warnings(engine, settings):
        log.warning("start_warning", words=words)


def _proxies(settings: Settings) -> Iterator[str]:
    """We speak no TLS ourselves: where people see https, something stands before us."""
    if settings.base_url.startswith("https://") and not settings.trusted_proxies:
        yield untrusted("XIANFENG_BASE_URL 是 https 地址")


def _templates(settings: Settings) -> Iterator[str]:
    for channel, keys in accounts.missing_templates(settings).items():
        yield (
            f"XIANFENG_WECHAT_TEMPLATES 缺少{CHANNELS[channel]}的模板 {'、'.join(keys)}："
            "用到这些模板的提醒不会经这个渠道发出"
        )


def _heads(settings: Settings) -> Iterator[str]:
    if not settings.head_keys:
        yield NO_KEY


def _keys(session: Session, settings: Settings) -> Iterator[str]:
    vault = PhoneVault(settings.phone_keys)
    for column, what in SEALED:
        for key_id, rows in unreadable(session, vault, column).items():
            yield f"XIANFENG_PHONE_KEYS 缺少密钥 {key_id}：{rows} {what}暂不可读，补上密钥即恢复"
