"""How words sound: people type by pinyin, so that a typo mostly sounds like what was meant. Pure."""

import re
from functools import lru_cache

from pypinyin.pinyin_dict import pinyin_dict

_TONES = str.maketrans("āáǎàēéěèōóǒòīíǐìūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeooooiiiiuuuuvvvvvnnnm")
_BLURRED = ((re.compile("^zh"), "z"), (re.compile("^ch"), "c"), (re.compile("^sh"), "s"), (re.compile("ng$"), "n"))
_LATIN = re.compile("[a-z]+|.")


@lru_cache(maxsize=4096)
def syllable(character: str) -> str:
    """Return a character's commonest reading without tone, with what southern speakers mix up made equal."""
    reading = pinyin_dict.get(ord(character), character)
    return _blurred(reading.split(",")[0].translate(_TONES))


def sounds(text: str) -> str:
    """Return the readings of a text between spaces: ` ji fen `; pinyin that was typed is cut into syllables."""
    found: list[str] = []
    for run in _LATIN.findall(text):
        found += _cut(run) if run.isascii() and run.isalpha() else [syllable(run)]
    return f" {' '.join(found)} "


def _blurred(reading: str) -> str:
    for pattern, replacement in _BLURRED:
        reading = pattern.sub(replacement, reading)
    return reading


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    readings = (reading.split(",")[0].translate(_TONES) for reading in pinyin_dict.values())
    return frozenset(reading for reading in readings if reading.isascii())


@lru_cache(maxsize=512)
def _cut(word: str) -> list[str]:
    """Cut typed pinyin into syllables, the longest first; a word that is no pinyin stays whole."""
    rest, found = word, []
    while rest:
        longest = next((size for size in range(min(6, len(rest)), 0, -1) if rest[:size] in _syllables()), 0)
        if not longest:
            return [word]
        found.append(_blurred(rest[:longest]))
        rest = rest[longest:]
    return found
