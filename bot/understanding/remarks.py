"""What a reviewer says beside an order: praise, doubt, conditions, a reason. Pure; `commands` reads the order."""

import re

from bot.understanding.numbers import NUMBER
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying

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
"""Words that say the claim is good, or has been checked."""

_POSITIVE = re.compile(POSITIVE)
_NO_QUESTION = re.compile(rf"{_UNTOLD}|{_NOTHING_WRONG}")
_ENDS_WELL = re.compile(rf"(?:{POSITIVE})(?:的|了|呢|啊|嘛|哈|呀)*$")
_TAKING_BACK = (re.compile(rf"^[别先]|{NUMBER}个?分(?!钟)|只给|改[成为]"), _REPORTED, _ELSEWHERE)
"""A hesitation, other points, what others say or think, another matter."""

_CRITICAL = re.compile(r"[不没无缺假糊错超差伪]|少|重复|矛盾|造|冒|未|模糊|偏")
_CONCEDES = re.compile(r"虽|但|不过|尽管|勉强|还算|总算|好歹|大体|基本|也算|反正|只是|稍微|略|小问题")

_REASON_LEAD = re.compile(
    r"^(?:退回|驳回)?的?(?:原因|理由)(?:是|为|[,，:：]|(?![不充]))|^(?:因为|由于|因(?!公|病)|主要是|就是)|^(?:让|请|叫|要求)[他她](?:本人)?"
)
_NO_REASON = re.compile(
    r"(?:[不别没先慢等否停]|不(?:行|通过|同意|可以|批|认)|不是|不对|等等|等一下|慢着|算了|记录|列表|情况|次数|流程|模板|规则|标准|办法|以后|之后|之前|试试|看看|[\da-z]+)"
    r"|.*(?:书记|领导|主任|[他她])们?说了?|.*[说想]$"
)
EDGES = " \t\n,，.。;；:：!！、…~～—-"


def is_question(saying: Saying) -> bool:
    return _ASKED.search(saying.text) is not None


def decides(words: str) -> bool:
    """Whether words of a decision occur."""
    return _DECIDES.search(words) is not None


def is_doubtful(saying: Saying) -> bool:
    """Whether a message asks, waits, hesitates, or speaks of more than one claim: then no order in it counts."""
    plainly = _NO_QUESTION.sub("", saying.text)
    return any(each.search(plainly) for each in (_MANY, _ASKED, _WAITS, _HESITATES, _SKIPS))


def takes_nothing_back(words: str, *, in_one: bool) -> bool:
    """Whether what is beside an approval takes nothing back: it praises, tells of a check, or concedes."""
    said = _POSITIVE.sub("", words)
    if _DECIDES.search(_NO_QUESTION.sub("", words)) or any(each.search(said) for each in _TAKING_BACK):
        return False
    ends_well = _ENDS_WELL.search(words) is not None
    if in_one and not ends_well:
        return False
    *before, last = _CONCEDES.split(said)
    if before or in_one:
        return not _CRITICAL.search(last)
    return not _CRITICAL.search(said) or (ends_well and not said.startswith(("不", "没")))


def reason_in(words: str, saying: Saying) -> str | None:
    """Return the reason beside an order as it was written, '' if there is none, None if it decides otherwise."""
    if _DECIDES.search(_MENTIONED.sub("", words)) or _OF_ONESELF.search(words):
        return None
    reason = _REASON_LEAD.sub("", words.strip(EDGES)).strip(EDGES).rstrip("哈啊呀哦呢吧嘛")
    return None if _NO_REASON.fullmatch(reason) else saying.as_written(reason)
