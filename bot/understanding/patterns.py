"""Patterns of many words, written so that they can be read. Pure."""


def any_of(*words: str) -> str:
    """Return a pattern of any of these words, themselves patterns; each string is a theme, split at spaces."""
    return "(?:" + "|".join(word for theme in words for word in theme.split()) + ")"


def run_of(*words: str) -> str:
    """Return a pattern of any number of these words in a row.

    Each is read in one way only (an atomic group), so that a long message made of them takes no longer than another.
    """
    return any_of(*words).replace("(?:", "(?>", 1) + "*"
