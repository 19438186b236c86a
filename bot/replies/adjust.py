"""改成2分通过: fewer points, and why, once the reviewer has said 是."""

from decimal import Decimal
from typing import Any

from bot.replies import review as reviewing
from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.claims import review
from server.claims.rules import adjustment_refusal
from server.claims.worth import as_error
from server.presentation import points_text


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    claim, slots = reviewing.shown(turn), meaning.slots
    points, reason = Decimal(slots["points"]), slots.get("reason")
    proposed = claim.proposed_points or Decimal(0)
    if refusal := adjustment_refusal(proposed=proposed, approved=points, reason=reason or "—"):
        raise as_error(refusal)
    if points == proposed:
        return reviewing.ask(turn, "approve", f"审核通过，计 {points_text(points)} 分")
    if reason is None or len(reason) < reviewing.SHORTEST_REASON:
        question = f"由 {points_text(proposed)} 分改为 {points_text(points)} 分，请说明理由，例如“时长不足”。"
        return reviewing.ask_reason(turn, "adjust", {"points": slots["points"]}, question)
    words = f"由 {points_text(proposed)} 分改为 {points_text(points)} 分通过，理由“{reason}”"
    return reviewing.ask(turn, "adjust", words, points=slots["points"], reason=reason)


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    claim = reviewing.decide(
        turn,
        review.approve,
        claim=arguments["claim"],
        version=arguments["version"],
        approved_points=Decimal(arguments["points"]),
        reason=arguments["reason"],
    )
    return reviewing.decided(turn, f"已改为 {points_text(claim.approved_points or Decimal(0))} 分并通过。")
