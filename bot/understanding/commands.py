"""Orders in a review are read word by word, never by likeness: what does not wholly fit is no order. Pure."""

import re
from collections.abc import Sequence

from bot.understanding.saying import Saying

LEAD = (
    r"(?:好的?|行|可以的?|嗯|ok|那就?|就|先|直接|这[条个项份](?:申报|材料)?|[本此该]条?|给[他她它]们?|"
    r"把?(?:这[条个]|它)|我|我觉得可以|还是|"
    r"请|麻烦(?:您|你)?|帮我|帮忙|应该?|建议|需要?|必须|只能|暂时?|现在|老师|同志|决定|申报|予以|的|也)*"
)
TAIL = (
    r"(?:吧|哈|了|啊|呀|哦|喽|咯|嘛|给[他她]|去|回去|回|一下|[这该本][条个项份]|申报|它|处理|即可|就行|就好|"
    r"谢谢|辛苦了?|辛苦大家|同志|老师|好的?|给本人|给申报人|掉)*"
)
_HEDGED = re.compile(
    r"[?？吗么]|能不能|可不可以|要不要|是不是|该不该|谁|为什么|为啥|怎么|觉得|还是|的话|如果|要是|假如|"
    r"除非|没想好|没说|不确定|几分|多少|会怎|呢"
)
_MANY = re.compile(r"全部|所有|批量|一键|一次性|剩下|统统|每[一个条]|其他的|后面的|都(?:通过|同意|退|驳|批|过)")
_REASON_LEAD = re.compile(
    r"^(?:退回)?(?:原因|理由)(?:是|为)?|^(?:因为|由于|因(?!公|病)|主要是|就是)|^(?:让|请|叫|要求)[他她](?:本人)?"
)
_EDGES = " \t\n,，.。;；:：!！、…~～—-"
_UNWILLING = re.compile(r"[别不没勿莫甭想能会该要是非未][得再]?$")


def is_order(saying: Saying) -> bool:
    """Whether a message neither asks nor hesitates nor speaks of more than one claim."""
    return not (_HEDGED.search(saying.text) or _MANY.search(saying.plain))


def wholly(saying: Saying, pattern: re.Pattern[str]) -> bool:
    """Whether each clause is made of the pattern alone."""
    return bool(saying.clauses) and all(pattern.fullmatch(clause) for clause in saying.clauses)


def reason_of(saying: Saying, order: re.Pattern[str]) -> str | None:
    """Return the words beside an order, '' where it stands alone, None where there is no such order."""
    given = next((clause for clause in saying.clauses if order.fullmatch(clause)), None)
    if given is not None:
        before, after = (part.strip(_EDGES) for part in saying.text.split(given, 1))
        return _as_reason("，".join(part for part in (before, after) if part))
    return _attached(saying.clauses, order) if saying.clauses else None


def _attached(clauses: Sequence[str], order: re.Pattern[str]) -> str | None:
    """Return the reason where order and reason are written in one: 退回照片不清, 照片不清退回."""
    first, rest = clauses[0], "，".join(clauses[1:])
    for end in range(len(first) - 2, 1, -1):
        if order.fullmatch(first[:end]):
            return _as_reason("，".join(part for part in (first[end:], rest) if part))
    for start in range(2, len(first) - 1):
        if not rest and order.fullmatch(first[start:]) and not _UNWILLING.search(first[:start]):
            return _as_reason(first[:start])
    return None


def _as_reason(words: str) -> str:
    """Return a reason as it was written, without what leads to it and particles after it."""
    return _REASON_LEAD.sub("", words.strip(_EDGES)).strip(_EDGES).rstrip("哈啊呀哦呢吧")
