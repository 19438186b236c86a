"""我要提异议: begins a dialogue; the matter is chosen from a list, the words are the next message. Pure.

Read by a closed grammar: 没有异议 and 通过了有什么异议 are no wish to object.
"""

import re

from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying

_ME = "(?:(?:我|俺|本人|我想|我要|想|要|想要|需要|准备|打算)*)"
_RAISE = any_of("提出?一?[个下件]?(?:积分)?异议 提个?异议 提出异议 申请异议 异议申请 登记异议 有异议 异议")
_OF = (
    "(?:(?:对|就|关于)?(?:这[个笔次条]|我的|本人的?)?(?:年度)?(?:积分|申报|审核结果|月汇总|年度结果|结果|得分)(?:的)?)?"
)
_ASKED = re.compile(f"{_ME}{_OF}{_ME}{_RAISE}|(?:怎么|如何|怎样|在哪里?|哪里)(?:可以)?提(?:出)?异议")


def _read(saying: Saying) -> Slots | None:
    return {} if _ASKED.fullmatch(saying.core) else None


INTENT = Intent(name="object", title="提出异议", grammar=_read)
