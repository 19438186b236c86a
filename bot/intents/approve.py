"""通过: the claim that is shown. Pure."""

import re

from bot.understanding.commands import LEAD, TAIL, is_order, wholly
from bot.understanding.cues import Intent, Slots
from bot.understanding.saying import Saying

APPROVAL = (
    r"(?:放行|照准|准许|准予|予以批准|给予通过|让[他她]过|核准|准予通过|审核通过|审批通过|审核同意|"
    r"可以通过|同意通过|予以通过|予以认可|予以认定|通过|同意|批准|"
    r"认可|认定|准了|批了|给过)"
)
_COMMENT = (
    r"(?:我?看(?:过|完|好)?了|情况|属实|真实|材料|照片|证明|手续|内容|齐全|齐备|完整|清楚|清晰|充分|"
    r"没问题|没有问题|没毛病|不错|很好|挺好|合格|合理|符合(?:标准|要求|条件|规定)|核实过?了?|审过了|无误|"
    r"有效|也|都齐|很|可以|行|好的?|ok|嗯)"
)
_APPROVAL = re.compile(rf"(?:{LEAD}{_COMMENT}*)*{LEAD}{APPROVAL}{TAIL}{_COMMENT}*")
_BESIDE = re.compile(rf"(?:{LEAD}|{_COMMENT}|{TAIL})+")
_ANY = re.compile(rf"{_APPROVAL.pattern}|{_BESIDE.pattern}")


def _read(saying: Saying) -> Slots | None:
    """An approval is made of approving words alone: whatever else is said, the reviewer is asked."""
    approves = any(_APPROVAL.fullmatch(clause) for clause in saying.clauses)
    return {} if approves and is_order(saying) and wholly(saying, _ANY) else None


INTENT = Intent(name="approve", title="通过这项申报", only_in=frozenset({"review"}), grammar=_read)
