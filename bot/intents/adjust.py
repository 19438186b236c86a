"""改成2分通过: fewer points than claimed. Pure."""

import re
from decimal import Decimal

from bot.intents.approve import APPROVAL
from bot.understanding.commands import LEAD, TAIL, is_order, reason_of
from bot.understanding.cues import Intent, Slots
from bot.understanding.numbers import NUMBER, plain, value
from bot.understanding.saying import Saying

_VERB = (
    r"(?:改|调|调整|核|核定|按照?|照|给|认|认定|算|定|记|计|打)(?:成|为|到|至|作|给)?(?:[他她])?"
    r"|(?:减|降|核减|下调|调低|压|调减|减少|降低)(?:成|为|到|至)"
)
_HOW = r"(?:最多|只能|只|就|应该?是?|顶多|我看|分值|积分|分数|把?分)*"
_ADJUSTMENT = re.compile(
    rf"{LEAD}(?:{APPROVAL}(?:但|并)?)?{_HOW}(?:{_VERB})?{_HOW}({NUMBER})个?分(半)?(?:来)?(?:算|"
    rf"计)?(?:{APPROVAL})?{TAIL}"
    rf"|{LEAD}{_HOW}(?:改|调|调整|降|减|核|核定)(?:成|为|到)({NUMBER})(?:{APPROVAL})?{TAIL}"
)
_APPROVED = re.compile(rf"{LEAD}{APPROVAL}{TAIL}|{LEAD}可以{TAIL}")


def _read(saying: Saying) -> Slots | None:
    """“减1分” is none: it does not say to how many."""
    if not is_order(saying):
        return None
    reason = reason_of(saying, _ADJUSTMENT)
    said = next((match for clause in saying.clauses if (match := _ADJUSTMENT.fullmatch(clause))), None)
    if reason is None or said is None:
        return None
    points = value(said[1] or said[3]) + (Decimal("0.5") if said[2] else 0)
    kept = "，".join(part for part in reason.split("，") if part and not _APPROVED.fullmatch(part))
    return {"points": plain(points)} | ({"reason": kept} if kept else {})


INTENT = Intent(name="adjust", title="改分后通过", only_in=frozenset({"review"}), grammar=_read)
