"""最近有什么会: when and where. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue
from bot.understanding.lexicon import GATHERINGS, NOT_COMING

INTENT = Intent(
    name="meetings",
    title="查看会议安排",
    whole=(
        "会议",
        "开会",
        "会议安排",
        "活动",
        "近期会议",
        "日程",
        "会议通知",
        "我的会议",
        "活动安排",
        "党课",
        "主题党日",
        "会议时间",
    ),
    cues=(
        cue(5, "还有几次会 有几次会 几场会"),
        cue(-6, "加分 会议室 放假 暑假 寒假 我都到"),
        cue(-4, "病了 生病 发烧 出差 住院"),
        cue(-9, GATHERINGS, NOT_COMING),
        cue(
            4,
            (
                "会议 开会 有会 什么会 啥会 的会 有活动 什么活动 啥活动 会吗 活动吗 会吧 个会 下次会 下一次 哪天开 "
                "几点开 会不 有没有会 有~活动 活动安排 党课 党日 党员大会 支部大会 支委会 小组会 生活会 培训 "
                "志愿活动 大会 党员会"
            ),
        ),
        cue(
            4,
            (
                "什么时候 啥时候 几点 哪天 在哪 哪里 哪儿 地点 地址 几号 时间 安排 何时 多会儿 啥时间 什么时间 "
                "有没有 最近 近期 下次 定在 几时 啥地方 有啥 有什么 有哪些 什么会 还有 要开"
            ),
            "会 活动 党课 党日 培训 生活会 志愿 开",
        ),
        cue(2, "@day @month", "会 活动 党课 党日 培训 开 事"),
        cue(4, "什么安排 啥安排 有安排 有啥事 有什么事"),
        cue(3, "@day", "几点 在哪 去哪"),
        cue(5, "下次学习 下次活动 学习是几号 集合 集体学习", "几号 几点 什么时候 哪天 啥时候 在哪 哪里"),
        cue(3, "会议安排 近期会议 最近有 近期有 下周有 明天有 今天有 日程 行程"),
        cue(-6, "请假 请个假 去不了 参加不了 来不了 销假 不能参加 缺席 请一下"),
        cue(-5, "扣 加分 分 缺 签到 出勤 考勤 参加了 几次"),
        cue(-4, "通知 公告 党费 申报"),
        cue(2, "时间地点 时间 地点", "开会 会议 会"),
        cue(-4, "讲了 做了 宣讲 去了"),
    ),
    slots=(slots.day_ahead, slots.month_but_no_day, slots.meeting_kind),
)
