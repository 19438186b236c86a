"""What became of a push, in words for the person and for the officers who have to tell them. Pure."""

from server.pushes.rules import Channel, PushStatus, UnreachedReason

DELIVERED = {
    Channel.subscription: "已通过小程序送达",
    Channel.official: "已通过公众号送达",
    Channel.work: "已通过企业微信送达",
}
REASONS = {
    UnreachedReason.no_channel: "没有可用的发送渠道",
    UnreachedReason.not_bound: "未绑定微信",
    UnreachedReason.not_subscribed: "未订阅消息",
    UnreachedReason.refused: "微信拒收",
    UnreachedReason.undelivered: "微信未能送达",
    UnreachedReason.misconfigured: "消息模板配置有误",
    UnreachedReason.timed_out: "结果未知",
    UnreachedReason.too_late: "未能在时效内发出",
    UnreachedReason.stood_still: "系统停机，已过时效",
}
_STANDING = {
    PushStatus.waiting: "等待发送",
    PushStatus.sending: "正在发送",
    PushStatus.sent: "已送达",
    PushStatus.unknown: "结果未知",
    PushStatus.muted: "仅站内",
}


def reason(status: PushStatus, code: str | None) -> str:
    """Return why a person was not reached, or may not have been."""
    if status is PushStatus.unknown:
        return REASONS[UnreachedReason.timed_out]
    if status is PushStatus.expired:
        return REASONS[UnreachedReason.stood_still if code == UnreachedReason.stood_still else UnreachedReason.too_late]
    return REASONS[UnreachedReason(code)] if code in set(UnreachedReason) else "原因不明"


def outcome(status: PushStatus, channel: Channel | None, code: str | None, *, told: bool) -> str:
    """Return how it went, in the words of the person's own inbox."""
    if status in (PushStatus.unreachable, PushStatus.expired):
        words = f"未能送达（{reason(status, code)}）"
    elif status is PushStatus.sent and channel is not None:
        words = DELIVERED[channel]
    else:
        words = _STANDING[status]
    return f"{words}，已由党组织告知" if told else words
