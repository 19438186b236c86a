"""几星: one's own stars of a year that is over. Pure; a closed grammar."""

import re

from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying
from bot.understanding.years import LOOK, OVER

MINE = "(?:(?:我|俺|咱|本人)(?:个人)?的?)?"
_HOW_MANY = any_of("几颗?星级? 几个星 多少颗?星 什么星级?")
_OUT = any_of("出来 公布 评出来 评 评定 定 定下来 公示")
_ASKED = re.compile(
    f"{LOOK}{MINE}{OVER}{MINE}(?:年度)?(?:党员)?(?:"
    f"(?:星级)?(?:是|评了?|被?评为|评上了?|得了?|评的是?|定了?|定的是?|能评)?{_HOW_MANY}(?:党员)?|"
    f"星级(?:评定)?(?:的?结果)?(?:是多少|怎么样|查询|情况)?(?:(?:是不是|有没有|是否)?(?:已经?)?{_OUT}(?:了?没有?)?)?)"
)


def _read(saying: Saying) -> Slots | None:
    found = _ASKED.fullmatch(saying.core)
    return None if found is None else {"year": found["year"]} if found["year"] else {}


INTENT = Intent(name="stars", title="查看我的星级", grammar=_read)
