"""WeChat's XML, read by wechatpy, becomes what the conversation hears. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.messages import ChatChannel, Incoming, Kind
from bot.receive.emoticons import kind_of_text
from server.wechat.envelope import UnreadablePost

LONGEST_TEXT = 4000
MAX_KEY = 128
_DIGEST = 16
_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "text": Kind.text,
        "voice": Kind.voice,
        "image": Kind.image,
        "video": Kind.video,
        "shortvideo": Kind.video,
        "location": Kind.location,
        "link": Kind.link,
        "miniprogrampage": Kind.link,
        "sticker": Kind.sticker,
        "emoji": Kind.sticker,
    }
)
_HEARD_EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "subscribe": "subscribe",
        "subscribe_scan": "subscribe",  # wechatpy's name for a follow by a scene's QR
        "scan": "scan",
        "scancode_waitmsg": "scan",  # a menu's 扫一扫 that hands us what was scanned
        "click": "click",
    }
)
"""Events a person expects an answer to. Of others (a location sent on its own, a template delivered, a page viewed, a
subscription popup, which the app reports itself) nothing is said."""

TAPS = frozenset({"subscribe", "scan", "click"})
"""After these WeChat lets us send three messages within a minute, after a message five within 48 hours."""


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message with what is needed to answer it; `us` is the account's own id, `media_id` where its picture lies."""

    incoming: Incoming
    us: str
    media_id: str = ""

    @property
    def tapped(self) -> bool:
        return self.incoming.event in TAPS

    def with_picture(self, picture: bytes | None) -> "ReceivedMessage":
        return replace(self, incoming=replace(self.incoming, picture=picture))


def heard_in(xml: str, *, channel: ChatChannel, app_id: str, now: datetime) -> ReceivedMessage | None:
    """Return what a post says to the conversation, or None if nobody expects an answer. Raises UnreadablePost."""
    fields, kind, event = parsed(xml, channel)
    if kind is Kind.event and event not in _HEARD_EVENTS:
        return None
    if kind is Kind.unsupported and not text_of(fields, "MsgId"):
        return None  # a person's message has an id; what a device or another system reports has none
    scene = _scene(fields, event)
    openid = text_of(fields, "FromUserName")
    if not 0 < len(openid) <= 64:
        raise UnreadablePost("nobody's")
    incoming = Incoming(
        channel=channel,
        app_id=app_id,
        openid=openid,
        key=_key(fields, openid, event, scene),
        kind=kind,
        received_at=now,
        text=_said(fields, kind),
        event=_HEARD_EVENTS.get(event, ""),
        scene=scene,
    )
    return ReceivedMessage(incoming, us=text_of(fields, "ToUserName"), media_id=text_of(fields, "MediaId"))


def parsed(xml: str, channel: ChatChannel) -> tuple[Mapping[str, Any], Kind, str]:
    """Return the fields, what kind of message it is and the name of an event."""
    if channel is ChatChannel.work:
        from wechatpy.enterprise.parser import parse_message
    else:
        from wechatpy.parser import parse_message
    try:
        message = parse_message(xml)
        fields = message._data  # unknown messages have nothing else
        kind = _kind_of(fields)
        return fields, kind, fields["Event"].lower() if kind is Kind.event else ""
    except Exception as error:  # wechatpy stumbles over an empty post in as many ways as a post can be empty
        raise UnreadablePost(type(error).__name__) from None


def _kind_of(fields: Mapping[str, Any]) -> Kind:
    name = fields["MsgType"].lower()
    if name == "event":
        return Kind.event
    kind = _KINDS.get(name, Kind.unsupported)
    return kind_of_text(text_of(fields, "Content")) if kind is Kind.text else kind


def _key(fields: Mapping[str, Any], openid: str, event: str, scene: str) -> str:
    """Return what is the same at each delivery of a message: its id, or for an event who did what with what when."""
    if message_id := text_of(fields, "MsgId"):
        return message_id[:MAX_KEY]
    created = text_of(fields, "CreateTime")
    if not created.isdecimal():
        raise UnreadablePost("no time")
    what = hashlib.sha256(f"{text_of(fields, 'EventKey')} {scene}".encode()).hexdigest()[:_DIGEST]
    return f"{openid}:{created}:{event}"[: MAX_KEY - _DIGEST - 1] + f":{what}"


def _said(fields: Mapping[str, Any], kind: Kind) -> str:
    names = {Kind.text: "Content", Kind.voice: "Recognition", Kind.location: "Label", Kind.link: "Title"}
    return text_of(fields, names.get(kind, ""))[:LONGEST_TEXT]


def _scene(fields: Mapping[str, Any], event: str) -> str:
    """Return what a scanned code or a menu entry carries."""
    if event == "scancode_waitmsg":
        info = fields.get("ScanCodeInfo")
        return text_of(info, "ScanResult") if isinstance(info, dict) else ""
    return text_of(fields, "EventKey") if event else ""


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """Return a field's text, '' if it has none."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def kept(heard: ReceivedMessage) -> dict[str, str]:
    """Return what a message says, as it is kept until it is answered: without its picture, which WeChat keeps."""
    incoming = heard.incoming
    return {
        "kind": incoming.kind,
        "text": incoming.text,
        "event": incoming.event,
        "scene": incoming.scene,
        "media_id": heard.media_id,
    }


def heard_again(
    content: Mapping[str, str], *, channel: ChatChannel, app_id: str, openid: str, key: str, received_at: datetime
) -> ReceivedMessage:
    """Return a kept message as it was heard."""
    incoming = Incoming(
        channel=channel,
        app_id=app_id,
        openid=openid,
        key=key,
        kind=Kind(content["kind"]),
        received_at=received_at,
        text=content["text"],
        event=content["event"],
        scene=content["scene"],
    )
    return ReceivedMessage(incoming, us="", media_id=content["media_id"])
