"""Who a stranger says they are: a number and a code have a shape; the rest is the name. Pure."""

import re
import unicodedata
from collections.abc import Container, Sequence

from bot.intents import all_intents
from server.names import LONGEST_NAME, is_name
from server.organizations.rules import CODE_ALPHABET, is_work_number, normal_activation_code, normal_work_number
from server.privacy import normal_phone
from server.text import half_width

_WORD = re.compile(r"[A-Za-z0-9]+(?:[-_]+[A-Za-z0-9]+)*")
_HALVES = re.compile(r"(?<![A-Za-z0-9_-])([A-Za-z0-9]{5})\s+([A-Za-z0-9]{5})(?![A-Za-z0-9_-])")
_GLUED = re.compile(
    rf"(?<=[A-Za-z0-9])(?=[{CODE_ALPHABET}]{{5}}-[{CODE_ALPHABET}]{{5}}(?![A-Za-z0-9-]))", re.IGNORECASE
)
"""Where a code begins that was written right after a number."""

_ALMOST_CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Z0-9]{3,7}-[A-Z0-9]{3,7}(?![A-Za-z0-9-])")
_SHORTEST_NUMBER = 3

_NUMBER_LABEL = re.compile(r"(?:工号|学号|职工号|教工号|编号)[^A-Za-z0-9]{0,4}$")
_NAME_LABEL = re.compile(r"^(?:(?:我的|本人|真实)*(?:姓名|名字)(?:就?是|为|叫)?|我叫做?|我是|本人(?:是|叫)?)")
_BEFORE = re.compile(
    r"^(?:(?:各位)?(?:老师|书记|同志|领导|支书|您|你|大家)们?好[呀啊]?|请问|"
    r"(?:请|麻烦)?(?:您|你)?(?:帮我|给我|我要|我想|我来|需要|申请)?(?:绑定|激活(?!码)|注册|认证|登录)(?:一下)?"
    r"(?:我的)?(?:身份|账号|微信)?)+"
)
_AFTER = re.compile(
    r"(?:的|我的|本人)*(?:工号|学号|职工号|教工号|编号|激活码|验证码|邀请码|号码|手机号?码?|联系电话|电话)(?:就?是|为)*$"
    r"|(?:谢谢|感谢|麻烦|辛苦)(?:您|你|老师|书记)*(?:了|啦)?$|(?<=\S\S)(?:老师|同志)$"
)
_NO_NAME = re.compile(
    r"绑定|激活|注册|认证|登录|账号|微信|手机|身份|名字|姓名|工号|学号|怎么|如何|什么|在哪|哪里|多少|可以|不了|不上|不到|没有|"
    r"收到|一下|帮我|帮忙|谢谢|请问|谁|[吗呢么]$|^[级届]|^(?:就?是|为|的|我的?|和|还有|号|码|码是|嗯|好的?|对|不|哦)$"
)


def read(said: str, *, wanted: Container[str] = ()) -> dict[str, str]:
    """Return what a message holds of `name`, `number` and `code`. `wanted` was asked for: then it may come alone."""
    text = _GLUED.sub(" ", half_width(said))
    code = _code_in(text)
    rest = text.replace(code, " ") if code else text
    words = _numbers_in(rest)
    number = _number_of(rest, words)
    found = {key: value for key, value in (("code", code), ("number", number)) if value}
    for word in reversed(words):
        rest = f"{rest[: word.start()]} {rest[word.end() :]}"
    rest = _ALMOST_CODE.sub(" ", rest)
    name = _whole(said) if "name" in wanted and not found else _name_in(rest, alone=not found)
    if name is not None:
        return found | {"name": name}
    return found or _number_alone(text, wanted)


def _code_in(text: str) -> str | None:
    """Return the code as written: the last that could be one, preferably with a dash or a digit in it."""
    words = [match[0] for match in _WORD.finditer(text)]
    codes = [word for word in words if not word.isdigit() and normal_activation_code(word)]
    codes = codes or [match[0] for match in _HALVES.finditer(text) if _are_halves(match)]
    marked = [code for code in codes if re.search(r"[-\d]", code)]
    return next(reversed(marked or codes), None)


def _are_halves(match: re.Match[str]) -> bool:
    """Whether two words are a code written with a space; two names in small letters are not."""
    code = match[1] + match[2]
    return (
        normal_activation_code(code) is not None
        and not code.isdigit()
        and (code.isupper() or any(map(str.isdigit, code)))
    )


def _numbers_in(text: str) -> list[re.Match[str]]:
    """Return the words that could be a 工号: with a digit in them, or the only one beside a Chinese name."""
    words = [word for word in _WORD.finditer(text) if len(word[0]) >= _SHORTEST_NUMBER and is_work_number(word[0])]
    numbers = [word for word in words if re.search(r"[\d_]", word[0])]
    beside = is_name("".join(each for each in text if not each.isascii()))
    return numbers or (words if beside and len(words) == 1 else [])


def _number_of(text: str, words: Sequence[re.Match[str]]) -> str | None:
    """Return the word that is called a 工号 or 学号, or else the longest that is no telephone."""
    named = [word[0] for word in words if _NUMBER_LABEL.search(text[: word.start()])]
    others = [word[0] for word in words if normal_phone(word[0]) is None] or [word[0] for word in words]
    return named[0] if named else max(others, key=len, default=None)


def _number_alone(text: str, wanted: Container[str]) -> dict[str, str]:
    """A number of an unusual shape counts where it was asked for: `A7`, `XIN`."""
    number = normal_work_number(text)
    return {"number": number} if "number" in wanted and "name" not in wanted and is_work_number(number) else {}


def _name_in(rest: str, *, alone: bool) -> str | None:
    """Return the name in what is left; alone it counts only if it is called a name: 帮助 is none."""
    pieces: list[str] = []
    called = False
    for piece in _pieces(rest):
        bare = _BEFORE.sub("", piece)
        if (label := _NAME_LABEL.match(bare)) is not None:
            pieces, called, bare = [], True, bare[label.end() :]
        bare = _AFTER.sub("", bare)
        if is_name(bare) and not _NO_NAME.search(bare):
            pieces.append(bare)
    if not all(map(str.isascii, pieces)):
        pieces = [piece for piece in pieces if not piece.isascii()]
    name = " ".join(pieces)
    return name if 0 < len(name) <= LONGEST_NAME and (called or not alone) else None


def _whole(said: str) -> str | None:
    """Return a whole message as the name that was asked for, unless it is an order or a question."""
    name = _AFTER.sub("", " ".join(said.split()))
    label = _NAME_LABEL.match(name)
    name = name[label.end() :].strip(" :：") if label and is_name(name[label.end() :]) else name
    orders = {word for intent in all_intents() for word in intent.whole}
    is_one = is_name(_BEFORE.sub("", name)) and len(name) <= LONGEST_NAME and name not in orders
    return name if is_one and not re.search(r"[?？]$", name) and not _NO_NAME.search(name) else None


def _pieces(text: str) -> list[str]:
    return "".join(" " if unicodedata.category(each)[0] in "ZPSC" and _known(each) else each for each in text).split()


def _known(character: str) -> bool:
    """A character that Python does not know yet is a newer ideograph."""
    return unicodedata.category(character) not in ("Cn", "Co")
