"""绑定身份: name, number and activation code, in one message or one after the other; or in the app."""

import re
from typing import Any

from bot import pages
from bot.replies import check_in
from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.identity import service as identity
from server.organizations import binding

_PIECES = re.compile(r"[\u3400-\u9fff·]+|[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*")
_CODE = re.compile(r"[2-9A-HJKMNP-Z]{5}-?[2-9A-HJKMNP-Z]{5}", re.IGNORECASE)
_LABELS = re.compile(
    r"绑定|身份|姓名|名字|我叫|我的|我是|我|工号|学号|职工号|激活码|验证码|编号|帮|请|一下|您好|你好|老师|"
    r"要|是|叫|的|号|码|为|在哪|怎么|吗|注册|认证|激活|登录|同志|账号"
)
_NAME = re.compile(r"[\u3400-\u9fff]{2,4}(?:·[\u3400-\u9fff]{1,6})?")
HOW = "请发：姓名 工号（或学号） 激活码\n例如：张三 20150012 ABCDE-FGHJK\n激活码由支部书记发放，七天内有效。"
WANTED = {"name": "姓名", "number": "工号或学号", "code": "激活码"}
GOING_ON = "绑定还没完成。"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    """Say to who is bound already whom he is bound to."""
    name = identity.name_of(turn.session, turn.actor)
    return [f"您已绑定为{name}，不用再绑定。换人或换微信请联系支部书记解除绑定。"]


def of_stranger(turn: Turn, text: str) -> list[str]:
    """Lead someone unknown to binding; whatever he says, there is nothing else to tell him."""
    known = turn.dialogue.data if turn.dialogue.flow == "bind" else {}
    given = known | read(text)
    turn.dialogue.begin("bind", given)
    missing = [title for name, title in WANTED.items() if name not in given]
    if missing and given.keys() & WANTED.keys():
        return [f"收到。还差：{'、'.join(missing)}，请发给我。"]
    if missing:
        return [
            f"您好，这里是先锋积分。先绑定身份，才能查积分、请假和申报。\n{HOW}\n也可以点开绑定：{turn.page(pages.SIGN_IN)}"
        ]
    return _bound(turn, given)


def read(text: str) -> dict[str, str]:
    """Return what a message holds of name, number and code."""
    found: dict[str, str] = {}
    pieces = _PIECES.findall(text)
    codes = [piece for piece in pieces if _CODE.fullmatch(piece) and not piece.isdigit()]
    if codes:
        found["code"] = codes[-1]
    for piece in pieces:
        if piece[0].isascii():
            if piece not in codes and len(piece) >= 3:
                found.setdefault("number", piece)
        elif name := _NAME.fullmatch(_LABELS.sub("", piece)):
            found.setdefault("name", name[0])
    return found if len(found) > 1 or "number" in found or "code" in found else _alone(text, found)


def _alone(text: str, found: dict[str, str]) -> dict[str, str]:
    """A name alone counts only where nothing else was said: 帮助 is no name."""
    return found if "name" in found and re.search(r"姓名|我叫|我是|名字", text) else {}


def _bound(turn: Turn, given: dict[str, Any]) -> list[str]:
    turn.dialogue.end()
    account = binding.bind_by_code(
        turn.session,
        identity_id=turn.identity.id,
        name=given["name"],
        work_number=given["number"],
        code=given["code"],
        now=turn.now,
    )
    turn.session.refresh(turn.identity)
    turn.actor = identity.actor_of(turn.session, turn.identity, now=turn.now)
    said = [f"绑定成功，{account.name}同志，您好！发“帮助”看我能做什么。"]
    return said + (check_in.by_ticket(turn, given["ticket"]) if "ticket" in given else [])
