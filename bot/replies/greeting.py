"""你好, 谢谢: a word back, and where help is."""

from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.identity import queries as identity


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    name = identity.name_of(turn.session, turn.actor)
    return [f"{name}同志，您好！有事请直接说，例如“我多少分了”“周三的党课请假，出差”；发“帮助”看我能做什么。"]
