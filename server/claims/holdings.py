"""What a person reported, how it was decided, and where they share in another's work."""

from collections.abc import Iterator

from sqlalchemy import and_, select

from server.audit.holdings import looks
from server.audit.models import AuditLine
from server.audit.subjects import AuditSubject
from server.claims.models import Claim, ClaimEvent, ClaimOpening, ClaimOpinion, ClaimParticipant, EventKind, OpinionKind
from server.claims.rules import STATUS_TITLES
from server.holdings import DataSubject, Holding
from server.standards.default import default_titles

PLACE = 40
"""Among the holdings of all features, in the order in which a person reads them."""

_EVENTS = {
    EventKind.created: "填写",
    EventKind.edited: "修改",
    EventKind.submitted: "提交",
    EventKind.resubmitted: "再次提交",
    EventKind.withdrawn: "撤回",
    EventKind.opened: "审核人打开",
    EventKind.approved: "通过",
    EventKind.returned: "退回",
    EventKind.rejected: "未通过",
    EventKind.reopened: "重新审核",
}
_OPINIONS = {OpinionKind.note: "核实记录", OpinionKind.opinion: "群众代表意见"}


def holdings(subject: DataSubject) -> Iterator[Holding]:
    mine = select(Claim.id).where(Claim.member_id == subject.member_id)
    yield Holding(
        "申报",
        Claim,
        Claim.member_id == subject.member_id,
        {
            "编号": Claim.id,
            "项目": Claim.item_code,
            "名称": Claim.title,
            "内容": Claim.description,
            "发生日期": Claim.occurred_on,
            "数量": Claim.quantity,
            "级别": Claim.level,
            "成果": Claim.achievement,
            "排名": Claim.place,
            "人数": Claim.people,
            "申报分值": Claim.proposed_points,
            "认定分值": Claim.approved_points,
            "状态": Claim.status,
            "代填理由": Claim.on_behalf_reason,
            "填写时间": Claim.created_at,
            "提交时间": Claim.submitted_at,
            "审核时间": Claim.decided_at,
        },
        words=default_titles() | {status.value: title for status, title in STATUS_TITLES.items()},
    )
    yield Holding(
        "申报经过",
        ClaimEvent,
        ClaimEvent.claim_id.in_(mine),
        {
            "申报编号": ClaimEvent.claim_id,
            "事项": ClaimEvent.kind,
            "时间": ClaimEvent.at,
            "意见": ClaimEvent.words,
            "原分值": ClaimEvent.points_before,
            "现分值": ClaimEvent.points_after,
        },
        words={kind.value: title for kind, title in _EVENTS.items()},
    )
    yield Holding(
        "核实与意见",
        ClaimOpinion,
        ClaimOpinion.claim_id.in_(mine),
        {
            "申报编号": ClaimOpinion.claim_id,
            "种类": ClaimOpinion.kind,
            "内容": ClaimOpinion.words,
            "时间": ClaimOpinion.at,
        },
        words={kind.value: title for kind, title in _OPINIONS.items()},
    )
    yield Holding(
        "审核人打开申报",
        ClaimOpening,
        ClaimOpening.claim_id.in_(mine),
        {"申报编号": ClaimOpening.claim_id, "版本": ClaimOpening.version, "时间": ClaimOpening.opened_at},
    )
    yield Holding(
        "合作成果中的我",
        ClaimParticipant,
        ClaimParticipant.member_id == subject.member_id,
        {"申报编号": ClaimParticipant.claim_id, "排名": ClaimParticipant.place},
    )
    of_mine = and_(AuditLine.subject_kind == AuditSubject.claim, AuditLine.subject_id.in_(mine))
    yield looks("他人对我的申报的查看和办理", of_mine, subject)
