"""Orders in a review: of a message's clauses one kind gives the order, and the others remark on the claim. Pure.

Nothing here goes by likeness. A clause gives an order if it is made of an order's words alone, or if it begins or ends
with them and the rest may stand beside them. Whoever asks, waits, sets a condition, reports what others said, speaks of
several claims or decides twice has given no order: the reviewer is asked.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.understanding.numbers import NUMBER
from bot.understanding.patterns import any_of, run_of
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
    "申报 谢谢 辛苦了? 辛苦大家 同志 老师 好的?",
)
"""What may trail it."""

_BEFORE_IN_ONE = run_of(
    "那就? 就 则 先 直接 还是 坚决 果断 必须 只能 只好 应[该当]? 需要? 要 暂时? 请 麻烦(?:您|你)? 建议 决定",
    "予以 给予 所以 因此 故 给[他她它] 的 该 再 把[这它]?[条个份]?",
)
"""What may stand between a remark and a verb where both are written in one."""

_UNFINISHED = re.compile(
    r"(?:[不没别可]+可?以|不[能会该得]|不至于|不忍心?|差一?点|几乎|险些|没必要|犯不着|舍不得|考虑|打算|准备|可能|也许|估计|犹豫|反对|主张|倾向)$|"
    r"[别不没勿莫甭想能会说是非未让等或和跟但把被给得经过时]$"
)
"""A remark cannot end so: what follows is not an order but part of what it says."""

_ON_THE_ORDER = re.compile(
    r"不太|有点|有些|太|会|就|也|是|的|了|以?后|之后|前|时|合适|要|能|可|得|过|还|都|不?好|不[合妥对]|比较|算|中|得了|或|和|跟|吧"
)
"""What begins so after a verb speaks of the order and gives no reason."""

_ORDERED = any_of(
    "通过 同意 批准 认可 认定 放行 准予 予以 批了 退回 打回 退还 退掉 退了 驳回 不予 否决 拒绝 驳了 驳掉",
    rf"(?:改|调|降|核|减)(?:成|为|到|至){NUMBER} (?<![已经])只?给[他她]?{NUMBER}",
)
_MENTIONED = re.compile(
    r"(?:还?没有?|未经?|不|已经?|曾经?|经过?|获得?|得到|取得)(?:被|过|由|向)?(?:支部|学院|学校|领导|本人|老师|组织|他人|"
    r"院里|系里|单位|部门|上级|对方|书记)?(?:的)?(?:通过|同意|批准|认可|认定)|(?:通过|经)(?:率|线|学院|组织|网络|社区|电话)"
)
"""Words of a decision that a reason may well have: 没有通过学院审批, 未经支部批准."""

_DECIDES = re.compile(_ORDERED)
_SKIPS = re.compile("跳过|略过")
_ASKED = re.compile(
    r"[?？]|吗|(?<![这那什怎多])么(?![多些样好])|能不能|可不可以|应不应|"
    r"([\u4e00-\u9fff])不\1|是否|可否|能否|为什么|为啥|为何|凭什么|难道|如何|怎么|咋|谁|什么|啥|哪|几分|几[条个项]|多少|会怎"
)
_UNTOLD = (
    r"(?:没|未|不|无)[^,，。;；!！\s]{0,6}?(?:清楚?|明|出|知道?|写|提|说|讲|填|注|交代|列|懂|有)[^,，。;；!！\s]{0,8}?"
    r"(?:谁|什么|啥|怎么|怎样|咋|哪[里儿个天些]?|多少|几[个次天小])"
)
"""A question's words in a statement: 结对对象没写是谁."""

