"""我要提异议: to what, in which words, and the same objection as the app's once the member has said 是."""

from typing import Any

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import short, spoken_day
from server.identity.rules import Permission
from server.objections import queries, service
from server.objections.matters import present as offering
from server.objections.rules import Due, ObjectionSubject

MOST = 6
SHORTEST, LONGEST = 2, 500
GOING_ON = "异议还没提完：请说对什么有异议、为什么，不提了回复“取消”。"
NOTHING = "今年和去年还没有可以提出异议的事项。"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.objection_raise)
    turn.dialogue.end()
    if "subject" in meaning.slots:
        return [_ask_words(turn, dict(meaning.slots))]
    offered = offering.matter_lines(turn.session, turn.member_id, today=turn.today)
    possible = [each for each in offered if each.open_id is None]
    if not possible:
        return [NOTHING]
    options = [
        (
            f"{short(each.title)}（{each.year}年度）",
            "object",
            {"kind": each.subject_kind.value, "subject": str(each.subject_id), "title": short(each.title)},
        )
        for each in possible[:MOST]
    ]
    link = turn.page(pages.OBJECTION_FORM)
    return [turn.choose("您对哪一项有异议？", options), f"其他事项请在小程序里提出：{link}"]


def go_on(turn: Turn, meaning: Meaning, text: str) -> list[str] | None:
    """Take the next message as what is wrong, whole and as it was written."""
    if meaning.intent in ("no", "object", "objections"):
        turn.dialogue.end()
        return ["好的，没有提出。"] if meaning.intent == "no" else None
    words = text.strip()
    if len(words) < SHORTEST:
        return [GOING_ON]
    if len(words) > LONGEST:
        return [f"请写在 {LONGEST} 个字以内；更多的材料可以交给核查的同志。"]
    chosen = dict(turn.dialogue.data)
    turn.dialogue.end()
    wish = f"提出异议：{chosen['title']}。\n理由：{words}"
    return [turn.confirm("object", wish, kind=chosen["kind"], subject=chosen["subject"], said=words)]


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    turn.require_own(Permission.objection_raise)
    row = service.raise_objection(
        turn.session,
        member_id=turn.member_id,
        subject_kind=ObjectionSubject(arguments["kind"]),
        subject_id=int(arguments["subject"]),
        words=arguments["said"],
        account_id=turn.account_id,
        now=turn.now,
    )
    due = queries.due_of(turn.session, row.id, Due.admission)
    by = f"{spoken_day(due, today=turn.today)}前告诉您是否受理。" if due is not None else ""
    return [f"异议已提交，{by}经手过这件事的人回避。问进度请说“异议到哪了”。\n{turn.page(pages.objection(row.id))}"]


def _ask_words(turn: Turn, chosen: dict[str, str]) -> str:
    turn.dialogue.begin("object", chosen)
    return f"对《{chosen['title']}》有异议，请用一段话说明哪里不对、实际情况怎样。不提了回复“取消”。"
