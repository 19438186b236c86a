"""What the bot keeps of a person's conversations."""

from collections.abc import Iterator

from sqlalchemy import exists, select

from bot.receive.models import Delivery, FollowUp
from server.holdings import DataSubject, Holding
from server.identity.models import WechatIdentity

PLACE = 110
"""Among the holdings of all features, in the order in which a person reads them."""


def holdings(subject: DataSubject) -> Iterator[Holding]:
    known = select(WechatIdentity.id).where(
        WechatIdentity.account_id == subject.account_id,
        WechatIdentity.app_id == Delivery.app_id,
        WechatIdentity.openid == Delivery.openid,
    )
    mine = exists(known)
    yield Holding(
        "发给机器人的消息",
        Delivery,
        mine,
        {"内容": Delivery.content, "答复": Delivery.answer, "时间": Delivery.received_at},
    )
    yield Holding(
        "机器人的补充答复",
        FollowUp,
        FollowUp.delivery_id.in_(select(Delivery.id).where(mine)),
        {"内容": FollowUp.text, "时间": FollowUp.created_at, "发送时间": FollowUp.finished_at},
    )
