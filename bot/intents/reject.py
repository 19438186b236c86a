"""不予认定: for good, with the reason. Pure."""

import re

from bot.understanding.commands import LEAD, TAIL, is_order, reason_of
from bot.understanding.cues import Intent, Slots
from bot.understanding.saying import Saying

_REJECT = re.compile(
    rf"{LEAD}(?:驳回|不予(?:认可|认定|通过|计分|采纳|加分|批准)|否决|拒绝|不认可|不认定)(?:这?[个条项])?{TAIL}"
)


def _read(saying: Saying) -> Slots | None:
    """A bare 不通过 is none: it may be meant for completion, so the reviewer is asked."""
    if not is_order(saying):
        return None
    reason = reason_of(saying, _REJECT)
    return None if reason is None else {"reason": reason} if reason else {}


INTENT = Intent(name="reject", title="不予认定", only_in=frozenset({"review"}), grammar=_read)
