"""Which notices a person has read."""

from collections.abc import Iterator

from server.holdings import DataSubject, Holding
from server.notices.models import Notice, NoticeReading

PLACE = 90
"""Among the holdings of all features, in the order in which a person reads them."""


def holdings(subject: DataSubject) -> Iterator[Holding]:
    yield Holding(
        "通知的阅读",
        NoticeReading,
        NoticeReading.member_id == subject.member_id,
        {"通知": Notice.title, "阅读时间": NoticeReading.read_at},
        joins=((Notice, Notice.id == NoticeReading.notice_id),),
    )
