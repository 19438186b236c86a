"""绑定身份: name, number and activation code, in one message or one after the other; or in the app."""

from typing import Any

from bot import pages
from bot.replies import check_in
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.understanding.introductions import read
from server.identity import queries as identity
from server.organizations import binding

HOW = "请发：姓名 工号（或学号） 激活码\n例如：张三 20150012 ABCDE-FGHJK\n激活码由支部书记发放，七天内有效。"
WANTED = {"name": "姓名", "number": "工号或学号", "code": "激活码"}
GOING_ON = "绑定还没完成。"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    """Tell someone who is already bound who they are bound as."""
    name = identity.name_of(turn.session, turn.actor)
    return [f"您已绑定为{name}，不用再绑定。换人或换微信请联系支部书记解除绑定。"]


def of_stranger(turn: Turn, text: str) -> list[str]:
    """Lead someone unknown to binding; whatever they say, there is nothing else to tell them."""
    known = turn.dialogue.data if turn.dialogue.flow == "bind" else {}
    begun = bool(known.keys() & WANTED.keys())
    told = read(text, wanted=WANTED.keys() - known.keys() if begun else ())
    given = known | told
    turn.dialogue.begin("bind", given)
    missing = [title for name, title in WANTED.items() if name not in given]
    if missing and given.keys() & WANTED.keys():
        return [f"{'收到。' if told else '没有看懂。'}还差：{'、'.join(missing)}，请发给我。"]
    if missing:
        return [
            f"您好，这里是先锋积分。先绑定身份，才能查积分、请假和申报。\n{HOW}\n也可以点开绑定：{turn.page(pages.SIGN_IN)}"
        ]
    return _bound(turn, given)


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
