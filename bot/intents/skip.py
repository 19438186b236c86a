"""跳过: leave this claim for later. Pure."""

import re

from bot.understanding.cues import Intent, Slots
from bot.understanding.patterns import any_of, run_of
from bot.understanding.remarks import decides, is_question
from bot.understanding.saying import Saying

_THIS_ONE = "(?:把|将|就)?(?:[这该此本](?:一)?[条个份项位]?|它)(?:申报|材料|同志)?的?"
_THIS = f"(?:{_THIS_ONE})?"
_LATER = any_of(
    "一?会儿? 待会儿? 等[会下]儿?再?",
    "回头 晚[点些]儿? 稍后 稍晚 以后 之后 后面 后边 最后 下次 改天 改日 明[天儿早]?再? 后天 下午 晚上 过[会下后]儿?",
    "有空 有时间 抽空 等等 等会儿? 过[几两]天 先",
)
_LOOK = "(?:看|审|说|处理|弄|来|议|研究|考虑|定|批|管|核|办|讲)"
_NEXT = (
    "(?:(?:看|审|翻|换|显示|来|到|去|请|接着|继续|直接|那就?|给我|帮我|我|切|切换|进入?)*下[一1]?[个条份项位](?:申报)?)"
)
_SKIP = any_of(
    f"跳过去?(?:{_THIS})? 略过(?:{_THIS})? 跳 略 pass next 跳一[个条]",
    f"{_NEXT} 换一?[个条份] 翻过去 往[下后](?:翻|看|走|审|排|放|挪|移|推)? 推后 延后 押后 先?不急 "
    f"待定 暂缓 缓一?缓 再议 存疑",
    "(?:放|搁|撂|摆|空|留|晾|压|挂|存|停)(?:着|一[搁放]|一?放|一边|一下|在?这[儿里]?|那儿|后面?|在?一边|旁边|置|起来|最后)*(?:再)?",
    f"(?:暂时?)?搁置 (?:暂时?|先|暂且|现在|这会儿)+不(?:审核|{_LOOK}|决定|动|表态) 不(?:看|审|处理|管|"
    f"定|决定|动)(?!了)",
    f"(?:留?到?|放到?|拖到?)?{_LATER}再?(?:来|接着|慢慢)?(?:{_LOOK})",
    "(?:先|接着|继续)?(?:看|审)(?:别|其他|其它|另外|后面|后边|后头|下面|剩下)(?:一?[个条份])?的? 继续",
)
_WHOLLY = re.compile(
    run_of(f"好的? 行 嗯 那就? 我 就 先 给我 请 要不 还是 {_LATER} {_THIS_ONE}")
    + f"(?>{_SKIP})+"
    + run_of(f"{_THIS_ONE} 吧 哈 了 啊 呀 哦 好 先 再说 去 的 {_SKIP} {_LATER}")
)


_LONGEST = 30


def _read(saying: Saying) -> Slots | None:
    """The reason for putting it off does not matter, unless it is a question or a decision."""
    if is_question(saying) or decides(saying.text) or len(saying.text) > 60:
        return None
    return {} if any(len(clause) <= _LONGEST and _WHOLLY.fullmatch(clause) for clause in saying.clauses) else None


INTENT = Intent(name="skip", title="跳过这项申报", only_in=frozenset({"review"}), grammar=_read)
