"""getwxacodeunlimit: WeChat draws a round code of its own; here an ordinary QR says the same."""

import re
from datetime import datetime
from io import BytesIO

import segno

from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.exchange import Ask, CallOutcome, PictureAnswer
from server.wechat.sandbox.state import SandboxState

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
_PAGE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_/-]{0,127}")
DEFAULT_PAGE = "pages/index/index"


def draw(_state: SandboxState, ask: Ask, _now: datetime) -> CallOutcome:
    scene = ask.text("scene")
    if not _SCENE.fullmatch(scene):
        raise CallRefused(40169)
    page = ask.text("page") or DEFAULT_PAGE
    if not _PAGE.fullmatch(page):
        raise CallRefused(41030)
    width = ask.json.get("width", 430)
    if not isinstance(width, int) or isinstance(width, bool) or not 280 <= width <= 1280:
        raise CallRefused(40097, "width")
    code = segno.make(f"https://sandbox.invalid/wxacode?page={page}&scene={scene}", error="q", micro=False)
    png = BytesIO()
    code.save(png, kind="png", scale=max(1, width // code.symbol_size()[0]))
    return CallOutcome(PictureAnswer(png.getvalue(), "image/png"))
