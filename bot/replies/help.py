"""帮助: what one can say here, by role."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.identity.rules import Permission, holds

MEMBER = (
    "查积分：“我多少分了”“为啥扣我2分”“还能得什么分”“我排第几”“上个月积分”",
    "申报：直接说做了什么，例如“昨天去社区做志愿服务”，再发照片",
    "看申报：“我的申报”；撤回：“撤回申报”",
    "会议：“最近有什么会”；请假：“周三的党课请假，出差”",
    "签到：会场大屏上的六位数字发给我",
    "年度：“年度积分”“公示到什么时候”",
    "异议：“我要提异议”“异议到哪了”",
    "其他：“通知”“党费”“出勤”",
)
REVIEWER = "审核：“待审”逐条看，再回复“通过”“改成1分 理由”“退回 理由”“驳回 理由”“跳过”；五分钟内可“撤销”"
YEAR = "年度工作：“本支部年度工作到哪一步”"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    lines = [*MEMBER] if turn.actor.member_id is not None else []
    if holds(turn.actor, Permission.claim_review):
        lines.append(REVIEWER)
    if holds(turn.actor, Permission.year_read):
        lines.append(YEAR)
    lines.append(f"小程序：{turn.page(pages.HOME)}")
    return ["\n".join(["您可以直接打字或发语音：", *(f"· {line}" for line in lines)])]
