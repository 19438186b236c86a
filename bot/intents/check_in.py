"""签到: by the six digits on the screen. Pure."""

from bot.understanding import slots
from bot.understanding.cues import Intent, cue

INTENT = Intent(
    name="check_in",
    title="会议签到",
    whole=("签到", "打卡", "签个到", "我要签到", "报到", "签到码", "扫码签到", "我到了", "已到"),
    cues=(
        cue(4, "签的到 打个卡 签不上"),
        cue(-8, "签到都 签上到 都有吗"),
        cue(6, "签到 签个到 签一下到 打卡 签到码 签下到 报到 签一下 帮我签"),
        cue(9, "@code"),
        cue(4, "扫不上 扫码 扫不了 扫不出 二维码"),
        cue(4, "我人到了 到会场 人到了 到会签到 已经到 我到会"),
        cue(2, "到了 已到 会场 屏幕 大屏 扫不了 码"),
        cue(-7, "记录 情况 次数 几次 率 签到了吗 签到过"),
        cue(-12, "绑定 激活 工号 学号"),
        cue(-5, "扣 为什么 为啥"),
    ),
    slots=(slots.code,),
)
