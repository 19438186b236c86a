"""撤销刚才的审核: within five minutes. Pure."""

import re

from bot.understanding.cues import Intent, Slots, cue
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying

_JUST = re.compile(
    any_of("刚才 刚刚 刚那 刚[把给审批点退驳通] 方才 才刚 上一?[条个份项次步] 上面那[条个] 前一[条个份项步]")
)
_BACK = re.compile(
    any_of(
        "撤[回销掉了]? 收回 恢复 还原 回退 退一步 反悔 后悔 作废 不算 改回 重审 重新审 取消 倒回 "
        "退回到? 回到 返回 拿回来"
    )
)
_SLIP = re.compile(
    any_of(
        "[审批点按给弄搞看选判打操退驳通][过回]?[了得成]?[错岔偏反] 点成 误点 误操作 手滑 手误 手抖 "
        "看走眼 不该 [得批审]不对 眼花"
    )
)
_DECIDED_WRONG = re.compile(r"(?:审|批|通过|退回?|驳回?)[了得]?[错岔反].*(?:撤|恢复|收回)")
_NOT_OF_A_REVIEW = re.compile(
    r"(?:报|交|申报|提交|上报|填)(?:的|错|了)|请[的了]?.{0,3}假|假条|签到|我的申报|销假|绑定|会议|开会|活动|党课|党日"
)
_NOT_SO = re.compile(r"[别不没]要?撤|不用撤|没说|不是要|不是说|以后|之后|通过没|过了没|几分|多少分|为什么|谁")


def _read(saying: Saying) -> Slots | None:
    """The decision just made was a slip, or is to be taken back."""
    text = saying.plain
    of_a_decision = _JUST.search(text) or _DECIDED_WRONG.search(text)
    if not of_a_decision or _NOT_OF_A_REVIEW.search(text) or _NOT_SO.search(text):
        return None
    return {} if _BACK.search(text) or _SLIP.search(text) else None


INTENT = Intent(
    name="undo",
    title="撤销刚才的审核",
    grammar=_read,
    whole=(
        "撤销",
        "反悔",
        "后悔了",
        "撤销审核",
        "恢复上一条",
        "撤销上一步",
        "点错了",
        "审错了",
        "返回上一条",
        "撤销一下",
        "撤回审核",
        "撤回刚才那条",
        "撤销上一条",
    ),
    cues=(
        cue(-9, "提交的 交的 报的 申报"),
        cue(
            8,
            (
                "审错 撤销审核 撤回审核 上一条审核 撤销上一 撤销刚才 撤回刚才 恢复上一 返回上一 撤销刚刚 上一步 "
                "审核撤销 撤回上一 通过错 批错 退错 撤销那条 点错 按错"
            ),
        ),
        cue(5, "刚才 刚刚 上一条 上一个 上条 刚", "撤销 撤回 审错 弄错 反悔 收回 恢复 错了 取消"),
        cue(8, "审核取消 误点 回退 点了通过 点成 错点 手滑 退一步"),
        cue(3, "撤销 反悔 收回"),
        cue(-9, "申报 我报的 我交 报错 刚报 请假 的假 销假"),
        cue(9, "审核", "撤销 撤回"),
    ),
)
