"""我排第几: one's own position. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue

INTENT = Intent(
    name="rank",
    title="查看我的排名",
    whole=("排名", "名次", "排行", "排行榜", "位次", "第几", "第几名", "我的排名", "排位"),
    cues=(
        cue(-9, "签上 签到"),
        cue(
            8,
            (
                "排名 名次 排行 位次 排第 排几 排老几 第几名 第几 多少名 几名 排~位 名列 排在 排到 排多少 老几 倒数 "
                "前几名 前三 前十 排名榜 靠前 靠后 榜单"
            ),
        ),
        cue(-8, "秩序 值班 排练 排队 安排 排查 彩排"),
        cue(1, "支部 我 @month @year"),
        cue(-6, "支部第几次 第几次 第几季度 第几个"),
    ),
    slots=(slots.month, slots.year),
)
