"""What points to an intent, and how strongly. Pure.

A cue has groups of words; it counts once, if a word of each group occurs: as written, or by its sound at a discount.
`~` in a word stands for a few characters between; `@month` and its like for something that was named (`features`);
`=` before a word makes it count as written only.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.understanding.lexicon import SPOKEN
from bot.understanding.saying import Saying
from bot.understanding.sounds import sounds

BY_SOUND = 0.8
"""What a word counts that only sounds right."""

WHOLE = 10.0
"""What it counts that nothing else was said."""

Slots = dict[str, str]
SlotReader = Callable[[Saying, date], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Cue:
    weight: float
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing people may mean. `title` is its name where the bot asks back; `whole` are messages of nothing else.

    `only_in` names the moment it belongs to. A command of such a moment is read by `grammar` alone, never by likeness:
    it returns the slots, or None where the message is anything but this command.
    """

    name: str
    title: str
    cues: tuple[Cue, ...] = ()
    whole: tuple[str, ...] = ()
    slots: tuple[SlotReader, ...] = ()
    only_in: frozenset[str] = frozenset()
    grammar: Callable[[Saying], Slots | None] | None = None


def cue(weight: float, *groups: str) -> Cue:
    """Return a cue; the words of each group are separated by spaces."""
    return Cue(weight, tuple(tuple(group.split()) for group in groups))


def score(intent: Intent, saying: Saying, features: frozenset[str]) -> float:
    """Return how much of what was said points to an intent."""
    total = sum(each.weight * _strength(each, saying, features) for each in intent.cues)
    return total + _whole(intent, saying)


def _strength(each: Cue, saying: Saying, features: frozenset[str]) -> float:
    strength = 1.0
    for group in each.groups:
        strength = min(strength, max(_heard(word, saying, features, by_sound=each.weight > 0) for word in group))
        if not strength:
            return 0.0
    return strength


def _heard(word: str, saying: Saying, features: frozenset[str], *, by_sound: bool) -> float:
    if word[0] == "@":
        return 1.0 if word in features else 0.0
    if "~" in word:
        return 1.0 if _gapped(word).search(saying.plain) else 0.0
    if word[0] == "=":
        return 1.0 if word[1:] in saying.plain else 0.0
    if word in saying.plain:
        return 1.0
    return BY_SOUND if by_sound and _is_spoken(word) and _sound_of(word) in saying.sounds else 0.0


def _whole(intent: Intent, saying: Saying) -> float:
    if intent.whole and {saying.core, saying.plain, saying.text} & set(intent.whole):
        return WHOLE
    spoken = {_sound_of(word) for word in intent.whole if _is_spoken(word)}
    return WHOLE * BY_SOUND if {saying.core_sounds, saying.sounds} & spoken else 0.0


def _is_spoken(word: str) -> bool:
    """Whether a word is known by its sound: short ones sound like too much else (参加 like 产假)."""
    return len(word) > 2 or word in SPOKEN


@cache
def _gapped(word: str) -> re.Pattern[str]:
    return re.compile(".{0,8}?".join(re.escape(part) for part in word.split("~")))


@cache
def _sound_of(word: str) -> str:
    return sounds(word)
