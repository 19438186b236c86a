"""改成2分通过: other points than were claimed. Pure."""

from decimal import Decimal

from bot.intents.approve import APPROVAL, BESIDE
from bot.understanding.commands import given, order
from bot.understanding.cues import Intent, Slots
from bot.understanding.numbers import NUMBER, plain, value
from bot.understanding.patterns import any_of, run_of
from bot.understanding.remarks import reason_in
from bot.understanding.saying import Saying

_TO = "(?:成|为|到|至|作|给)"
_VERB = any_of(
    f"(?:改|调整?|修改|更改|核定?|核准|定|认定?|算|折算|记|计|打|给|按照?|照){_TO}?[足个]?[他她]?",
    f"(?:减|降|核减|下调|调低|压|调减|减少|降低|扣|上调|调高|提|提高|加|涨|升|增加){_TO}",
    "给(?:[他她]|本人)?加 只加 可以加",
)
_HOW = run_of(
    "最多 最高 只能 只 就 应该?是? 顶多 至多 我看 酌情 适当 按标准 分值 积分 分数 得分 把?分[数值]? 的 给[他她]"
)
_FROM = rf"(?:(?:从|由|把|将|原来?的?|申报的?)*{NUMBER}个?分|(?:从|由){NUMBER})?"
_POINTS = f"(?<![\\d.])({NUMBER})个?分(半)?"
_BARE = rf"(?:改|调整?|降|减|核定?)(?:成|为|到|至)({NUMBER})|{_HOW}(?:{_VERB})?(\d+\.\d+)"
_APPROVED = f"(?:{APPROVAL}(?:但是?|不过|并|只是)?)?"
_THEN = (
    f"(?:再|后|并|来|给|算|计|就|也)*(?:{APPROVAL})?(?:比较|更|才|最)?"
    "(?:够了?|足够|合适|合理|中|差不多|封顶|为好|为宜|为准|妥当|可以|行|好)?"
)
ORDER = order(
    f"{_FROM}{_HOW}(?:(?:{_VERB})?{_HOW}{_POINTS}|{_BARE})",
    in_one=f"{_FROM}{_HOW}(?:{_VERB}{_HOW}{_POINTS}|{_BARE})",
    before=_APPROVED,
    after=_THEN,
)


def _read(saying: Saying) -> Slots | None:
    """“减1分” does not count: it does not say how many points are left."""
    found = given(saying, ORDER, BESIDE)
    reason = reason_in(found.words, saying) if found is not None else None
    if found is None or reason is None:
        return None
    whole, half, *bare = found.order.groups()
    points = value(whole or next(filter(None, bare))) + (Decimal("0.5") if half else 0)
    return {"points": plain(points)} | ({"reason": reason} if reason else {})


INTENT = Intent(name="adjust", title="改分后通过", only_in=frozenset({"review"}), grammar=_read)
