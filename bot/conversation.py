"""From a message to the words that answer it, whatever the channel."""

from bot.replies import help as helping
from bot.turn import Turn


def respond(turn: Turn) -> list[str]:
    """Return the messages that answer this one."""
    return helping.reply(turn)
