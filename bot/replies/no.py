"""取消, when no question waits: whatever was going on ends."""

from bot.turn import Turn
from bot.understanding.engine import Meaning


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    was_busy = turn.dialogue.flow is not None
    turn.dialogue.end()
    return ["好的，已停下，没有办理。"] if was_busy else ["好的。现在没有正在办理的事。"]
