"""Orders in a review: of a message's clauses one kind gives the order, and the others remark on the claim. Pure.

Nothing here is guessed from likeness. A clause gives an order if it is made of an order's words alone, or if it begins
or ends with them and the rest may stand beside them. A message that asks, waits, sets a condition, reports what others
said, speaks of several claims or decides twice gives no order: the reviewer is asked.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.understanding.patterns import run_of
from bot.understanding.remarks import EDGES, is_doubtful, reason_in
from bot.understanding.saying import Saying

LONGEST = 120
"""Characters of an order with its reason; what is longer is a story."""

_ORDER_LONGEST = 30
"""Characters of the order alone."""


_CLAIM = (
    r"(?:把|将|对|就)?(?:[这该此本](?:一)?[条个项份位]?|它)(?:申报|申请|材料|同志|老师|党员|事项|"
    r"加分)?的?(?:申报|申请|加分)?"
)
LEAD = run_of(
    "好的? 行吧? 可以的? 嗯 ok 成 中 要得 得嘞 得 妥 对 好嘞",
    "(?:我的?|俺|本人|个人|支部|支委|组织|审核|最终|处理|初审)*(?:意见|决定|结论|结果|建议|意思)(?:就?是|为)?",
    "(?:经过?)?(?:我|本人|支部|支委会?|组织|认真|初步|集体)*(?:审核|审查|核实|核查|研究|"
    "讨论)(?:无误)?(?:之?后|决定)? 个人 原则上? 完全 十分 全票 (?:按照?|根据|依据|依照?|参照|"
    "照)(?:文件|相关|有关|标准|条例|方案|实施方案|规定|规则|此)+ 这次 这回 (?:这[件个]|此)事",
    "(?:我|俺|咱)?(?:看|觉得|认为|感觉)(?:可以|应该)? 依我看 我这边 我这里 我 俺 本人 支部 一致",
    "那就? 就 则 先 直接 还是 也 再 坚决 果断 一定 必须 只能 只好 应[该当]? 需要? 要(?!不) 暂时? 现在 立即 马上",
    "但是? 不过 所以 因此 故 于是",
    "请(?!假) 麻烦(?:您|你)? 帮我 帮忙 建议 决定 拟 予以 给予 作出? 做 点个? 打个 给[他她它]们? 给本人 给",
    _CLAIM,
    "老师 同志 申报 的",
)
"""What may stand before an order's verb."""

TAIL = run_of(
    "吧 哈 哒 滴 了 啊 呀 哦 喽 咯 嘛 呗 哟 哩 掉 去 回去 回 一下 得了 好了 处理 即可 就行 就好 就可以 为好 为宜",
    "给[他她] 给(?:本人|申报人) [他她]",
    _CLAIM,
    "申报 申请 谢谢 辛苦了? 辛苦大家 同志 老师 好的?",
)
"""What may follow it."""

_BEFORE_IN_ONE = run_of(
    "那就? 就 则 先 直接 还是 坚决 果断 必须 只能 只好 应[该当]? 需要? 要 暂时? 请 麻烦(?:您|你)? 建议 决定",
    "予以 给予 所以 因此 故 给[他她它] 的 该 再 把[这它]?[条个份]?",
)
"""What may stand between a remark and a verb where both are written in one."""

_UNFINISHED = re.compile(
    r"(?:[不没别可]+可?以|不[能会该得]|不至于|不忍心?|差一?点|几乎|险些|没必要|犯不着|舍不得|考虑|打算|准备|可能|也许|估计|犹豫|反对|主张|倾向)$|"
    r"[别不没勿莫甭想能会说是非未让等或和跟但把被给得经过时]$"
)
"""A remark cannot end like this: what follows is not an order but part of the remark."""

_ON_THE_ORDER = re.compile(
    r"不太|有点|有些|太|会|就|也|是|的|了|以?后|之后|前|时|合适|要|能|可|得|过|还|都|不?好|不[合妥对]|比较|算|中|得了|或|和|跟|吧"
)
"""What begins like this after a verb speaks of the order and gives no reason."""

_COURTEOUS = re.compile(
    r"(?:谢谢|多谢|感谢|辛苦|麻烦|老师|书记|同志|你好|您好|您|你|大家|了|啦|好的?|行吧?|嗯+|ok|可以|哦|哈|啊|那)+|"
    rf"{LEAD}"
)
"""Clauses that neither decide nor remark."""

_GOES_ON = re.compile(r"(?:然后|再|请)?(?:看|审|继续|接着|来|下面)*(?:下一?[个条份项位]|继续)(?:吧)?")
"""What one may say after an order: the next claim comes anyway. Before one it puts the claim off."""

