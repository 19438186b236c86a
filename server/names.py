"""People's names: how one is stored, and when two are the same, whoever wrote them and with whatever tool. Pure."""

import re
import unicodedata

from server.text import unified

LONGEST_NAME = 64

_IDEOGRAPHS = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = f"[{_IDEOGRAPHS}\U000e0100-\U000e01ef]"
_PLAIN = re.compile("[\u4e00-\u4e35\u4e37-\u9fff]*")
"""What nearly all names are: ideographs that are their own key."""

_JOINING = "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1820-\u18af]"
"""Scripts whose letters change with a joiner after them: Uyghur, Tibetan, Mongolian, those of India."""

_JOINERS = "\u180e\u200c\u200d"
_UNSEEN = re.compile(f"(?<!{_JOINING})[{_JOINERS}]|[\u00ad\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u206f\ufeff]")
_DOTS = re.compile(r"\s*[·•‧∙⋅・･．●᛫⸱⸳․ꞏ˙∘◦▪﹒\u0387]\s*")
_DOTS_IN_HAN = re.compile(rf"(?<={_HAN})\s*[.。｡丶]\s*(?={_HAN})")
_SPACES_IN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
_SAME = str.maketrans({"○": "〇", "◯": "〇", "丶": ""})
"""What is typed for 〇, and an ideograph that is typed for a dot."""

_SELECTORS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def normal_name(text: str) -> str:
    """Return a name without padding: 张　敏 → 张敏; other scripts keep single spaces; one kind of interpunct."""
    seen = unified(unicodedata.normalize("NFC", _UNSEEN.sub("", text)))
    dotted = _DOTS_IN_HAN.sub("·", _DOTS.sub("·", seen))
    return re.sub(r"\s+", " ", _SPACES_IN_HAN.sub("", dotted)).strip()


def name_key(name: str) -> str:
    """Return the key by which names are compared: their letters, whatever their width, case and encoding.

    Dots, spaces and selectors of glyphs do not count; a name that has nothing else is compared as it is.
    """
    if _PLAIN.fullmatch(name):
        return name
    wide = unicodedata.normalize("NFKC", normal_name(name)).casefold().translate(_SAME)
    text = _SELECTORS.sub("", unicodedata.normalize("NFKC", wide))
    letters = "".join(each for each in text if _counts(each))
    return unicodedata.normalize("NFKC", letters or text).strip()


def is_name(text: str) -> bool:
    """Whether a text has a letter that a name can be made of."""
    return any(_counts(each) and unicodedata.category(each)[0] not in "MN" for each in text)


def _counts(character: str) -> bool:
    """Whether it is a letter, a mark or a digit. A character that Python does not know yet is a newer ideograph."""
    category = unicodedata.category(character)
    return category[0] in "LMN" or category in ("Cn", "Co")
