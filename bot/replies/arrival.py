"""What happens without words: someone follows the account, scans a code or hands on its link, taps the menu."""

from dataclasses import replace

from bot import replies
from bot.intents import titles
from bot.messages import Kind
from bot.replies import bind, check_in
from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.meetings.check_in import codes

WELCOME = "您好，这里是先锋积分：可以查积分、申报、请假、签到。"
_SCANS = frozenset({"scan", "subscribe", "scancode_push", "scancode_waitmsg"})


def reply(turn: Turn) -> list[str]:
    """Answer a link or an event; most events need no answer."""
    if (link := codes.payload_link_in(turn.incoming.text)) is not None:
        return _scanned(turn, link)
    event, scene = turn.incoming.event, turn.incoming.scene.removeprefix("qrscene_")
    if event in _SCANS and scene:
        return _scanned(turn, scene)
    if event in ("subscribe", "enter_agent"):
        return _welcome(turn) if event == "subscribe" else []
    return _tapped(turn, scene) if event == "click" and scene else []


def _scanned(turn: Turn, scene: str) -> list[str]:
    """Check in by a meeting's code; a person who is not bound keeps their ticket while they bind."""
    if turn.actor.account_id is not None:
        return check_in.by_code(turn, scene)
    ticket = check_in.ticket_for(turn, scene)
    said = bind.of_stranger(turn, "")
    turn.dialogue.begin("bind", {"ticket": ticket})
    return ["已扫到会议的码。十分钟内绑定身份，就自动签到。", *said]


def _welcome(turn: Turn) -> list[str]:
    if turn.actor.account_id is None:
        return bind.of_stranger(turn, "")
    return [WELCOME, *replies.of("help").reply(turn, Meaning("help"))]


def _tapped(turn: Turn, key: str) -> list[str]:
    """A menu's key is the name of an intent, or words as if they had been typed."""
    from bot import conversation

    turn.incoming = replace(turn.incoming, kind=Kind.text, text=key, scene="", event="")
    if turn.actor.account_id is None or key not in titles():
        return conversation.respond(turn)
    turn.dialogue.pending = None
    return replies.of(key).reply(turn, Meaning(key))
