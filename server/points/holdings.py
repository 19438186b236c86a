"""A person's ledger and scores, and the decisions behind them."""

from collections.abc import Iterator

from sqlalchemy import and_, select

from server.audit.holdings import looks
from server.audit.models import AuditLine
from server.audit.subjects import AuditSubject
from server.holdings import DataSubject, Holding
from server.points.models import (
    BranchDecision,
    EntryText,
    LedgerHead,
    NegativeChange,
    NegativeDecision,
    PointEntry,
    Score,
    SourceKind,
)
from server.points.scores.rules import DONE, NegativeAction, NegativeStatus
from server.standards.default import default_titles

PLACE = 30
"""Among the holdings of all features, in the order in which a person reads them."""

_SOURCES = {
    SourceKind.meeting: "会议",
    SourceKind.claim: "申报",
    SourceKind.dues: "党费",
    SourceKind.decision: "支部决定",
    SourceKind.opening: "起始分",
    SourceKind.reversal: "更正",
}
NEGATIVE_STATUSES = {
    NegativeStatus.recorded: "待确认",
    NegativeStatus.in_force: "生效",
    NegativeStatus.suspended: "暂停",
    NegativeStatus.revoked: "撤销",
}
NEGATIVE_CHANGES = {
    NegativeAction.confirm: "确认",
    NegativeAction.suspend: "暂停",
    NegativeAction.resume: "恢复",
    NegativeAction.revoke: "撤销",
}
"""What is only proposed is not for the member's eyes either."""
_DONE_LINES = ("negative_record", *(f"negative_{action}" for action in NegativeAction))


def holdings(subject: DataSubject) -> Iterator[Holding]:
    yield Holding(
        "积分台账",
        PointEntry,
        PointEntry.member_id == subject.member_id,
        {
            "序号": PointEntry.seq,
            "年度": PointEntry.year,
            "项目": PointEntry.item_code,
            "分值": PointEntry.points,
            "应到": PointEntry.owed,
            "实到": PointEntry.attended,
            "补课": PointEntry.made_up,
            "请假": PointEntry.excused,
            "级别": PointEntry.level,
            "成果": PointEntry.achievement,
            "发生日期": PointEntry.occurred_on,
            "记账时间": PointEntry.posted_at,
            "来源": PointEntry.source_kind,
            "来源编号": PointEntry.source_id,
            "更正的序号": PointEntry.reverses_seq,
            "依据": PointEntry.clause,
            "说明": EntryText.text,
            "校验值": PointEntry.hash,
        },
        joins=((EntryText, and_(EntryText.member_id == PointEntry.member_id, EntryText.seq == PointEntry.seq)),),
        words=default_titles() | {kind.value: title for kind, title in _SOURCES.items()},
    )
    yield Holding(
        "台账末笔",
        LedgerHead,
        LedgerHead.member_id == subject.member_id,
        {"序号": LedgerHead.seq, "校验值": LedgerHead.hash},
    )
    yield Holding(
        "各年得分",
        Score,
        Score.member_id == subject.member_id,
        {
            "年度": Score.year,
            "部分": Score.section,
            "得分": Score.points,
            "另行通报": Score.negative,
            "更新时间": Score.updated_at,
        },
        words={"": "合计"} | default_titles(),
    )
    yield Holding(
        "支部对我的决定",
        BranchDecision,
        BranchDecision.member_id == subject.member_id,
        {
            "项目": BranchDecision.item_code,
            "发生日期": BranchDecision.occurred_on,
            "次数": BranchDecision.times,
            "理由": BranchDecision.reason,
            "文号": BranchDecision.document_number,
            "决定时间": BranchDecision.decided_at,
        },
    )
    # What is not confirmed is kept from the member: nothing has been decided (server/points/decisions/negatives.py).
    confirmed = and_(NegativeDecision.member_id == subject.member_id, NegativeDecision.confirmed_at.is_not(None))
    yield Holding(
        "负面清单决定",
        NegativeDecision,
        confirmed,
        {
            "编号": NegativeDecision.id,
            "年度": NegativeDecision.year,
            "情形": NegativeDecision.category_title,
            "依据": NegativeDecision.clause,
            "文号": NegativeDecision.document_number,
            "决定日期": NegativeDecision.decided_on,
            "理由": NegativeDecision.reason,
            "状态": NegativeDecision.status,
        },
        words={status.value: title for status, title in NEGATIVE_STATUSES.items()},
    )
    about_me = select(NegativeDecision.id).where(confirmed)
    yield Holding(
        "负面清单决定的变更",
        NegativeChange,
        and_(NegativeChange.decision_id.in_(about_me), NegativeChange.step.in_(DONE)),
        {
            "决定编号": NegativeChange.decision_id,
            "变更": NegativeChange.action,
            "理由": NegativeChange.reason,
            "时间": NegativeChange.changed_at,
        },
        words={action.value: title for action, title in NEGATIVE_CHANGES.items()},
    )
    of_mine = and_(
        AuditLine.subject_kind == AuditSubject.negative,
        AuditLine.subject_id.in_(about_me),
        AuditLine.action.in_(_DONE_LINES),
    )
    yield looks("他人对负面清单决定的办理", of_mine, subject)
