"""退回: for completion, with the reason, once the reviewer has said 是."""

from typing import Any

from bot.replies import review as reviewing
from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.claims import review


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    reason = meaning.slots.get("reason", "")
    if len(reason) < reviewing.SHORTEST_REASON:
        return reviewing.ask_reason(turn, "return_claim", {}, "请说明要补充什么，例如“照片不清，请补一张”。")
    return reviewing.ask(turn, "return_claim", f"退回补充，理由“{reason}”", reason=reason)


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    reviewing.decide(turn, review.send_back, **arguments)
    return reviewing.decided(turn, "已退回，本人会收到通知。")
