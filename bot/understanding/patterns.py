"""Patterns of many words, written so that they can be read. Pure."""


def any_of(*words: str) -> str:
    """Return a pattern of any of these words; each string holds some of a theme, separated by spaces, patterns themselves."""
    return "(?:" + "|".join(word for theme in words for word in theme.split()) + ")"
