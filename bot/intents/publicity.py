"""公示到什么时候: what is publicized in the speaker's branch, and until when. Pure; a closed grammar."""

import re

from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying
from bot.understanding.years import LOOK, OURS, OVER

_WHAT = (
    f"{LOOK}(?:关于)?{OURS}(?:正在|现在|目前|这次|本次)?{OVER}(?:的?年度)?(?:党员)?(?:积分|星级|结果|更正)?的?公示期?"
)
_WHEN = any_of("什么时候 什么时间 啥时候? 何时 哪天 哪一天 几号 几月几号 多久 哪日")
_ENDS = any_of("结束 截止 到期 为止 完 满 期满 停止")
_LEFT = any_of("还有 还剩 剩下? 还要 还得")
_LONG = any_of("几天 多少天 多久 多长时间 几个工作日 多少个工作日 几个?天")
_ASKED = re.compile(
    f"{_WHAT}(?:的?(?:时间|日期|期限))?(?:是|要|会|一共)?"
    f"(?:到{_WHEN}{_ENDS}?|公示到{_WHEN}{_ENDS}?|{_WHEN}(?:才|能|会)?{_ENDS}|{_LEFT}{_LONG}(?:才?{_ENDS})?|{_LONG}|"
    f"(?:已经)?{_ENDS}了?(?:没有?)?|查询|情况)?"
)


def _read(saying: Saying) -> Slots | None:
    return {} if _ASKED.fullmatch(saying.core) else None


INTENT = Intent(name="publicity", title="查看公示到什么时候", grammar=_read)
