"""通过: the claim that is shown. Pure."""

import re

from bot.understanding.commands import LEAD, TAIL, given, order
from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of
from bot.understanding.remarks import POSITIVE, takes_nothing_back
from bot.understanding.saying import Saying

_WORTH = (
    "(?:[他她其]|本人|申报人|该同志|原|所)*(?:报|申报|申请|填报?|填写|上报|标准|说)?的?(?:分值|分数|积分|"
    "分|数|标准|原分)?"
)
APPROVAL = any_of(
    "同意上报 认定有效 放行 照准 核准 准[予许]?(?:通过|加分)? 准许 准予 给[予他她]?过 让[他她]过 "
    "给(?:予|[他她])?(?:通过|批准) 给[他她]?批 照批 过审",
    "(?:审核|审批|初审)?(?:同意|通过|批准)(?:通过|加分|认定|计分|给分|申报|申请)? (?:予以)?(?:认可|认定)(?:通过|加分)?",
    "准了 批了 批吧 批 过(?!一下|去|来|程|年|期|会|后) 可以[批过准加]了? 能[批过] (?:可以|同意|准予|"
    "予以|给予|给[他她]?)(?:加分|加上|计分|记分|给分|计入)",
    f"(?:按照?|依照?|照着?){_WORTH}(?:给|加|计|记|算|通过|批准?|认定|同意|来|计入|办)+分? 加上(?:吧|"
    f"去) 给[他她]?加上?吧 (?:可以|给|予以|就)?(?:给|计|记|加|算)分吧? 赞同",
)
_BARE = re.compile("(?:我|俺|本人|支部)?(?:没有?(?:什么|啥)?(?:意见|异议)|无异议|无意见)(?:了|的|哈)?|过(?:吧|了吧)?")
_PLAIN = any_of(
    "(?:审核|审批)?(?:通过|同意|批准) 予以通过 准予通过 给[他她]通过 放行 批了 认可 准予加分 同意加分 给[他她]?过"
)
_OF_WHOM = "(?:(?:该|这[位个]|此|本)?(?:同志|老师|党员|同学|[他她])?的?(?:这[条个项份])?(?:申报|申请|加分|材料|事项)?)"
ORDER = order(f"(?>{APPROVAL}){{1,3}}", in_one=f"(?:{_PLAIN}){{1,2}}", after=_OF_WHOM)
BESIDE = re.compile(f"{LEAD}(?>{APPROVAL}|{POSITIVE}|情况|材料|照片|证明|手续|内容|也|很|都)+{TAIL}")
"""Clauses that only approve or praise."""


def _read(saying: Saying) -> Slots | None:
    """The rest of the message must not take the approval back; if it might, the reviewer is asked."""
    found = given(saying, ORDER, BESIDE)
    if found is None:
        return {} if saying.clauses and all(_BARE.fullmatch(each) for each in saying.clauses) else None
    return {} if takes_nothing_back(found.words, in_one=found.in_one) else None


INTENT = Intent(name="approve", title="通过这项申报", only_in=frozenset({"review"}), grammar=_read)
