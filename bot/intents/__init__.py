"""What the bot understands: a module per intent, found by its name (CONTRIBUTING.md, “Add a bot intent”)."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from bot.understanding.cues import Intent


@cache
def all_intents() -> tuple[Intent, ...]:
    """Return what the modules of this package declare as `INTENT`."""
    return tuple(import_module(f"{__name__}.{module.name}").INTENT for module in iter_modules(__path__))


@cache
def titles() -> dict[str, str]:
    """Return what each intent is called where the bot asks back."""
    return {intent.name: intent.title for intent in all_intents()}
