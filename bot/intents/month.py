"""这个月的积分, 月汇总: one month. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue
from bot.understanding.lexicon import HOW_MANY_POINTS, SCORE_WORDS

INTENT = Intent(
    name="month",
    title="查看月度积分",
    whole=("月报", "月汇总", "月度", "月积分", "月结", "月度汇总", "本月", "这个月", "上个月", "上月"),
    cues=(
        cue(6, "@month", SCORE_WORDS + " " + HOW_MANY_POINTS + " 汇总 得了 成绩"),
        cue(7, "月汇总 月报 月度 每月积分 每个月积分 月结 月度积分 月份汇总 积分汇总 月积分"),
        cue(5, "@month", "考了几分 几分 积分 得分 得了 加了多少"),
        cue(1, "@month"),
        cue(-4, "扣 少了 掉分 为什么 为啥 凭什么 原因 加的 加了 怎么来"),
        cue(-4, "党费 出勤 考勤 缺 缺勤 会议 开会 活动 排 名次"),
        cue(-4, "还能 还可以 还差"),
    ),
    slots=(slots.month,),
)
