"""为什么是四星: why one's own stars are so many. Pure; a closed grammar."""

import re

from bot.intents.stars import MINE
from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying
from bot.understanding.years import LOOK, OVER

_WHY = any_of("为什么 为啥 为何 怎么 咋 凭什么 凭啥 怎么会 怎么就")
_STARS = any_of("[0-5零一二两三四五]颗?星级? 这个星级 这几颗星 没有?星 五星级")
_HOW = any_of("(?:怎么|咋|如何)(?:评|来|定|算|评出来|定下来)的? 依据是什么")
_IS = any_of("是 只有 只是 才是? 就是? 评了?个? 评为 给了? 给评了? 得了? 不是 没评上? 评不上 没有评上? 没有?")
_ASKED = re.compile(
    f"{LOOK}{MINE}{OVER}{MINE}(?:年度)?的?(?:(?:星级)?{_WHY}{MINE}(?:星级)?会?只?{_IS}?{_STARS}|星级是?{_HOW})"
)


def _read(saying: Saying) -> Slots | None:
    found = _ASKED.fullmatch(saying.core)
    return None if found is None else {"year": found["year"]} if found["year"] else {}


INTENT = Intent(name="stars_why", title="星级是怎么评的", grammar=_read)
