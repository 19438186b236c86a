"""是, when nothing was asked."""

from bot.turn import Turn
from bot.understanding.engine import Meaning


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    return ["现在没有等您确认的事。发“帮助”看我能做什么。"]