_REFUSES = re.compile(r"(?:我|坚决|坚持|肯定)*不(?:行|通过|同意|可以|批|认)(?:啊|了|的|吧)*")
_SPLIT = re.compile(r"(?:[^\s,，。;；:：!！?？、…~～—.]|(?<=\d)\.(?=\d))+")


Reader = Callable[[Saying], dict[str, str] | None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a clause looks like that gives one kind of order: alone, before a remark, and after one."""

    whole: re.Pattern[str]
    opening: re.Pattern[str]
    closing: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class MatchedOrder:
    """An order's clause, as it matched, and the remarks beside it as they were written."""

    order: re.Match[str]
    remarks: tuple[str, ...]
    in_one: bool

    @property
    def words(self) -> str:
        return "，".join(self.remarks)


def order(verb: str, *, in_one: str | None = None, before: str = "", after: str = "") -> Order:
    """Return an order by its verb; `in_one` is the verb where a remark is written in one with it."""
    close = in_one or verb
    return Order(
        re.compile(rf"{LEAD}{before}{verb}{after}{TAIL}"),
        re.compile(rf"{LEAD}{before}{close}{TAIL}"),
        re.compile(rf"{_BEFORE_IN_ONE}{before}{close}{after}{TAIL}$"),
    )


def given(saying: Saying, wanted: Order, *beside: re.Pattern[str]) -> MatchedOrder | None:
    """Return the order a message gives; clauses that are wholly `beside` it are no remarks."""
    if len(saying.text) > LONGEST or is_doubtful(saying):
        return None
    clauses = list(_SPLIT.finditer(saying.text))
    while len(clauses) > 1 and _GOES_ON.fullmatch(clauses[-1][0]):
        clauses.pop()
    orders = [match for clause in clauses if (match := _wholly(wanted.whole, clause[0]))]
    if len({match.groups() for match in orders}) > 1 or any(_GOES_ON.fullmatch(each[0]) for each in clauses):
        return None
    if not orders:
        return _in_one(saying.text, clauses, wanted, beside)
    remarks = _remarks(saying.text, [each for each in clauses if not _wholly(wanted.whole, each[0])], beside)
    return MatchedOrder(orders[0], remarks, in_one=False)


def _wholly(pattern: re.Pattern[str], clause: str) -> re.Match[str] | None:
    return pattern.fullmatch(clause) if len(clause) <= _ORDER_LONGEST else None


def _in_one(
    text: str, clauses: list[re.Match[str]], wanted: Order, beside: tuple[re.Pattern[str], ...]
) -> MatchedOrder | None:
    """Read an order that is written in one with its remark: 照片不清退回, 退回照片不清."""
    for clause in clauses[::-1]:
        match = wanted.closing.search(clause[0], max(0, len(clause[0]) - _ORDER_LONGEST))
        if match and match.start() > 1:
            before = clause[0][: match.start()]
            others = _remarks(text, [each for each in clauses if each is not clause], beside)
            return None if _UNFINISHED.search(before) else MatchedOrder(match, (*others, before), in_one=True)
    for clause in clauses[:1]:
        match = wanted.opening.match(clause[0][:_ORDER_LONGEST])
        if match and len(clause[0]) - match.end() > 1 and not _ON_THE_ORDER.match(clause[0], match.end()):
            rest = clauses[1:]
            after = text[clause.start() + match.end() : rest[-1].end() if rest else clause.end()]
            return MatchedOrder(match, (after,), in_one=True)
    return None


def _remarks(text: str, clauses: list[re.Match[str]], beside: tuple[re.Pattern[str], ...]) -> tuple[str, ...]:
    """Return what clauses say, with the signs between those that stand together."""
    kept: list[tuple[int, int]] = []
    for clause in clauses:
        if any(_wholly(each, clause[0]) for each in (_COURTEOUS, *beside)):
            continue
        if kept and not text[kept[-1][1] : clause.start()].strip(EDGES):
            kept[-1] = (kept[-1][0], clause.end())
        else:
            kept.append(clause.span())
    return tuple(text[start:end] for start, end in kept)


def with_reason(wanted: Order, *beside: re.Pattern[str]) -> Reader:
    """Return what reads an order whose remarks are its reason."""

    def read(saying: Saying) -> dict[str, str] | None:
        found = given(saying, wanted, _REFUSES, *beside)
        reason = reason_in(found.words, saying) if found is not None else None
        return None if reason is None else {"reason": reason} if reason else {}

    return read
