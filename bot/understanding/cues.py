"""What points to an intent, and how strongly. Pure.

A cue has groups of words; it counts once, if a word of each group occurs: as written, or by its sound at a discount.
`~` in a word stands for a few characters between; `@month` and its like for something that was named (`features`);
`=` before a word makes it count as written only.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.understanding.lexicon import SPOKEN
from bot.understanding.saying import Saying
from bot.understanding.sounds import sounds

BY_SOUND = 0.8
"""What a word counts that only sounds right."""

WHOLE = 10.0
"""What it counts when nothing else was said."""

Slots = dict[str, str]
SlotReader = Callable[[Saying, date], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Group:
    """Words of which one has to occur: as `written`, with a gap, as what was named, or else by their sound."""

    written: tuple[str, ...]
    gapped: tuple[re.Pattern[str], ...]
    named: frozenset[str]
    sounding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    weight: float
    groups: tuple[Group, ...]


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
    return Cue(weight, tuple(_group(words.split(), by_sound=weight > 0) for words in groups))


def score(intent: Intent, saying: Saying, features: frozenset[str]) -> float:
    """Return how much of what was said points to an intent."""
    total = sum(each.weight * strength for each in intent.cues if (strength := _strength(each, saying, features)))
    return total + _whole(intent, saying)


def _group(words: Sequence[str], *, by_sound: bool) -> Group:
    plain = [word for word in words if word[0] not in "@=" and "~" not in word]
    return Group(
        written=(*plain, *(word[1:] for word in words if word[0] == "=")),
        gapped=tuple(_gapped(word) for word in words if "~" in word),
        named=frozenset(word for word in words if word[0] == "@"),
        sounding=tuple(sounds(word) for word in plain if by_sound and _is_spoken(word)),
    )


def _strength(each: Cue, saying: Saying, features: frozenset[str]) -> float:
    strength = 1.0
    for group in each.groups:
        strength = min(strength, _heard(group, saying, features))
        if not strength:
            return 0.0
    return strength


def _heard(group: Group, saying: Saying, features: frozenset[str]) -> float:
    """Loops, not `any`: this runs a thousand times per message."""
    said = saying.plain
    for word in group.written:
        if word in said:
            return 1.0
    if not group.named.isdisjoint(features) or any(pattern.search(said) for pattern in group.gapped):
        return 1.0
    heard = saying.sounds
    for sound in group.sounding:
        if sound in heard:
            return BY_SOUND
    return 0.0


def _whole(intent: Intent, saying: Saying) -> float:
    words, spoken = _whole_words(intent.whole)
    if not words.isdisjoint((saying.core, saying.plain, saying.text)):
        return WHOLE
    return 0.0 if spoken.isdisjoint((saying.core_sounds, saying.sounds)) else WHOLE * BY_SOUND


@cache
def _whole_words(whole: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(whole), frozenset(sounds(word) for word in whole if _is_spoken(word))


def _is_spoken(word: str) -> bool:
    """Whether a word is known by its sound: short ones sound like too much else (参加 like 产假)."""
    return len(word) > 2 or word in SPOKEN


@cache
def _gapped(word: str) -> re.Pattern[str]:
    return re.compile(".{0,8}?".join(re.escape(part) for part in word.split("~")))
