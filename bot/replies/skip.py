"""跳过: leave the claim shown for later; nothing is decided."""

from bot.replies import review as reviewing
from bot.turn import Turn
from bot.understanding.engine import Meaning


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    return reviewing.skip(turn)
