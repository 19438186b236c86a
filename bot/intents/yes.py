"""是: to the question just asked, and to nothing else. Pure."""

import re
import unicodedata

from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying

_YES = any_of(
    "确认提交 确认无误 确认办理 确认 确定 没有问题 没问题 莫得问题 没得问题 冇问题 没啥问题 没毛病 "
    "没有?错儿? 没得错 没有?意见 无误 准确 正确 属实",
    "(?:就|那就?)?(?:这样|这么|这么着)(?:办|交|提交|定|吧|着)? (?:就)?是(?:这样|这个|它|的)? 就是 "
    "就这个 就(?:交|报|提交)这个 对头 对着 对上了 全对 都对 对",
    "(?:就|那就)?(?:按|照)(?:这个|这样|此)(?:提交|交|办理?|来|报)? 照办 办理?吧? (?:请|帮我)?(?:提交|"
    "办理|确认)吧? 交吧? 正是 同意(?:提交|办理)? 当然 必须",
    "(?:信息|内容|日期|时间|项目|以上|上述|情况|资料)*(?:都|全部?|均|完全)?(?:是)?(?:对|正确|准确|属实|无误|真实|没错|没问题|没有问题)",
    "(?:就)?是我(?:本人)?(?:自己)?(?:报|做|申报|参加|交|提交|要求|去|申请|说)? 是本人(?:申报|操作|提交)?",
    "可以 可 我?(?:确认|确定|同意) (?:我)?核对过了 好的 好滴 好嘞 好着 好 行 中 得嘞 得 要得 成 妥妥 "
    "妥 嗯呢 嗯呐 嗯 昂 ok okay yes yep y",
)
_PARTICLE = "(?:的|滴|哒|啊|呀|哦|哈|哟|呐|嘞|噢|吧|哩|呢)?"
_THANKED = "(?:麻烦|辛苦|谢谢|多谢|有劳)(?:您|你)?了?(?:老师|书记|同志)?"
_THANKED_ONLY = re.compile(f"(?:{_THANKED})+")
_THANKS = f"(?:{_THANKED})?"
_WHOLLY = re.compile(rf"(?:(?:{_YES}){_PARTICLE}){{1,4}}{_THANKS}|{_THANKED}")
_LONGEST = 20
_RELUCTANT = re.compile(r"[?？]|(?:是|对|没错)吧")
_APART = re.compile(r"[\s,，.。!！~～、;；…]+")
_SIGNS = frozenset("👌✅🆗✔☑")
"""Alone they mean yes; 👍 may only be praise."""

_SHADES = frozenset("\ufe0f\ufe0e" + "".join(map(chr, range(0x1F3FB, 0x1F400))))
_BESIDE = ("So", "Sk", "Mn", "Cf")
"""Emoji may stand beside an assent, not within; whatever else is there, unseen signs too, is a character more."""


def _read(saying: Saying) -> Slots | None:
    """Nothing but a clear yes: with one character more it no longer counts."""
    if _RELUCTANT.search(saying.raw):
        return None
    seen = "".join(" " if unicodedata.category(each) in _BESIDE else each for each in saying.raw)
    parts = [part for part in _APART.split(unicodedata.normalize("NFKC", seen).lower()) if part]
    if not parts:
        return {} if set(saying.raw.strip()) & _SIGNS and set(saying.raw.strip()) - _SHADES <= _SIGNS else None
    said = all(len(part) <= _LONGEST and _WHOLLY.fullmatch(part) for part in parts) and not _THANKED_ONLY.fullmatch(
        "".join(parts)
    )
    return {} if said else None


INTENT = Intent(name="yes", title="确认", only_in=frozenset({"confirm"}), grammar=_read)
