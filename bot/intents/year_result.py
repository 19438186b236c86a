"""年度积分: the result of a year that is over. Pure.

Read by a closed grammar: 年度积分多少了 asks for the year so far, which is the score.
"""

import re

from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying
from bot.understanding.years import LOOK, OVER

_MINE = "(?:(?:我|俺|咱|本人)(?:个人)?的?)?"
_OUT = any_of("出来 公布 形成 通报 定 定下来 确定")
_ASKED = re.compile(
    f"{LOOK}{_MINE}{OVER}{_MINE}(?:最终的?)?年度(?:积分的?结果|总?积分|结果|得分|成绩)(?:查询|通知|单)?"
    f"(?:(?:是不是|有没有|是否)?(?:已经?)?{_OUT}(?:了?没有?)?)?"
)


def _read(saying: Saying) -> Slots | None:
    found = _ASKED.fullmatch(saying.core)
    return None if found is None else {"year": found["year"]} if found["year"] else {}


INTENT = Intent(name="year_result", title="查看年度积分结果", grammar=_read)
