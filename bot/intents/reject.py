"""不予认定: for good, with the reason. Pure."""

from bot.understanding.commands import order, with_reason
from bot.understanding.cues import Intent
from bot.understanding.patterns import any_of

_REJECT = any_of(
    "驳回 驳了 驳掉",
    "不予(?:以)?(?:认可|认定|通过|计分|采纳|加分|批准|受理|支持|采信|给分) 不给(?:[他她])?(?:加分|"
    "计分|记分|算分) 否决 否了 否掉",
    "拒绝(?:通过|认定|加分)? 不认可 不认定 枪毙 毙了 毙掉",
)
ORDER = order(f"(?:{_REJECT}|驳){{1,2}}", in_one=_REJECT)

INTENT = Intent(name="reject", title="不予认定", only_in=frozenset({"review"}), grammar=with_reason(ORDER))
"""A bare 不通过 is no such order: it may be meant for completion, so the reviewer is asked."""
