"""The channels of this installation: which are set up, and a client for each, opened once."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Engine

from server.config import Settings, WechatTemplate
from server.pushes.catalogue import CATALOGUE
from server.pushes.channels import accounts
from server.pushes.channels.table import ADAPTERS, ChannelAdapter
from server.pushes.rules import Channel, Occasion


class ConfiguredChannels:
    """What a sender needs to know about channels; tests may pass their own adapters."""

    def __init__(
        self, engine: Engine, settings: Settings, adapters: Mapping[Channel, ChannelAdapter] = ADAPTERS
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.adapters = adapters

    @cached_property
    def routes(self) -> Mapping[Occasion, Sequence[Channel]]:
        """The channels that are set up, by occasion, in the catalogue's order."""
        return {
            occasion: [
                channel
                for channel in entry.channels
                if channel in self.adapters and self.adapters[channel].available(self.settings, entry.template)
            ]
            for occasion, entry in CATALOGUE.items()
        }

    @cached_property
    def app_ids(self) -> Mapping[str, Channel]:
        """The channel by the app id whose identities are its addresses."""
        return {
            adapter.app_id(self.settings): channel
            for channel, adapter in self.adapters.items()
            if adapter.app_id(self.settings)
        }

    @cached_property
    def clients(self) -> Mapping[Channel, Any]:
        return {channel: self.adapters[channel].client(self.engine, self.settings) for channel in self.app_ids.values()}

    def template(self, channel: Channel, key: str) -> WechatTemplate | None:
        return accounts.template_of(self.settings, channel, key)
