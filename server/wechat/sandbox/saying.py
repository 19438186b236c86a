"""What a person may do in a chat, as WeChat would tell the product of it."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.wechat.sandbox import courier
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.faults import PlayedCall
from server.wechat.sandbox.phones import OPENID, USER_ID, tapped, wrote
from server.wechat.sandbox.state import Media, SandboxState

MOST_COPIES = 5
LONGEST_DELAY_SECONDS = 10
KEPT_MEDIA = 60
LONGEST_TEXT = 2000
Fields = dict[str, str]


def _message(kind: str, **fields: str) -> Fields:
    return {"MsgType": kind, "MsgId": str(secrets.randbits(62)), **fields}


def _event(name: str, key: str = "") -> Fields:
    return {"MsgType": "event", "Event": name, "EventKey": key}


MESSAGES: Mapping[str, Callable[[str], Fields]] = {
    "text": lambda text: _message("text", Content=text),
    "voice": lambda text: _message("voice", MediaId="voice", Format="amr", Recognition=text),
    "image": lambda media_id: _message("image", MediaId=media_id, PicUrl=f"http://mmbiz.invalid/{media_id}"),
    "location": lambda place: _message("location", Location_X="23.1", Location_Y="113.3", Scale="16", Label=place),
    "link": lambda url: _message("link", Title=url, Description="", Url=url),
    "sticker": lambda _: _message("sticker"),
}
TAPS: Mapping[str, Callable[[str], Fields]] = {
    "click": lambda key: _event("CLICK", key),
    "scan": lambda scene: _event("SCAN", scene),
    "scan_code": lambda code: {**_event("scancode_waitmsg", "scan"), "ScanCodeInfo.ScanResult": code},
    "subscribe": lambda scene: _event("subscribe", f"qrscene_{scene}" if scene else ""),
}
SHOWN = {
    "voice": "🎤 {}",
    "location": "📍 {}",
    "sticker": "[表情]",
    "scan": "[扫码] {}",
    "scan_code": "[扫码] {}",
    "click": "[菜单] {}",
    "subscribe": "[关注]",
}


def say(
    state: SandboxState,
    app: App,
    openid: str,
    kind: str,
    text: str,
    *,
    copies: int = 1,
    delay_seconds: float = 0,
    now: datetime,
) -> None:
    """Put what a person says on their phone and post it. Raises DomainError."""
    if app not in courier.PATHS or not (USER_ID if app is App.work else OPENID).fullmatch(openid):
        raise DomainError(CoreErrorCode.invalid_input, "只能和公众号或企业微信对话")
    written = MESSAGES.get(kind) or TAPS.get(kind)
    if written is None or len(text) > LONGEST_TEXT or (not text and kind in ("text", "image", "click")):
        raise DomainError(CoreErrorCode.invalid_input, "这句话发不出去")
    phone = state.phones.at(app, openid)
    (tapped if kind in TAPS else wrote)(phone, now)
    phone.follows = True
    content = {"picture": text} if kind == "image" else {"text": SHOWN.get(kind, "{}").format(text)}
    state.record.arrive(
        app=app,
        call=PlayedCall.callback,
        openid=openid,
        template="",
        page="",
        content=content,
        key=secrets.token_hex(8),
        now=now,
        own=True,
    )
    fields = written(text)
    if app is App.work:
        fields["AgentID"] = "1"
    courier.deliver(state, app, openid, fields, copies=copies, delay_seconds=delay_seconds)


def keep_picture(state: SandboxState, content: bytes) -> str:
    """Keep what a person sends; return its media id. Raises DomainError."""
    if content.startswith(b"\xff\xd8"):
        mimetype = "image/jpeg"
    elif content.startswith(b"\x89PNG"):
        mimetype = "image/png"
    else:
        raise DomainError(CoreErrorCode.invalid_input, "只能发 JPEG 或 PNG 图片")
    media_id = secrets.token_urlsafe(24)
    state.media[media_id] = Media(content, mimetype)
    for old in list(state.media)[:-KEPT_MEDIA]:
        del state.media[old]
    return media_id
