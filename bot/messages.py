"""What comes in and what goes back, whatever the channel. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChatChannel(StrEnum):
    """Where a conversation is held."""

    official = "official"  # 公众号
    work = "work"  # 企业微信
    terminal = "terminal"  # `xianfeng bot chat`


class Kind(StrEnum):
    """What a person sent; `voice` comes with WeChat's recognition as its text, `event` with its name."""

    text = "text"
    voice = "voice"
    image = "image"
    video = "video"
    location = "location"
    link = "link"
    sticker = "sticker"
    unsupported = "unsupported"  # WeChat does not pass it on, or we do not know its kind
    event = "event"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or event of one person, verified and decrypted; `key` is the same for each delivery of it.

    `picture` holds an image's bytes. `event` is the lower-case name (`subscribe`, `scan`, `click`, …), `scene` what a
    scanned QR or a menu entry carries. `in_group` says that others read the answer.
    """

    channel: ChatChannel
    app_id: str
    openid: str
    key: str
    kind: Kind
    received_at: datetime
    text: str = ""
    picture: bytes | None = None
    event: str = ""
    scene: str = ""
    in_group: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One message back, at most 2,048 bytes of UTF-8; links stand in it as addresses."""

    text: str
