"""取消: to the question just asked, or to what is going on. Pure."""

import re

from bot.understanding.cues import Intent, Slots, cue
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying

_FIRST = (
    any_of(
        "还是 那 我 先 都 哎呀? 嗯 啊 唉 噢 哦 等等 等会儿? 等下 暂时? 这个? 日期 时间 内容 名字 "
        "[它都] 你 可 就 哎哟 误操作 才"
    )
    + "*"
)
_DENIES = any_of(
    "不(?!知|懂|清|明白|过|急|着急|一定|确定|太|好意思|错) 否 别 甭 勿 莫(?!得问题) 没有?(?:申报|报|"
    "请|提交|交|去|参加|做|说|想(?!好)|要|让|打算|同意|提) 并没 没有没有 没有$ 没这回?事 没那回?事",
    "取消 算了 算啦 错了?$ 错了 [弄搞写填点打说看发选报理解听]{1,2}错 no(?![a-z]) n$ cancel 退出 "
    "停下?$ 停止 打住 停+ 放弃 作罢 拉倒 撤销$ 撤回$ 撤$ 撤了 反悔 后悔 当我没说 重来 重新来 改天 "
    "误操作 误触 手滑",
)
_NO = re.compile(_FIRST + _DENIES)
_STOPS = re.compile(
    any_of(
        "(?:别|(?<!要)不|甭|莫|勿|先不|(?<!要)不要)(?:再)?(?:提?交|报|提|发|办|申报|请|撤|确认)",
        "(?<!能)取消 算了 再说$ 以后再 下次再 回头再 作废 不对 不要了",
    )
)
"""Words that ask for nothing to be done, whatever reason comes before them."""
_LONGEST = 12


def _read(saying: Saying) -> Slots | None:
    """A refusal is safe, so it need not be exact."""
    core = saying.core
    if len(core) > _LONGEST or re.search(r"[?？吗]|怎|为|什么|啥|没错|不错|问题|(?<!不)(.)不\1", saying.text):
        return None
    return {} if _NO.match(core) or _STOPS.search(core) else None


INTENT = Intent(
    name="no",
    title="取消",
    only_in=frozenset({"confirm"}),
    grammar=_read,
    whole=(
        "取消",
        "算了",
        "不报",
        "退出",
        "不弄",
        "别弄",
        "先不弄",
        "停",
        "停止",
        "不是",
        "不",
        "不要",
        "否",
        "不用",
        "no",
        "不办",
        "不办了",
        "算了算了",
        "不报了",
        "不申报了",
        "不请了",
        "放弃",
        "作罢",
        "不搞了",
        "不填了",
        "结束",
        "返回",
        "拉倒",
    ),
    cues=(
        cue(7, "停下 不想报 不要报 不报了"),
        cue(
            7,
            (
                "算了 取消吧 不弄了 别弄了 不报了 先不弄 不填了 先不报 不搞了 不申报了 先不申报 不办了 退出 别报了 "
                "别搞了 不想报 不想弄 不想填 先取消 都取消"
            ),
        ),
        cue(-6, "请假 撤回 党费 积分 会议 审核"),
    ),
)
