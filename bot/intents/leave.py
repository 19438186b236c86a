"""请假: in a sentence. Pure."""

from bot.understanding import reasons, slots
from bot.understanding.cues import Intent, cue
from bot.understanding.lexicon import GATHERINGS, NOT_COMING

INTENT = Intent(
    name="leave",
    title="请假",
    whole=(
        "请假",
        "请个假",
        "告假",
        "请事假",
        "请病假",
        "请公假",
        "我要请假",
        "请假条",
        "病假",
        "事假",
        "公假",
        "产假",
    ),
    cues=(
        cue(9, GATHERINGS, NOT_COMING),
        cue(4, "病了 生病 发烧 出差 住院 有事", GATHERINGS),
        cue(8, "@day 会 活动 党课 党日", "能不去 可以不去 不去行 能不参加 我得缺席 我缺席 不去了 来不了 不参加"),
        cue(
            7,
            "请假 请个假 请一天假 请下假 告假 请~天假 =事假 =病假 =公假 =产假 请不了假 想请一下 请一下假 请~假 "
            "=补假 =准假",
        ),
        cue(
            6,
            (
                "去不了 不去了 去不上 来不成 不能到会 到不了会 请~的假 去不成 来不了 到不了 不能去 不能来 不能到 "
                "参加不了 不能参加 没法参加 无法参加 没办法参加 "
                "没法去 赶不过去 赶不到 赶不上 不能出席 无法出席 到不了场 参加不成 不来了 去不了了 没法到 过不去 "
                "无法到会 不参加了 缺席一下 请个缺"
            ),
        ),
        cue(1, "@day"),
        cue(-8, "撤回 撤销 销假 不请了 取消请假 收回"),
        cue(-5, "请了几次 请过几次 请假记录 请假次数 请假几回 请假几次 几回"),
        cue(-5, "扣"),
    ),
    slots=(slots.day_ahead, slots.meeting_kind, slots.leave_kind, reasons.reason),
)
