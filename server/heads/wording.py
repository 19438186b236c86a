"""The answer on a head, in words for the office that kept it."""

from server.heads.queries import CheckedHead, HeadVerdict
from server.heads.rules import Head
from server.presentation import spoken_time

NOT_A_HEAD = (
    "这不是一个每日校验码：应为 6 位日期和 22 位字母数字，例如 260612-4K7QXM-0R2V9D-ZB31HT-6WCE，请核对后重新输入"
)
NO_KEY = "没有设置 XIANFENG_HEAD_KEYS，无法核对校验码；请设置生成该校验码时使用的密钥"
_ANSWERS = {
    HeadVerdict.leads: (
        "一致：现在的账目（台账、月汇总、审计记录）仍能得出 {day} 的校验码，{made} 之前的内容没有被改动。"
    ),
    HeadVerdict.differs: (
        "不一致：{day} 的校验码确由本系统签发，但现在的账目已不能得出它。{made} 之前的台账、月汇总或审计记录"
        "在此后被改动或删除。请保护现场，运行 xianfeng verify heads 查找最早不符的一天，并与备份比对。"
    ),
    HeadVerdict.gone: (
        "不一致：{day} 的校验码确由本系统签发，但数据库里已没有当天的记录。记录被删除，或数据库恢复到了更早的备份。"
        "请与校验码文件和备份比对。"
    ),
    HeadVerdict.foreign: (
        "无法认定：{day} 的这个校验码不是用现有密钥签发的。请先核对有无抄错；如果密钥更换过，请把旧密钥加入 "
        "XIANFENG_HEAD_KEYS 后再核对。"
    ),
}


def answer(head: Head, checked: CheckedHead) -> str:
    """Return what today's books say of a head."""
    made = spoken_time(checked.made_at) if checked.made_at else ""
    return _ANSWERS[checked.verdict].format(day=f"{head.day.year} 年 {head.day.month} 月 {head.day.day} 日", made=made)
