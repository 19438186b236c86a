"""通知公告: what is new. Pure."""

from bot.understanding.cues import Intent, cue

INTENT = Intent(
    name="notices",
    title="查看通知公告",
    whole=("通知", "公告", "消息", "通知公告", "未读", "未读通知", "最新通知", "新通知", "看通知", "未读消息"),
    cues=(
        cue(
            6,
            "通知 公告 新消息 未读 通告 文件通知 什么消息 啥消息 有消息 什么文件 新文件 啥文件 发了什么 发了啥 "
            "站内信 收件箱 看消息",
        ),
        cue(1, "最新 新 最近 有没有 有啥 有什么 看 发"),
        cue(-4, "扣 申报 报的 党费 请假"),
    ),
)