_WAITS = re.compile(
    r"如果|要是|假如|假使|倘若|若是|若(?!干)|万一|的话|除非|只要|"
    r"等.{0,14}(?:再|之后|以后|后)(?!报|交|提|申|来|写|填|补|弄|传)|(?:补|改|核实|问|弄).{0,6}[之以]?后(?:再|才)?(?=通过|同意|批|给)|[之以]后再|"
    rf"(?:明[天早儿]|后天|下周|改天|晚点|回头|下次)(?:再|才)?.{{0,4}}{_ORDERED}|再说|再看|再定|再议|先不|先别|"
    r"(?<![特区分鉴个级性差类识辨告派离送判])别(?!人|的|处|校|院|名|样|家|墅|扭|字|班|组)|甭|没想好|没想清|没考虑|犹豫|不确定|拿不准|考虑|商量|"
    r"(?:没|没有|可没|又没)(?:说|想|让|叫|要|打算)|不(?:要|用|想|该|应该?|能|会|打算|急着?|必|是要|是说|代表|愿意?)"
    rf"(?:先|再|就|直接|给[他她]|予以)*(?:{_ORDERED}|给(?!分|加)|改|批|退|驳)|"
    rf"(?:补|改|交|等|问|查|弄|填|核实)[^,，。\s]{{0,6}}就(?:可以|能|给|再)?(?:{_ORDERED}|过|批)|撤销|撤回|刚才|刚刚|上一[条个]|上次"
)
_HESITATES = re.compile(
    any_of(
        "(?<![计打核])算了 等等 等一[下会] 等会 稍等 稍后 先等 想想 想一想 看看 看一看 要不 不想 "
        "(?<!已)(?<!活动)取消 停 慢着 别急 不急 不了(?=[，,。\\s]|$)",
        "先放 放[着一] 搁 留着 空着 撂 往[下后] 暂[不缓停] 待定 再审 过会 晚点 改天 回头 不审 [没不]$ 有争议 退出",
    )
)
_MANY = re.compile(
    r"全部(?!材料|照片|内容|过程|时间)|所有(?!材料|照片|内容|证明|附件|信息)|批量|一键|一次性|剩下|剩余|统统|通通|一律|一概|一并|凡是|"
    r"每[一个条]|其[他余]的?(?:都|全|也|申报|人)|其他的|后面的|同类|类似的|大家的|他们(?:都|全|俩|几个)|"
    r"(?:都|(?<![齐完健周安])全)(?:给?(?:通过|同意|过|批|打)|退|驳|改|给|不予|准|算)|一起(?:给?(?:通过|过|批|审|退|驳|办|处理))|"
    r"这(?:几|些|两|三|四|五)|[前后]面?[几一二两三四五六七八九十\d]+[条个项份位]|第[一二三四五\d]+[条个份].*第[一二三四五\d]+|"
    r"(?<!第)(?<!一)[两三四五六七八九十几]+[条项份](?!证明|材料|照片)"
)
_REPORTED = re.compile(
    r"(?:书记|领导|支委|主任|委员|老师|院里|上级|组织部|总支|别人|大家|有人|[他她])们?(?:都|刚|已经|之前|也)?"
    r"(?:说|让|叫|要求|觉得|认为|以为|希望|想)(?!明)"
)
_ELSEWHERE = re.compile(r"请假|排名|待审|帮助|绑定|通知|公告|我的|党费|那[条个]|前面|另外?一|昨天那|签个到|我要|我想")
_OF_ONESELF = re.compile(r"我的|我要|我想|我还|待审|帮助|绑定|排第几|积分情况|请病假|帮我")
_COURTEOUS = re.compile(
    r"(?:谢谢|多谢|感谢|辛苦|麻烦|老师|书记|同志|你好|您好|您|你|大家|了|啦|好的?|行吧?|嗯+|ok|可以|哦|哈|啊|那)+|"
    rf"{LEAD}"
)
"""Clauses that neither decide nor remark."""

_GOES_ON = re.compile(r"(?:然后|再|请)?(?:看|审|继续|接着|来|下面)*(?:下一?[个条份项位]|继续)(?:吧)?")
"""What one may say after an order: the next claim comes anyway. Before one it puts the claim off."""

