"""为什么扣分, 积分明细: where points come from or went. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue
from bot.understanding.lexicon import DEDUCTED_WORDS, WHY_WORDS

INTENT = Intent(
    name="why",
    title="查看扣分、加分的原因",
    whole=(
        "明细",
        "积分明细",
        "扣分",
        "扣分原因",
        "扣分明细",
        "加分明细",
        "为什么",
        "为什么扣分",
        "加分记录",
        "扣分记录",
    ),
    cues=(
        cue(6, "构成 流水 详细 详单 来源 变动", "分"),
        cue(-9, "@of_the_claim"),
        cue(-6, "讲了 做了 能加 可以加 想加"),
        cue(5, DEDUCTED_WORDS),
        cue(3, WHY_WORDS, "扣 少了 减 掉分 加 分 丢"),
        cue(
            5,
            "为什么 为啥 咋 怎么 凭什么 什么 哪 哪儿 记录 原因 啥",
            "加了~分 加的~分 加分都 加了我 给我~分 给了~分 只加 才加 加我 的加分 加的",
        ),
        cue(6, "积分明细 分数明细 得分明细 明细 积分来源 积分构成 积分记录 得分记录 积分流水 分的来源"),
        cue(
            6,
            (
                "分~怎么来 分~怎么算 分~哪来 分~哪里来 分~从哪 分~咋来 分~咋算 分~怎么得 怎么算出来 怎么得来 分~由来 "
                "分~怎么加 分~怎么扣"
            ),
        ),
        cue(5, "比~低了 比~少了 低了 降了 变少 变低"),
        cue(5, "扣", "哪 哪了 啥时候 什么时候 多少 几分"),
        cue(7, "加了", "几分 多少分"),
        cue(6, "分~不对 分~掉了 积分咋掉 分~有问题 分~错了 分~算错"),
        cue(1, "@points"),
        cue(-3, "还能 还可以 怎么才能 怎样才能 机会 途径"),
        cue(-4, "申报一 我要申报 上报"),
    ),
    slots=(slots.month, slots.year, slots.points, slots.direction, slots.item),
)
