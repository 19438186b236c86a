"""退回: to be completed, with the reason. Pure."""

import re

from bot.understanding.commands import LEAD, TAIL, is_order, reason_of
from bot.understanding.cues import Intent, Slots
from bot.understanding.saying import Saying

_MORE = (
    r"(?:重写|重新写|重新填|重新弄|重做|重来|再交|再报|改一改|改改|修改|补充|补正|重填|重报|重新提交|"
    r"重新填写|补材料|补交|完善|让[他她](?:补|改|重新?)(?:充|齐|材料|"
    r"正|交|一下|填|报)*)*"
)
_RETURN = re.compile(
    rf"{LEAD}(?:退回|打回|退给[他她]|退还|发回|返回修改|退){TAIL}{_MORE}{TAIL}|{LEAD}让[他她](?:补|"
    rf"改)(?:充|齐|材料|正|交|一下)*{TAIL}"
)


def _read(saying: Saying) -> Slots | None:
    if not is_order(saying):
        return None
    reason = reason_of(saying, _RETURN)
    return None if reason is None else {"reason": reason} if reason else {}


INTENT = Intent(name="return_claim", title="退回补充", only_in=frozenset({"review"}), grammar=_read)
