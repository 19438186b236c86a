"""个人申报: its states, what it is worth, when it may be made and who may decide it (design §5 Claim). Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from server.claims.error_codes import ClaimErrorCode
from server.error_codes import CoreErrorCode, ErrorCode
from server.points.error_codes import PointsErrorCode
from server.rounding import finest, part
from server.standards.rules import Evidence, Item, Method, Sharing
from server.years.error_codes import YearErrorCode
from server.years.rules import YearStanding, claim_refusal, drafted_words

"""The finest points the ledger stores."""

TAKEN_BACK_WITHIN = timedelta(minutes=5)
"""How long a reviewer may take back what they have just decided: long enough for a slip of the hand."""

DECEMBER, FIRST_REMINDER_DAY = 12, 25
SECOND_REMINDER = timedelta(days=5)
"""When members are reminded of the last day: from 25 December on, and again five days before it."""


class ClaimStatus(StrEnum):
    draft = "draft"
    submitted = "submitted"
    returned = "returned"
    approved = "approved"
    rejected = "rejected"
    withdrawn = "withdrawn"


class ClaimAction(StrEnum):
    edit = "edit"
    submit = "submit"
    withdraw = "withdraw"
    approve = "approve"
    send_back = "send_back"
    reject = "reject"
    revoke = "revoke"
    take_back = "take_back"  # a decision, by whoever has just made it
    reopen = "reopen"  # a decision that was found wrong, to be decided anew at once


STATUS_TITLES = {
    ClaimStatus.draft: "草稿",
    ClaimStatus.submitted: "待审核",
    ClaimStatus.returned: "已退回",
    ClaimStatus.approved: "已通过",
    ClaimStatus.rejected: "未通过",
    ClaimStatus.withdrawn: "已撤回",
}

_NEXT = {
    (ClaimStatus.draft, ClaimAction.edit): ClaimStatus.draft,
    (ClaimStatus.draft, ClaimAction.submit): ClaimStatus.submitted,
    (ClaimStatus.draft, ClaimAction.withdraw): ClaimStatus.withdrawn,
    (ClaimStatus.submitted, ClaimAction.withdraw): ClaimStatus.withdrawn,
    (ClaimStatus.submitted, ClaimAction.approve): ClaimStatus.approved,
    (ClaimStatus.submitted, ClaimAction.send_back): ClaimStatus.returned,
    (ClaimStatus.submitted, ClaimAction.reject): ClaimStatus.rejected,
    (ClaimStatus.returned, ClaimAction.edit): ClaimStatus.returned,
    (ClaimStatus.returned, ClaimAction.submit): ClaimStatus.submitted,
    (ClaimStatus.returned, ClaimAction.withdraw): ClaimStatus.withdrawn,
    (ClaimStatus.approved, ClaimAction.revoke): ClaimStatus.submitted,
    (ClaimStatus.approved, ClaimAction.take_back): ClaimStatus.submitted,
    (ClaimStatus.returned, ClaimAction.take_back): ClaimStatus.submitted,
    (ClaimStatus.rejected, ClaimAction.take_back): ClaimStatus.submitted,
    (ClaimStatus.approved, ClaimAction.reopen): ClaimStatus.submitted,
    (ClaimStatus.rejected, ClaimAction.reopen): ClaimStatus.submitted,
}


def next_status(current: ClaimStatus, action: ClaimAction) -> ClaimStatus | None:
    """Return the status after `action`, or None where it is not possible."""
    return _NEXT.get((current, action))


@dataclass(frozen=True, slots=True)
class ClaimRefusal:
    """Why something may not be done: its code and the words for people."""

    code: ErrorCode
    message: str


def review_refusal(
    *,
    reviewer_account: int | None,
    reviewer_member: int | None,
    paid_members: Collection[int],
    written_by: Collection[int],
) -> ClaimRefusal | None:
    """Return why this person may never decide this claim: nobody reviews a claim that pays them or that they wrote."""
    if reviewer_member is not None and reviewer_member in paid_members:
        return ClaimRefusal(ClaimErrorCode.own_claim, "不能审核本人的申报，请由其他支委、副书记或上级党组织审核")
    if reviewer_account in written_by:
        return ClaimRefusal(
            ClaimErrorCode.own_entry, "不能审核由您代为填报的申报，请由其他支委、副书记或上级党组织审核"
        )
    return None


def take_back_refusal(
    *, decided_by: int | None, decided_at: datetime | None, by: int, now: datetime
) -> ClaimRefusal | None:
    """Return why a decision cannot be taken back by this account now; its last instant still counts."""
    if decided_by != by or decided_at is None:
        return ClaimRefusal(ClaimErrorCode.not_your_decision, "只能撤销本人刚作出的审核决定")
    if now - decided_at > TAKEN_BACK_WITHIN:
        minutes = int(TAKEN_BACK_WITHIN.total_seconds()) // 60
        return ClaimRefusal(
            ClaimErrorCode.taken_back_too_late, f"审核决定只能在{minutes}分钟内撤销，如确有错误请联系支部书记处理"
        )
    return None


def item_refusal(item: Item | None) -> ClaimRefusal | None:
    """Return why an item cannot be claimed."""
    if item is None:
        return ClaimRefusal(PointsErrorCode.unknown_item, "积分标准中没有该项目")
    if Evidence.claim not in item.evidence or item.method not in (Method.earn, Method.levels, Method.measured):
        return ClaimRefusal(ClaimErrorCode.item_not_claimable, f"“{item.title}”由支部登记，不需要个人申报")
    return None


def date_refusal(*, occurred_on: date, today: date, claimed_on: date, branch_year: YearStanding) -> ClaimRefusal | None:
    """Return why a fact of this day cannot be claimed. `claimed_on`: the day the claim first came in for that year."""
    if occurred_on > today:
        return ClaimRefusal(CoreErrorCode.in_the_future, "发生日期不能晚于今天")
    last = branch_year.cut_off
    refusal = claim_refusal(branch_year.state, claimed_on=claimed_on, cut_off=last)
    if refusal is YearErrorCode.past_cut_off:
        words = f"{occurred_on.year}年度的事项申报已于{last.year}年{last.month}月{last.day}日截止"
        return ClaimRefusal(refusal, words)
    return None if refusal is None else ClaimRefusal(refusal, drafted_words(occurred_on.year))


def year_to_claim_for(today: date) -> int:
    """Return the year whose last day for claims is next in December; from January on, the year before."""
    return today.year if today.month == DECEMBER else today.year - 1


def cut_off_reminder(today: date, last: date) -> int | None:
    """Return which reminder of the last day is due: the first from 25 December, the second from five days before it."""
    if last - SECOND_REMINDER <= today <= last:
        return 2
    return 1 if date(last.year - 1, DECEMBER, FIRST_REMINDER_DAY) <= today <= last else None


def proposed_points(item: Item, *, quantity: Decimal | None, level: str | None) -> Decimal | ClaimRefusal:
    """Return what the standard gives for the whole achievement, before sharing and caps."""
    if item.method is Method.levels:
        return _level_points(item, level)
    if quantity is None or quantity <= 0:
        return ClaimRefusal(ClaimErrorCode.quantity_missing, f"请填写数量（{item.unit}）")
    if item.method is Method.measured:
        if quantity > item.cap:
            return ClaimRefusal(ClaimErrorCode.above_cap, f"“{item.title}”最高{item.cap:f}分")
        return quantity
    return finest(item.points * quantity)


def _level_points(item: Item, level: str | None) -> Decimal | ClaimRefusal:
    chosen = next((each for each in item.levels if each.code == level), None)
    return chosen.points if chosen else ClaimRefusal(ClaimErrorCode.level_missing, f"请选择“{item.title}”的级别")


def share(whole: Decimal, item: Item, *, place: int, people: int) -> Decimal:
    """Return the part of `whole` due to the one in `place` (from 1) of `people` (`Item.sharing`); parts round down."""
    if item.sharing is Sharing.each_in_full or people == 1:
        return whole
    if item.sharing is Sharing.equal_parts:
        return part(whole / people)
    if place > len(item.share_weights):
        return Decimal(0)
    return part(whole * item.share_weights[place - 1])


def places_refusal(places: Sequence[int], people: int) -> ClaimRefusal | None:
    """Return why the order of a joint work's people does not add up."""
    if len(set(places)) != len(places):
        return ClaimRefusal(ClaimErrorCode.place_taken, "合作成果的署名次序有重复")
    if max(places) > people:
        return ClaimRefusal(ClaimErrorCode.place_beyond_people, "署名次序不能大于总人数")
    return None


def adjustment_refusal(*, proposed: Decimal, approved: Decimal, reason: str | None) -> ClaimRefusal | None:
    """Return why a reviewer's figure is refused: only downwards, above zero, and with a reason."""
    if approved > proposed:
        return ClaimRefusal(ClaimErrorCode.adjusted_upwards, "核定分值只能下调，不能高于申报分值")
    if approved <= 0:
        return ClaimRefusal(ClaimErrorCode.nothing_left, "核定分值应大于0；如不应计分，请选择“不通过”")
    if approved < proposed and not reason:
        return ClaimRefusal(CoreErrorCode.reason_missing, "下调分值请写明理由")
    return None
