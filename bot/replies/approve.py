"""通过: in full, what was shown, once the reviewer has said 是."""

from decimal import Decimal
from typing import Any

from bot.replies import review as reviewing
from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.claims import review
from server.presentation import points_text


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    claim = reviewing.shown(turn)
    return reviewing.ask(turn, "approve", f"审核通过，计 {points_text(claim.proposed_points or Decimal(0))} 分")


def carry_out(turn: Turn, arguments: dict[str, Any]) -> list[str]:
    claim = reviewing.decide(turn, review.approve, **arguments)
    return reviewing.decided(turn, f"已通过，计 {points_text(claim.approved_points or Decimal(0))} 分。")
