"""What a person objected to, and how it was handled."""

from collections.abc import Iterator

from sqlalchemy import select

from server.holdings import DataSubject, Holding
from server.objections.models import Inquiry, LetterReceipt, Objection, ObjectionStep
from server.objections.rules import (
    DELIVERY_TITLES,
    LETTER_TITLES,
    OUTCOME_TITLES,
    STATUS_TITLES,
    STEP_TITLES,
    VIA_TITLES,
)

PLACE = 45
"""Among the holdings of all features, in the order in which a person reads them."""


def holdings(subject: DataSubject) -> Iterator[Holding]:
    mine = select(Objection.id).where(Objection.member_id == subject.member_id)
    yield Holding(
        "异议",
        Objection,
        Objection.member_id == subject.member_id,
        {
            "编号": Objection.id,
            "事项": Objection.title,
            "年度": Objection.year,
            "异议内容": Objection.words,
            "诉求": Objection.wish,
            "提出方式": Objection.via,
            "逾期原因": Objection.late_reason,
            "状态": Objection.status,
            "提出时间": Objection.raised_at,
            "办结时间": Objection.ended_at,
        },
        words={each.value: title for words in (STATUS_TITLES, VIA_TITLES) for each, title in words.items()},
    )
    yield Holding(
        "异议的核查",
        Inquiry,
        Inquiry.objection_id.in_(mine),
        {
            "异议编号": Inquiry.objection_id,
            "核查情况": Inquiry.finding,
            "结论": Inquiry.outcome,
            "不作更正的原因": Inquiry.why_no_correction,
            "答复时间": Inquiry.answered_at,
            "更正": Inquiry.correction,
            "更正时间": Inquiry.corrected_at,
        },
        words={each.value: title for each, title in OUTCOME_TITLES.items()},
    )
    yield Holding(
        "异议的办理过程",
        ObjectionStep,
        ObjectionStep.objection_id.in_(mine),
        {
            "异议编号": ObjectionStep.objection_id,
            "步骤": ObjectionStep.action,
            "说明": ObjectionStep.words,
            "应在此日前": ObjectionStep.due_on,
            "时间": ObjectionStep.at,
        },
        words={each.value: title for each, title in STEP_TITLES.items()},
    )
    yield Holding(
        "异议文书的送达",
        LetterReceipt,
        LetterReceipt.objection_id.in_(mine),
        {
            "异议编号": LetterReceipt.objection_id,
            "文书": LetterReceipt.letter,
            "送达方式": LetterReceipt.via,
            "说明": LetterReceipt.words,
            "时间": LetterReceipt.at,
        },
        words={each.value: title for words in (LETTER_TITLES, DELIVERY_TITLES) for each, title in words.items()},
    )
