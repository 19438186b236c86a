"""异议到哪了: how far one's own objections have come. Pure; a closed grammar."""

import re

from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying
from bot.understanding.years import LOOK

_MINE = "(?:的|(?:我|俺|本人)?(?:之前|上次|前几天|刚才)?(?:提出?)?的?(?:那[个件次])?)?"
_HOW = any_of(
    "(?:办|处理|核查|进行|走)?到哪(?:里|儿|一步)?了? (?:办理)?(?:进度|进展|情况|结果)",
    "(?:有|出)?(?:没有)?(?:结果|答复|回复|消息)了?(?:没有?)?",
    "(?:答复|受理|办完|处理|核查|办结)了?(?:没有?)? 怎么样了? 查询",
)
_ASKED = re.compile(f"{LOOK}{_MINE}异议的?{_HOW}|{LOOK}(?:我?的)异议(?:查询)?")


def _read(saying: Saying) -> Slots | None:
    return {} if _ASKED.fullmatch(saying.core) else None


INTENT = Intent(name="objections", title="查看异议办到哪了", grammar=_read)
