"""党费: registered or not. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue

INTENT = Intent(
    name="dues",
    title="查看党费登记",
    whole=("党费", "我的党费", "查党费", "党费记录", "交党费", "党费查询", "欠费"),
    cues=(
        cue(6, "缴费 交费 党费 党费记录 交党费 欠党费 缴党费"),
        cue(5, "党费", "交了没 交了吗 交没交 登记"),
        cue(2, "交 缴 欠 登记 没交 交了 记上 查"),
        cue(-6, "扣 分 为什么扣 申报"),
    ),
    slots=(slots.month, slots.year),
)
