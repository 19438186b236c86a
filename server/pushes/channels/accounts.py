"""How channels reach WeChat: at its addresses, or at those of the sandbox, with one client per account."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine

from server.config import Settings, WechatTemplate
from server.pushes.catalogue import CATALOGUE, TEMPLATES
from server.pushes.rules import Channel
from server.wechat.client import (
    SANDBOX_APP_ID,
    SANDBOX_OFFICIAL_ID,
    SANDBOX_SECRET,
    WECHAT_BASE_URL,
    WechatClient,
    client_of,
)
from server.wechat.transport import Transport, through_proxy
from server.wechat.work import WORK_BASE_URL, WorkClient

SANDBOX_WORK = "sandbox-work"
SANDBOX_AGENT = 1


def mini_program_of(settings: Settings) -> str:
    return settings.wechat_app_id or SANDBOX_APP_ID


def official_of(settings: Settings) -> str:
    """Return the official account's app id, or '' when there is none."""
    return SANDBOX_OFFICIAL_ID if settings.sandbox else settings.official_app_id


def corporation_of(settings: Settings) -> str:
    return SANDBOX_WORK if settings.sandbox else settings.work_corp_id


def mini_program(engine: Engine, settings: Settings) -> WechatClient:
    secret = SANDBOX_SECRET if settings.sandbox else settings.wechat_secret
    return client_of(engine, _transport(settings), mini_program_of(settings), secret)


def official(engine: Engine, settings: Settings) -> WechatClient:
    secret = SANDBOX_SECRET if settings.sandbox else settings.official_secret
    return client_of(engine, _transport(settings), official_of(settings), secret)


def corporation(engine: Engine, settings: Settings) -> WorkClient:
    secret = SANDBOX_SECRET if settings.sandbox else settings.work_secret
    agent = SANDBOX_AGENT if settings.sandbox else settings.work_agent_id
    transport = _to(_work_url(settings), settings)
    return WorkClient(engine, transport, corp_id=corporation_of(settings), secret=secret, agent_id=agent)


def webhook(settings: Settings) -> Transport:
    """Return the way to 企业微信's group robots: each call carries the robot's own key, so no token is needed."""
    return _to(_work_url(settings), settings)


def template_of(settings: Settings, channel: Channel, key: str) -> WechatTemplate | None:
    """Return the template WeChat gave us for our key, or None when nobody has applied for it."""
    if settings.sandbox:
        fields = tuple(f"{kind}{number}" for number, kind in enumerate(TEMPLATES[key], start=1))
        return WechatTemplate(f"sandbox-{key}", fields)
    template = settings.wechat_templates.get(channel, {}).get(key)
    return template if template is not None and len(template.fields) == len(TEMPLATES[key]) else None


def missing_templates(settings: Settings) -> Mapping[Channel, Sequence[str]]:
    """Return, for each channel that is on, the keys without a usable template: their messages are never sent there."""
    on = {Channel.subscription: mini_program_of(settings), Channel.official: official_of(settings)}
    missing = {
        channel: sorted(
            {entry.template for entry in CATALOGUE.values() if channel in entry.channels}
            - {key for key in TEMPLATES if template_of(settings, channel, key) is not None}
        )
        for channel, app_id in on.items()
        if app_id
    }
    return {channel: keys for channel, keys in missing.items() if keys}


def _transport(settings: Settings) -> Transport:
    base = _sandbox_url(settings, "wechat") if settings.sandbox else settings.wechat_base_url or WECHAT_BASE_URL
    return _to(base, settings)


def _work_url(settings: Settings) -> str:
    return _sandbox_url(settings, "work") if settings.sandbox else settings.work_base_url or WORK_BASE_URL


def _sandbox_url(settings: Settings, part: str) -> str:
    """The sandbox in its own process, or the one inside the app that listens on our port."""
    if settings.sandbox_url is None:
        return f"http://127.0.0.1:{settings.port}/sandbox/{part}"
    return settings.sandbox_url if part == "wechat" else f"{settings.sandbox_url}/{part}"


def _to(base_url: str, settings: Settings) -> Transport:
    if settings.sandbox:
        return Transport(lambda: base_url)  # loopback never goes through a proxy
    return Transport(lambda: base_url, http=through_proxy(base_url))
