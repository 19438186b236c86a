"""How much room words take, by the width of their characters: whether a form still fits on its page. Pure."""

from math import ceil
from unicodedata import east_asian_width

MILLIMETRES = 25.4 / 72
"""A point in millimetres."""

PADDING = 2.6
"""Left and right of a cell's words, in millimetres."""

LINE = 1.3
"""The height of a line in a cell, in sizes."""


def ems(words: str) -> float:
    """Return how wide words are: 1 for a Chinese character, about half for a letter or digit."""
    return sum(1.0 if east_asian_width(each) in "WFA" else 0.55 for each in words)


def lines_of(words: str, size: float, width: float) -> int:
    """Return how many lines words take in a cell `width` millimetres wide, at `size` points."""
    room = max((width - PADDING) / (size * MILLIMETRES), 1.0)
    return sum(max(1, ceil(ems(part) / room)) for part in words.split("\n"))


def size_for(words: str, most: float, width: float, *, lines: int = 1, least: float = 6.5) -> float:
    """Return the largest size in points, in steps of a half, at which words take no more lines than that."""
    size = most
    while size > least and lines_of(words, size, width) > lines:
        size -= 0.5
    return size


def height_of(words: str, size: float, width: float) -> float:
    """Return how high words stand in a cell, in millimetres, with the least room above and below them."""
    return lines_of(words, size, width) * size * LINE * MILLIMETRES + 1.0
