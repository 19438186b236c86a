"""What was not understood: say so, and what can be said. A flow that waits is not forgotten."""

from bot.turn import Turn
from bot.understanding.engine import Meaning

WORDS = "抱歉，我没听懂。可以换个说法，例如“我多少分了”“为什么扣分”“最近有什么会”；发“帮助”看我能做什么。"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    return [WORDS]
