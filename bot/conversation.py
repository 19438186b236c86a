"""From a message to the words that answer it: first a pending question, then the running flow, then anything new."""

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache

from bot import replies
from bot.intents import all_intents, titles
from bot.messages import Incoming, Kind
from bot.replies import arrival, bind, leave, report, review
from bot.replies import object as objecting
from bot.turn import Turn
from bot.understanding.engine import UNKNOWN, Meaning, slots_of, understand
from bot.understanding.numbers import NUMBER, value
from bot.understanding.saying import Saying
from server.meetings.check_in import codes

GOING_ON = {"report": report.GOING_ON, "leave": leave.GOING_ON, "object": objecting.GOING_ON, "review": review.GOING_ON}
"""What is said of a flow that waits while something else was asked."""

UNHEARD = "没有听清，请再说一遍，或直接打字给我。"
OTHER_KINDS = {
    Kind.video: "视频我看不了。申报的证明材料请发照片，最多9张。",
    Kind.location: "不需要发位置：签到看会场大屏上的二维码或六位数字，这里不记录任何人的位置。",
    Kind.link: "链接我打不开。要申报请用一句话说说做了什么，再发照片；要办别的事请直接打字。",
    Kind.sticker: "收到😊 有事请直接打字，例如“我多少分了”“请假”“帮助”。",
    Kind.unsupported: "这条消息我收不到内容（自定义表情、文件、名片等）。有事请直接打字，证明材料请发照片。",
}
_PICKED = re.compile(rf"第?({NUMBER})[个条项.、]?")


def respond(turn: Turn) -> list[str]:
    """Return the messages that answer this one."""
    incoming = turn.incoming
    if incoming.kind is Kind.event or codes.payload_link_in(_text_of(incoming)):
        return arrival.reply(turn)
    if turn.actor.account_id is None:
        return bind.of_stranger(turn, _text_of(incoming))
    if incoming.kind is Kind.image:
        return report.with_picture(turn)
    if incoming.kind in OTHER_KINDS:
        return [OTHER_KINDS[incoming.kind]]
    text = _text_of(incoming)
    if not text:
        return [UNHEARD]
    answered = _goes_on(turn, text)
    return answered if answered is not None else _anew(turn, _meaning_of(turn, text, turn.dialogue.flow))


def _text_of(incoming: Incoming) -> str:
    return incoming.text.strip() if incoming.kind in (Kind.text, Kind.voice) else ""


def _meaning_of(turn: Turn, text: str, moment: str | None) -> Meaning:
    return _understood(text, turn.today, moment)


@lru_cache(maxsize=256)
def _understood(text: str, today: date, moment: str | None) -> Meaning:
    """Return a message's meaning; answering it asks for that several times."""
    return understand(text, all_intents(), today=today, moment=moment)


def _goes_on(turn: Turn, text: str) -> list[str] | None:
    """Answer the last question, or go on with the running flow; None for something new."""
    pending, turn.dialogue.pending = turn.dialogue.pending, None
    turn.asked = pending
    if pending is not None and "options" in pending:
        chosen = _chosen(pending["options"], text)
        if chosen is not None:
            return replies.of(chosen.intent).reply(turn, chosen)
    if pending is not None and "act" in pending:
        return _decided(turn, pending, text)
    return _in_flow(turn, _meaning_of(turn, text, turn.dialogue.flow), text)


def _decided(turn: Turn, pending: dict[str, object], text: str) -> list[str] | None:
    """Carry out what waited for 是, and only on 是; nothing else ever counts as 是."""
    meaning = _meaning_of(turn, text, "confirm")
    act = replies.of(str(pending["act"]))
    if meaning.intent == "yes":
        return act.carry_out(turn, dict(pending["arguments"]))  # type: ignore[call-overload]
    within = _in_flow(turn, _meaning_of(turn, text, turn.dialogue.flow), text) if turn.dialogue.flow else None
    if within is not None:
        return within
    if meaning.intent == "no":
        return ["好的，没有办理。", *([GOING_ON[flow]] if (flow := turn.dialogue.flow) in GOING_ON else [])]
    if meaning.intent == UNKNOWN:
        turn.dialogue.pending = pending
        return [f"还没有办理。{pending['words']}\n确认请回复“是”，不办请回复“取消”。"]
    return ["刚才的没有办理。", *_anew(turn, meaning)]


def _in_flow(turn: Turn, meaning: Meaning, text: str) -> list[str] | None:
    flow = turn.dialogue.flow
    return replies.of(flow).go_on(turn, meaning, text) if flow is not None else None


def _anew(turn: Turn, meaning: Meaning) -> list[str]:
    """Answer something new; say that the running flow is not forgotten."""
    flow = turn.dialogue.flow
    if meaning.intent == UNKNOWN and _meaning_of(turn, _text_of(turn.incoming), "confirm").intent == "yes":
        meaning = Meaning("yes")
    if meaning.rivals and flow is None:
        return [_asked_back(turn, meaning)]
    said = replies.of(meaning.intent).reply(turn, meaning)
    waits = flow in GOING_ON and turn.dialogue.flow == flow and meaning.intent not in (flow, "no")
    return [*said, GOING_ON[flow]] if flow is not None and waits else said


def _asked_back(turn: Turn, meaning: Meaning) -> str:
    """Ask which was meant: a guess would answer something else."""
    saying = Saying(turn.incoming.text)
    known = {intent.name: intent for intent in all_intents()}
    options = [(titles()[name], name, slots_of(known[name], saying, turn.today)) for name in meaning.rivals[:3]]
    return turn.choose("您是想：", options)


def _chosen(options: list[tuple[str, dict[str, str]]], text: str) -> Meaning | None:
    match = _PICKED.fullmatch(Saying(text).core)
    number = int(value(match[1])) if match else 0
    if not 1 <= number <= len(options):
        return None
    intent, slots = options[number - 1]
    return replace(Meaning(intent), slots=dict(slots))
