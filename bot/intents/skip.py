"""跳过: leave this claim for later. Pure."""

import re

from bot.understanding.commands import is_order, wholly
from bot.understanding.cues import Intent, Slots
from bot.understanding.saying import Saying

_WORD = (
    r"(?:跳过去?|略过|跳|pass|next|下一?[个条份项位]|换一?[个条份]|翻到?|往下|往后|放着?|一放|一边|一下|"
    r"搁着?|置|留着|留到?|不(?:审|看|处理|管|定|决定|动|弄|办)|"
    r"先|暂时?|暂且|这|那|就|我|等|一会儿?|待会儿?|待|过会儿?|会儿?|回头|晚点|以后|后面|之后|下次|有空|"
    r"有时间|过|再|看|审|说|处理|弄|来|议|研究|考虑|定|"
    r"[条个份项]|它|同志|申报|的|吧|哈|了|啊|呀|哦|好|行|嗯|继续|给)"
)
_WHOLLY = re.compile(f"{_WORD}+")
_LATER = re.compile(
    r"跳|略过|pass|next|下一?[个条份项位]|换一?[个条份]|往[下后]|放着|放一|先放|搁|留着|暂(?:时|且)?不|"
    r"先不|(?:再|以后|后面|回头|下次)(?:看|审|说|处理|弄|来|议|研究|考虑|定)|^继续$"
)


def _read(saying: Saying) -> Slots | None:
    later = _LATER.search(saying.plain) is not None
    return {} if later and is_order(saying) and wholly(saying, _WHOLLY) else None


INTENT = Intent(name="skip", title="跳过这项申报", only_in=frozenset({"review"}), grammar=_read)
