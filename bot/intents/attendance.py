"""出勤: one's own record. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue
from bot.understanding.lexicon import GATHERINGS, NOT_COMING

INTENT = Intent(
    name="attendance",
    title="查看我的出勤",
    whole=(
        "考勤",
        "出勤",
        "出勤率",
        "缺勤",
        "我的出勤",
        "我的考勤",
        "签到记录",
        "到会情况",
        "请假记录",
        "参会记录",
        "考勤记录",
        "补课",
        "缺席",
        "迟到",
    ),
    cues=(
        cue(6, "签到历史 我参加了吗 我参加了没 我参加过吗 都到了吗 都到了没 我旷"),
        cue(-8, "还有几次会 有几次会"),
        cue(8, "来了几次 来过几次 几回 缺课 旷了 旷课 全勤 签上 签了没 签了吗 签到都 请假几回 没来几次 没签"),
        cue(-9, GATHERINGS, NOT_COMING),
        cue(
            7,
            (
                "考勤 出勤 缺勤 缺席 出勤率 到会 缺了 缺几 签到记录 签到情况 签到次数 参会记录 参会情况 参会率 旷会 "
                "缺会 没签到 请假记录 请了几次 请假几次 请过几次 到勤 出席 签到了吗 签上了没 签到成功"
            ),
        ),
        cue(
            7,
            (
                "参加了几次 参加几次 参加过几次 去了几次 开了几次 上了几次 参加了多少 参加过多少 去过几次 到了几次 "
                "没参加 没去的 迟到 哪次没去 哪几次没 漏了 补课 参加了哪些 参加过哪些 没到 漏了哪 缺过 哪些会~没 "
                "几次会 几次~没"
            ),
        ),
        cue(7, "我去了吗 我去了没 我到了吗 需要补的课 要补的课 补的课 补哪些"),
        cue(-5, "到会场 到会签"),
        cue(8, "签到记录 签到情况 签到次数 签到几次 签到了几次 签到了吗 没签到"),
        cue(1, "@month @year 我"),
        cue(-5, "扣 为什么 为啥"),
        cue(-9, "请假 请个假 不能到会 帮~补课 给~补课"),
        cue(4, "请假记录 请了几次 请过几次"),
        cue(6, "请假记录 请了几次 请过几次"),
    ),
    slots=(slots.month, slots.year, slots.meeting_kind),
)
