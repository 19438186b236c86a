"""What was said, made comparable: width, script, courtesy and punctuation out of the way. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from bot.understanding.script import SIMPLER
from bot.understanding.sounds import sounds

_SEPARATORS = re.compile(r"[\s,，.。;；:：!！?？、…~～\-—“”\"'‘’()（）\[\]【】《》<>/\\|·]+")
_CLAUSES = re.compile(r"[\s,，。;；:：!！?？、…~～—]+|(?<!\d)\.|\.(?!\d)")
_PARTICLES = "啊呀呢吧嘛哦噢喔哈嘞咯啦哩呗哎诶欸额哒滴哟喽咧呐么吗了的"
_COURTESY = re.compile(
    r"^(?:(?:老师|书记|同志|小同志|小助手|机器人|各位|领导|亲|喂|嗨|那个|那|嗯|额|呃|请|哎|诶|就是|您|"
    r"你)?(?:们)?(?:您好|你好|好)?[呀啊哈]?"
    r"(?:请问(?:一下|下)?|麻烦(?:您|你)?(?:问一下|问下)?|劳驾|想问一下|想问问|问一下|问下|帮(?:我|俺|忙)?|"
    r"替我|给我|我想|我要|我来|我|俺|想要?|要)?)"
)
_ADDRESS = re.compile(
    r"^(?:尊敬的|亲爱的|敬爱的)?[\u4e00-\u9fff]{0,2}(?:老师|书记|同志|主任|院长|支书|组长|委员|领导|"
    r"支部)们?(?:您好|你好|好)?[呀啊]?[\s,，:：!！。、~～]+(?=\S)"
    r"|(?<=\S)[\s,，]+[\u4e00-\u9fff]?(?:老师|书记|同志)[。!！~]*$"
)
"""Who is spoken to, set off by a comma or a space."""

_THANKS = re.compile(r"(?:谢谢|多谢|感谢|拜托|辛苦)(?:您|你|老师|书记|同志)?(?:了|啦|哈)?$")
ASKING = re.compile(
    r"[?？吗么]|能不能|可不可以|要不要|是不是|行不行|好不好|该不该|会不会|有没有|是否|怎[么样]|咋|如何|"
    r"什么|啥|谁|哪|几|多少|为何|吧\?|觉得|难道"
)
"""What makes a sentence a question."""


@dataclass(frozen=True)
class Saying:
    """One utterance. `text` keeps words and punctuation, `plain` only words, both in one script and width."""

    raw: str

    @cached_property
    def text(self) -> str:
        normal = unicodedata.normalize("NFKC", self.raw)
        kept = "".join(each for each in normal if unicodedata.category(each) not in _DROPPED)
        return respelled(_ADDRESS.sub("", kept.translate(SIMPLER).lower().strip()))

    @cached_property
    def plain(self) -> str:
        return _SEPARATORS.sub("", self.text)

    @cached_property
    def core(self) -> str:
        """Return the words without courtesy before and particles after them."""
        return _bare(_COURTESY.sub("", _THANKS.sub("", self.plain), count=1)) or self.plain

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        return tuple(clause for clause in _CLAUSES.split(self.text) if clause)

    @cached_property
    def sounds(self) -> str:
        """Return how it sounds; 同志 is left out, which sounds like 通知."""
        return sounds(self.plain.replace("同志", ""))

    @cached_property
    def core_sounds(self) -> str:
        return sounds(self.core)

    def as_written(self, words: str) -> str:
        """Return words of `text` as they were typed, where they can be found again."""
        typed = "".join(_folded(each) for each in self.raw)
        at = typed.find(words)
        return self.raw[at : at + len(words)] if at >= 0 else words

    @property
    def asks(self) -> bool:
        return ASKING.search(self.text) is not None


def _folded(character: str) -> str:
    """Return a character as it is compared; always one, so that places stay the same."""
    normal = unicodedata.normalize("NFKC", character).translate(SIMPLER).lower()
    return normal if len(normal) == 1 else character


_KEY_WORDS = ("请假", "党课", "签到", "申报", "党费", "积分", "绑定", "党日", "考勤", "出勤", "排名")
_REAL_WORDS = frozenset(("几分", "亲家", "请家", "当日", "钱到", "庆嘉", "前道", "出勤", "记分", "计分", "机分"))
_SPELLED = frozenset(_KEY_WORDS)
_RESPELLED = {sounds(word): word for word in _KEY_WORDS}


def respelled(text: str) -> str:
    """Return the text with typos of the commonest words put right: 请价, 党科, 申抱."""
    for at, pair in enumerate(map("".join, pairwise(text))):
        meant = _RESPELLED.get(sounds(pair)) if not pair.isascii() and pair not in _REAL_WORDS else None
        beside = {text[max(at - 1, 0) : at + 1], text[at + 1 : at + 3]}
        if meant is not None and meant != pair and not beside & _SPELLED:
            text = text.replace(pair, meant)
    return text


_DROPPED = frozenset({"So", "Sk", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
"""Emoji and what cannot be seen."""


def _bare(text: str) -> str:
    return text.rstrip(_PARTICLES)
