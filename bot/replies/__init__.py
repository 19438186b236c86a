"""What the bot does about each intent: a module per intent, found by its name (CONTRIBUTING.md, “Add a bot intent”).

A module has `reply(turn, meaning)`. One that writes has `carry_out(turn, arguments)`, called only after 是.
One that leads through several messages has `go_on(turn, meaning, text)`: None leaves the message to other intents.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from bot.turn import Turn
from bot.understanding.engine import Meaning


class Replies(Protocol):
    """What a module here offers; only the first is in each."""

    reply: Callable[[Turn, Meaning], list[str]]
    carry_out: Callable[[Turn, dict[str, Any]], list[str]]
    go_on: Callable[[Turn, Meaning, str], list[str] | None]


@cache
def of(name: str) -> Replies:
    """Return the module that answers an intent."""
    return cast(Replies, import_module(f"{__name__}.{name}"))
