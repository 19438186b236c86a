"""All channels. A new one is a folder of its own, a member of `Channel` and a line here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import Engine

from server.config import Settings
from server.pushes.channels.message import ChannelMessage
from server.pushes.channels.official import channel as official
from server.pushes.channels.subscription import channel as subscription
from server.pushes.channels.work import channel as work
from server.pushes.rules import Channel
from server.wechat.client import SendResult


class ChannelAdapter(Protocol):
    """What a channel's folder provides. `NEEDS_CONSENT`: each message uses up one of the person's subscriptions."""

    NEEDS_CONSENT: bool

    def available(self, settings: Settings, template: str, /) -> bool:
        """Whether this installation can send our template here at all."""

    def app_id(self, settings: Settings, /) -> str:
        """Return the app whose identities are its addresses."""

    def client(self, engine: Engine, settings: Settings, /) -> Any:
        """Return the client that `send` uses; opened once per run."""

    def body(self, message: ChannelMessage, /) -> Mapping[str, Any]:
        """Return the request body of the call. Pure."""

    def send(self, client: Any, body: Mapping[str, Any], /) -> SendResult:
        """Make the call and return WeChat's answer. Raises WechatError; `maybe_done` where nobody knows."""


ADAPTERS: Mapping[Channel, ChannelAdapter] = MappingProxyType(
    {
        Channel.subscription: subscription,
        Channel.official: official,
        Channel.work: work,
    }
)
