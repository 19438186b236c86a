"""What a robot says and in which words, what its address looks like, and what becomes of a call. Pure."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from server.pushes.rules import Channel
from server.pushes.sending.rules import AnswerVerdict, verdict

LONGEST_CALL = timedelta(minutes=2)
MOST_TRIES = 6
KEY_MISSING_FOR = timedelta(hours=1)
"""How long until an announcement is looked at again if its robot's address cannot be read."""

NO_ROBOT = 93000
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_WEBHOOK = re.compile(rf"(?:https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=)?({_KEY.pattern})", re.IGNORECASE)


class AnnouncementKind(StrEnum):
    meeting_tomorrow = "meeting_tomorrow"
    month_published = "month_published"
    trial = "trial"


class AnnouncementStatus(StrEnum):
    waiting = "waiting"
    sending = "sending"  # committed before the call
    sent = "sent"
    unknown = "unknown"  # crash or time-out after the call went out: never sent again
    refused = "refused"
    expired = "expired"  # its time was over, or the robot was taken away, before it could be sent


STATUS_TITLES = {
    AnnouncementStatus.waiting: "待发送",
    AnnouncementStatus.sending: "发送中",
    AnnouncementStatus.sent: "已发送",
    AnnouncementStatus.unknown: "结果未知",
    AnnouncementStatus.refused: "企业微信拒收",
    AnnouncementStatus.expired: "未发送",
}
TRIAL = "先锋积分已接入本群：会议前一天提醒，月度积分公布后告知。群里不出现任何人的积分和姓名。"


def webhook_key(text: str) -> str | None:
    """Return the key in a webhook's address, or the key itself as it is; None for anything else."""
    match = _WEBHOOK.fullmatch(text.strip())
    return match[1].lower() if match else None


def meeting_tomorrow(title: str, when: str, place: str) -> str:
    return f"【明天开会】{title}\n时间：{when}\n地点：{place}\n不能到会的同志请提前在小程序请假。"


def month_published(period: str) -> str:
    """`period` is that of a statement: 2026-06."""
    year, month = period.split("-")
    return f"【月度积分已公布】{year}年{int(month)}月积分已经公布，请在小程序查看本人积分；有异议请在公示期内提出。"


def after_call(errcode: int, *, tries: int, now: datetime) -> tuple[AnnouncementStatus, datetime]:
    """Return what becomes of an announcement, and when it is looked at next. A robot may post 20 times a minute."""
    meaning = verdict(Channel.work, errcode)
    if meaning is AnswerVerdict.sent:
        return AnnouncementStatus.sent, now
    if errcode != NO_ROBOT and meaning is not AnswerVerdict.refused and tries < MOST_TRIES:
        return AnnouncementStatus.waiting, now + timedelta(minutes=2**tries)
    return AnnouncementStatus.refused, now