_NOTHING_WRONG = any_of(
    "不(?:用|必|需要?)再?(?:改|补|看|问|查|动)[了的]?",
    "(?:没有?|无|莫得|毫无)(?:任何|啥|什么|其他)?(?:大?问题|异议|意见|毛病|疑问|出入|不妥|不当|瑕疵|误|二话) 没错",
    "没得说 没(?:啥|什么)?(?:好|可)?(?:说|讲|挑)的",
)
_GOOD = any_of(
    "问题不大 不错 不容易 不简单 不含糊 不辞 无偿 无私 不计 无可挑剔 没话说",
    "属实 真实 确实 确有其事 有据可查 可查 可信 合格 合理 合规 合适 合情 达标 有效 到位 过关 过硬 "
    "在理 恰当 妥当 公道 公允",
    "清楚 清晰 齐全 齐备 齐了 都齐 齐 完整 充分 充足 扎实 详细 详实 具体 认真 规范 明确 看得清 "
    "看得出 能看清 能看出 够清楚",
    "对得上 对上了 相符 一致 吻合 匹配 正确 准确 对的 符合[^，,不没无未]{0,8}? 够了? 足够 优秀 突出 "
    "感人 辛苦 积极 值得 应得 难得",
    "(?:很|挺|蛮|真|都|也|还|比较|非常)?好 可以 可 行 ok 也有 都有 齐活",
    "[核审查看问对了验]{1,2}[核对实过查看解完验]{0,2}(?:过|完|好|了)+ (?:核|审|查|看|验)(?:对|实|查|证|阅|完)? 看了",
)
POSITIVE = f"(?:{_NOTHING_WRONG}|(?<![不没未别无缺]){_GOOD})"
"""That the claim is good, or has been checked."""

_POSITIVE = re.compile(POSITIVE)
_NO_QUESTION = re.compile(rf"{_UNTOLD}|{_NOTHING_WRONG}")
_ENDS_WELL = re.compile(rf"(?:{POSITIVE})(?:的|了|呢|啊|嘛|哈|呀)*$")
_TAKING_BACK = (re.compile(rf"^[别先]|{NUMBER}个?分(?!钟)|只给|改[成为]"), _REPORTED, _ELSEWHERE)
"""A hesitation, other points, what others say or think, another matter."""

_CRITICAL = re.compile(r"[不没无缺假糊错超差伪]|少|重复|矛盾|造|冒|未|模糊|偏")
_CONCEDES = re.compile(r"虽|但|不过|尽管|勉强|还算|总算|好歹|大体|基本|也算|反正|只是|稍微|略|小问题")
_EDGES = " \t\n,，.。;；:：!！、…~～—-"
_SPLIT = re.compile(r"(?:[^\s,，。;；:：!！?？、…~～—.]|(?<=\d)\.(?=\d))+")


@dataclass(frozen=True, slots=True)
class Order:
    """What a clause looks like that gives one kind of order: alone, before a remark, and after one."""

    whole: re.Pattern[str]
    opening: re.Pattern[str]
    closing: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Given:
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


def given(saying: Saying, wanted: Order, *beside: re.Pattern[str]) -> Given | None:
    """Return the order a message gives; clauses that are wholly `beside` it are no remarks."""
    plainly = _NO_QUESTION.sub("", saying.text)
    if len(saying.text) > LONGEST or any(each.search(plainly) for each in (_MANY, _ASKED, _WAITS, _HESITATES, _SKIPS)):
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
    return Given(orders[0], remarks, in_one=False)


def is_question(saying: Saying) -> bool:
    return _ASKED.search(saying.text) is not None


def decides(words: str) -> bool:
    """Whether words of a decision occur."""
    return _DECIDES.search(words) is not None


