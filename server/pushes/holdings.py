"""What a person was told, how it was sent, what they agreed to and what they chose."""

from collections.abc import Iterator

from sqlalchemy import select

from server.holdings import DataSubject, Holding
from server.pushes.catalogue import CATALOGUE, TEMPLATES
from server.pushes.models import Push, PushAttempt, PushPreference, SubscriptionEntry, SubscriptionQuota
from server.pushes.rules import AttemptStatus, Channel, PushStatus, QuotaChange

PLACE = 100
"""Among the holdings of all features, in the order in which a person reads them."""

_STATUSES = {
    PushStatus.waiting: "待发送",
    PushStatus.sending: "发送中",
    PushStatus.sent: "已送达",
    PushStatus.unknown: "送达情况不明",
    PushStatus.unreachable: "未能送达",
    PushStatus.expired: "已过时，未发送",
    PushStatus.muted: "按您的设置只留站内",
}
_ATTEMPTS = {
    AttemptStatus.delivered: "已送达",
    AttemptStatus.undelivered: "微信报告未送达",
    AttemptStatus.retry: "稍后再试",
    AttemptStatus.refused: "微信未接受",
}
_CHANNELS = {Channel.subscription: "订阅消息", Channel.official: "公众号", Channel.work: "企业微信"}
_OCCASIONS = {occasion.value: known.title for occasion, known in CATALOGUE.items()}
_TEMPLATES = {
    template: "、".join(known.title for known in CATALOGUE.values() if known.template == template)
    for template in TEMPLATES
}
_CHANGES = {QuotaChange.accepted: "同意", QuotaChange.used: "已用", QuotaChange.emptied: "清零"}


def holdings(subject: DataSubject) -> Iterator[Holding]:
    mine = Push.recipient.in_(subject.recipients)
    yield Holding(
        "消息提醒",
        Push,
        mine,
        {
            "编号": Push.id,
            "事项": Push.occasion,
            "标题": Push.title,
            "内容": Push.content,
            "时间": Push.due_at,
            "状态": Push.status,
            "途径": Push.channel,
            "阅读时间": Push.read_at,
            "当面告知时间": Push.told_at,
        },
        words={code.value: title for code, title in (*_STATUSES.items(), *_CHANNELS.items())} | _OCCASIONS,
    )
    yield Holding(
        "提醒的发送经过",
        PushAttempt,
        PushAttempt.push_id.in_(select(Push.id).where(mine)),
        {
            "提醒编号": PushAttempt.push_id,
            "途径": PushAttempt.channel,
            "结果": PushAttempt.status,
            "时间": PushAttempt.started_at,
        },
        words={code.value: title for code, title in (*_STATUSES.items(), *_ATTEMPTS.items(), *_CHANNELS.items())},
    )
    yield Holding(
        "订阅消息余量",
        SubscriptionQuota,
        SubscriptionQuota.identity_id.in_(subject.identity_ids),
        {
            "模板": SubscriptionQuota.template,
            "余量": SubscriptionQuota.balance,
            "更新时间": SubscriptionQuota.updated_at,
        },
        words=_TEMPLATES,
    )
    yield Holding(
        "订阅消息的同意和使用",
        SubscriptionEntry,
        SubscriptionEntry.identity_id.in_(subject.identity_ids),
        {
            "模板": SubscriptionEntry.template,
            "事项": SubscriptionEntry.change,
            "次数": SubscriptionEntry.amount,
            "时间": SubscriptionEntry.at,
        },
        words={change.value: title for change, title in _CHANGES.items()} | _TEMPLATES,
    )
    yield Holding(
        "推送设置",
        PushPreference,
        PushPreference.recipient.in_(subject.recipients),
        {
            "免打扰自": PushPreference.quiet_from,
            "免打扰至": PushPreference.quiet_until,
            "不显示分数": PushPreference.hides_figures,
            "只留站内的事项": PushPreference.muted,
            "更新时间": PushPreference.updated_at,
        },
        words=_OCCASIONS,
    )
