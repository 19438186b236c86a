"""撤回申报, 销假: of one's own. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue

INTENT = Intent(
    name="withdraw",
    title="撤回我的申报或请假",
    whole=(
        "撤回",
        "撤回申报",
        "撤销申报",
        "撤回请假",
        "销假",
        "撤申报",
        "撤销请假",
        "取消请假",
        "收回申报",
        "取消申报",
    ),
    cues=(
        cue(8, "申报", "作废 不要了 删"),
        cue(8, "请假", "作废 取消"),
        cue(
            8,
            "撤回 撤销 撤了 撤掉 收回 撤下 撤 取消 删掉 拿回",
            "申报 报的 交的 那个报 那条报 报错 刚报 刚交 提交的 请假 的假 假条 志愿",
        ),
        cue(8, "销假 不请了 请假撤 取消请假 请假取消 假不请 能去了 假撤 请假作废 申报撤"),
        cue(7, "刚报的不要 报的不要 不要了~申报 不想报了~撤"),
        cue(7, "申报删 申报~删 假销 把假 请的假~撤 假~取消 取消~假"),
        cue(3, "撤回 撤销"),
        cue(-8, "撤回的 有哪些 审核 审错 刚才审 通过错 上一条审"),
    ),
    slots=(slots.day_of_leave, slots.meeting_kind_of_leave, slots.item_of_claim),
)
