"""本支部年度工作到哪一步: how far the speaker's branch has come with a year. Pure; a closed grammar."""

import re

from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying
from bot.understanding.years import LOOK, OURS, OVER

_NOW = any_of("现在 目前 眼下 如今 已经 今年")
_COME = any_of("到 走到 进行到 办到 做到 进展到 推进到 办理到")
_WHERE = any_of("哪一?步 哪里 哪儿 哪 什么程度 什么阶段 哪个阶段 哪一阶段 什么地步 第几步 哪个环节 什么环节")
_HOW = any_of("怎么样 如何 咋样")
_ASKED = re.compile(
    f"{LOOK}{_NOW}?{OURS}{OVER}的?年度(?:积分)?工作{_NOW}?的?"
    f"(?:{_COME}了?{_WHERE}|(?:进度|进展|情况)(?:是|{_HOW}|{_COME}{_WHERE})?|{_HOW})(?:步)?"
)


def _read(saying: Saying) -> Slots | None:
    found = _ASKED.fullmatch(saying.core)
    return None if found is None else {"year": found["year"]} if found["year"] else {}


INTENT = Intent(name="year_steps", title="查看本支部年度工作进度", grammar=_read)
