"""驳回: for good, with the reason, once the reviewer has said 是."""

from typing import Any

from bot.replies import review as reviewing
from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.claims import review


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    reason = meaning.slots.get("reason", "")
    if len(reason) < reviewing.SHORTEST_REASON:
        return reviewing.ask_reason(turn, "reject", {}, "请说明不予认定的理由，例如“属于本职工作”。")
    return reviewing.ask(turn, "reject", f"驳回，不予认定，理由“{reason}”", reason=reason)


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    reviewing.decide(turn, review.reject, **arguments)
    return reviewing.decided(turn, "已驳回，本人会收到通知，可以提出异议。")
