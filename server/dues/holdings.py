"""A person's registered dues, month by month, and how each record came to be."""

from collections.abc import Iterator

from sqlalchemy import select

from server.dues.models import DuesConsent, DuesEvent, DuesEventKind, DuesRecord
from server.dues.rules import CONSENT_TITLES, STATE_TITLES
from server.holdings import DataSubject, Holding

PLACE = 70
"""Among the holdings of all features, in the order in which a person reads them."""

_KINDS = {
    DuesEventKind.registered: "登记",
    DuesEventKind.closed: "到期",
    DuesEventKind.waived: "豁免",
    DuesEventKind.corrected: "更正",
    DuesEventKind.consented: "支部同意缓交",
    DuesEventKind.consent_ended: "缓交终止",
}
_WORDS = {code.value: title for code, title in (*_KINDS.items(), *STATE_TITLES.items(), *CONSENT_TITLES.items())}


def holdings(subject: DataSubject) -> Iterator[Holding]:
    yield Holding(
        "党费登记（金额以分为单位）",
        DuesRecord,
        DuesRecord.member_id == subject.member_id,
        {
            "月份": DuesRecord.month,
            "应交": DuesRecord.due_cents,
            "已交": DuesRecord.paid_cents,
            "交纳日期": DuesRecord.paid_on,
            "状态": DuesRecord.state,
            "登记时间": DuesRecord.recorded_at,
        },
        words=_WORDS,
    )
    yield Holding(
        "党费登记经过",
        DuesEvent,
        DuesEvent.record_id.in_(select(DuesRecord.id).where(DuesRecord.member_id == subject.member_id)),
        {
            "月份": DuesRecord.month,
            "事项": DuesEvent.kind,
            "状态": DuesEvent.state,
            "应交": DuesEvent.due_cents,
            "已交": DuesEvent.paid_cents,
            "交纳日期": DuesEvent.paid_on,
            "理由": DuesEvent.reason,
            "时间": DuesEvent.at,
        },
        joins=((DuesRecord, DuesRecord.id == DuesEvent.record_id),),
        words=_WORDS,
    )
    yield Holding(
        "支部同意的按季交纳和缓交",
        DuesConsent,
        DuesConsent.member_id == subject.member_id,
        {
            "方式": DuesConsent.kind,
            "开始月份": DuesConsent.from_month,
            "结束月份": DuesConsent.until_month,
            "支部同意日期": DuesConsent.agreed_on,
            "理由": DuesConsent.reason,
            "登记时间": DuesConsent.recorded_at,
            "自何月终止": DuesConsent.ended_from,
            "终止理由": DuesConsent.ended_reason,
        },
        words=_WORDS,
    )
