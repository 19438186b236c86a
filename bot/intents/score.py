"""我的积分: the year so far. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue
from bot.understanding.lexicon import HOW_MANY_POINTS, SCORE_WORDS

INTENT = Intent(
    name="score",
    title="查看我的积分",
    whole=(
        "分",
        "积分",
        "分数",
        "得分",
        "总分",
        "我的分",
        "我分",
        "查分",
        "查积分",
        "看分",
        "积分查询",
        "分数查询",
        "我的积分",
    ),
    cues=(
        cue(4, "有~分了", "吗 没"),
        cue(-5, "构成 流水 详细 扣分"),
        cue(4, "我", "多少了 及格 攒了多少 多少啦"),
        cue(4, "说一下分 说下分 报分数 算算~分"),
        cue(-9, "能加 可以加 加几分 没拿 离100 差多少 上限 加满 多拿 分钟 涨积分 能涨"),
        cue(3, "@points", "有没有 到没 够没 够不够 是不是 多少了 到了"),
        cue(3, "成绩", "我的 我今年 怎么样"),
        cue(4, SCORE_WORDS),
        cue(4, HOW_MANY_POINTS + " 查分 看分 报~我的分 看~我的分"),
        cue(1, "看看 看下 查 查询 多少 知道 告诉 报一下 目前 现在 总共 一共 年度"),
        cue(1, "@year"),
        cue(-3, "@month"),
        cue(-4, "扣 少了 掉分 为什么 为啥 凭什么 原因 明细 怎么来 怎么算 加的 加了"),
        cue(-4, "还能 还可以 还差 怎么才能 怎样才能 加分 涨分 满分"),
        cue(-4, "排 名次 第几"),
        cue(-4, "申报 上报 报个 登记 报分"),
    ),
    slots=(slots.year,),
)