def as_remark(found: Given) -> bool:
    """Whether what is beside an approval takes nothing back: it praises, tells of a check, or concedes."""
    said = _POSITIVE.sub("", found.words)
    if _DECIDES.search(_NO_QUESTION.sub("", found.words)) or any(each.search(said) for each in _TAKING_BACK):
        return False
    ends_well = _ENDS_WELL.search(found.words) is not None
    if found.in_one and not ends_well:
        return False
    *before, last = _CONCEDES.split(said)
    if before or found.in_one:
        return not _CRITICAL.search(last)
    return not _CRITICAL.search(said) or (ends_well and not said.startswith(("不", "没")))


def as_reason(found: Given, saying: Saying) -> str | None:
    """Return the reason beside an order as it was written, '' where there is none, None where it decides otherwise."""
    if _DECIDES.search(_MENTIONED.sub("", found.words)) or _OF_ONESELF.search(found.words):
        return None
    reason = _REASON_LEAD.sub("", found.words.strip(_EDGES)).strip(_EDGES).rstrip("哈啊呀哦呢吧嘛")
    return None if _NO_REASON.fullmatch(reason) else saying.as_written(reason)


_REASON_LEAD = re.compile(
    r"^(?:退回|驳回)?的?(?:原因|理由)(?:是|为|[,，:：]|(?![不充]))|^(?:因为|由于|因(?!公|病)|主要是|就是)|^(?:让|请|叫|要求)[他她](?:本人)?"
)
_NO_REASON = re.compile(
    r"(?:[不别没先慢等否停]|不(?:行|通过|同意|可以|批|认)|不是|不对|等等|等一下|慢着|算了|记录|列表|情况|次数|流程|模板|规则|标准|办法|以后|之后|之前|试试|看看|[\da-z]+)"
    r"|.*(?:书记|领导|主任|[他她])们?说了?|.*[说想]$"
)


def _wholly(pattern: re.Pattern[str], clause: str) -> re.Match[str] | None:
    return pattern.fullmatch(clause) if len(clause) <= _ORDER_LONGEST else None


def _in_one(
    text: str, clauses: list[re.Match[str]], wanted: Order, beside: tuple[re.Pattern[str], ...]
) -> Given | None:
    """Read an order that is written in one with its remark: 照片不清退回, 退回照片不清."""
    for clause in clauses[::-1]:
        match = wanted.closing.search(clause[0], max(0, len(clause[0]) - _ORDER_LONGEST))
        if match and match.start() > 1:
            before = clause[0][: match.start()]
            others = _remarks(text, [each for each in clauses if each is not clause], beside)
            return None if _UNFINISHED.search(before) else Given(match, (*others, before), in_one=True)
    for clause in clauses[:1]:
        match = wanted.opening.match(clause[0][:_ORDER_LONGEST])
        if match and len(clause[0]) - match.end() > 1 and not _ON_THE_ORDER.match(clause[0], match.end()):
            rest = clauses[1:]
            after = text[clause.start() + match.end() : rest[-1].end() if rest else clause.end()]
            return Given(match, (after,), in_one=True)
    return None


def _remarks(text: str, clauses: list[re.Match[str]], beside: tuple[re.Pattern[str], ...]) -> tuple[str, ...]:
    """Return what clauses say, with the signs between those that stand together."""
    kept: list[tuple[int, int]] = []
    for clause in clauses:
        if any(_wholly(each, clause[0]) for each in (_COURTEOUS, *beside)):
            continue
        if kept and not text[kept[-1][1] : clause.start()].strip(_EDGES):
            kept[-1] = (kept[-1][0], clause.end())
        else:
            kept.append(clause.span())
    return tuple(text[start:end] for start, end in kept)


Reader = Callable[[Saying], dict[str, str] | None]


_REFUSES = re.compile(r"不(?:行|通过|同意|可以|批|认)(?:啊|了|的|吧)*")


def with_reason(wanted: Order, *beside: re.Pattern[str]) -> Reader:
    """Return what reads an order whose remarks are its reason."""

    def read(saying: Saying) -> dict[str, str] | None:
        found = given(saying, wanted, _REFUSES, *beside)
        reason = as_reason(found, saying) if found is not None else None
        return None if reason is None else {"reason": reason} if reason else {}

    return read
