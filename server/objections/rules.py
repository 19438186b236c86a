"""The course of an objection: its states, when it may be raised, who must stand back (year.md §5). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.error_codes import CoreErrorCode, ErrorCode
from server.objections.error_codes import ObjectionErrorCode

ADMISSION_DAYS = 2
ANSWER_DAYS = 5
EXTENSION_DAYS = 5
SECOND_DAYS = 10
SILENCE_DAYS = 5
CORRECTION_DAYS = 5
"""Working days for each step. An extension is granted once, with a reason that is told. year.md names no day for the
correction of what was upheld; it gets as many as an answer (ADR 0048)."""


class ObjectionSubject(StrEnum):
    """What may be doubted. `negative`: that a decision was registered; the decision itself has its own remedy."""

    entry = "entry"
    rejection = "rejection"
    month = "month"
    result = "result"
    star = "star"
    negative = "negative"


class ObjectionStatus(StrEnum):
    """`lapsed` was answered and nothing was said for five working days: 视为无异议."""

    submitted = "submitted"
    not_admitted = "not_admitted"
    investigating = "investigating"
    answered = "answered"
    accepted = "accepted"
    lapsed = "lapsed"
    second = "second"
    final = "final"
    withdrawn = "withdrawn"


class Instance(StrEnum):
    """Who looks into it: first the organization that decided, then the one above, whose word is final."""

    first = "first"
    second = "second"


class ObjectionAction(StrEnum):
    submit = "submit"
    refuse = "refuse"
    assign = "assign"
    extend = "extend"
    answer = "answer"
    accept = "accept"
    lapse = "lapse"
    escalate = "escalate"
    withdraw = "withdraw"
    correct = "correct"


class Due(StrEnum):
    """What has to happen by a day."""

    admission = "admission"
    answer = "answer"
    silence = "silence"
    second = "second"
    correction = "correction"


class ObjectionOutcome(StrEnum):
    dismissed = "dismissed"
    partly_upheld = "partly_upheld"
    upheld = "upheld"


class CorrectionKind(StrEnum):
    """At which source an upheld objection is put right."""

    claim = "claim"
    attendance = "attendance"
    dues = "dues"
    decision = "decision"
    negative = "negative"


class AttendanceRemedy(StrEnum):
    """What a member's attendance becomes; `leave`: theirs is granted."""

    present = "present"
    late = "late"
    leave = "leave"


class NotAdmitted(StrEnum):
    """Why an objection is not looked into."""

    not_ours = "not_ours"
    late = "late"
    repeated = "repeated"


class Letter(StrEnum):
    """What the member gets in writing: 受理通知, 不予受理告知, 答复书 of either instance."""

    admission = "admission"
    refusal = "refusal"
    answer = "answer"
    final = "final"


class DeliveryVia(StrEnum):
    app = "app"
    in_person = "in_person"


class ObjectionVia(StrEnum):
    """How an objection came in. Paper and a word said count the same as the phone."""

    app = "app"
    paper = "paper"
    oral = "oral"


STATUS_TITLES = {
    ObjectionStatus.submitted: "待受理",
    ObjectionStatus.not_admitted: "不予受理",
    ObjectionStatus.investigating: "核查中",
    ObjectionStatus.answered: "已答复，待本人确认",
    ObjectionStatus.accepted: "已办结",
    ObjectionStatus.lapsed: "已办结，逾期未提出，视为无异议",
    ObjectionStatus.second: "专项查核中",
    ObjectionStatus.final: "已作专项查核认定",
    ObjectionStatus.withdrawn: "已撤回",
}

VIA_TITLES = {ObjectionVia.app: "小程序", ObjectionVia.paper: "书面", ObjectionVia.oral: "口头"}

STEP_TITLES = {
    ObjectionAction.submit: "提出异议",
    ObjectionAction.refuse: "不予受理",
    ObjectionAction.assign: "受理，确定核查人",
    ObjectionAction.extend: "延长期限",
    ObjectionAction.answer: "答复",
    ObjectionAction.accept: "接受答复",
    ObjectionAction.lapse: "逾期未提出，视为无异议",
    ObjectionAction.escalate: "提请上级专项查核",
    ObjectionAction.withdraw: "撤回",
    ObjectionAction.correct: "在原处更正",
}

OUTCOME_TITLES = {
    ObjectionOutcome.dismissed: "不成立",
    ObjectionOutcome.partly_upheld: "部分成立",
    ObjectionOutcome.upheld: "成立",
}

REMEDY_TITLES = {
    AttendanceRemedy.present: "出席",
    AttendanceRemedy.late: "迟到",
    AttendanceRemedy.leave: "请假获准",
}

LETTER_TITLES = {
    Letter.admission: "积分异议受理通知",
    Letter.refusal: "积分异议不予受理告知书",
    Letter.answer: "关于积分异议的答复书",
    Letter.final: "关于积分异议专项查核的答复书",
}

DELIVERY_TITLES = {DeliveryVia.app: "小程序", DeliveryVia.in_person: "当面"}

TO_CORRECT_TITLE = "待更正"

NOT_ADMITTED_TITLES = {
    NotAdmitted.not_ours: "不属于本党组织处理",
    NotAdmitted.late: "已过异议期",
    NotAdmitted.repeated: "就同一件事已提出过",
}

OPEN = frozenset(
    {
        ObjectionStatus.submitted,
        ObjectionStatus.investigating,
        ObjectionStatus.answered,
        ObjectionStatus.second,
    }
)
"""The states in which a branch's year waits. An answer counts as open until it is accepted or five days have passed."""

_S, _A = ObjectionStatus, ObjectionAction
_NEXT = {
    (_S.submitted, _A.refuse): _S.not_admitted,
    (_S.submitted, _A.assign): _S.investigating,
    (_S.submitted, _A.withdraw): _S.withdrawn,
    (_S.investigating, _A.assign): _S.investigating,
    (_S.investigating, _A.extend): _S.investigating,
    (_S.investigating, _A.answer): _S.answered,
    (_S.investigating, _A.withdraw): _S.withdrawn,
    (_S.answered, _A.accept): _S.accepted,
    (_S.answered, _A.lapse): _S.lapsed,
    (_S.answered, _A.escalate): _S.second,
    (_S.lapsed, _A.escalate): _S.second,
    (_S.second, _A.assign): _S.second,
    (_S.second, _A.answer): _S.final,
    (_S.second, _A.withdraw): _S.accepted,
    **{(status, _A.correct): status for status in (_S.answered, _S.accepted, _S.lapsed, _S.final)},
}


def next_status(current: ObjectionStatus, action: ObjectionAction) -> ObjectionStatus | None:
    """Return the status after `action`, or None where it is not possible.

    Who takes a second investigation back accepts the first answer.
    """
    return _NEXT.get((current, action))


def is_open(status: ObjectionStatus) -> bool:
    """Whether something is still to come of it."""
    return status in OPEN


def raising_refusal(*, year: int, today: date, closes_on: date | None, reason: str | None) -> ErrorCode | None:
    """Return why an objection to a fact of a year is not taken today.

    In the running year it always is. Afterwards it is until `closes_on`, the branch's last day, that day included
    (None: the branch has not reported yet); later ones say why they come late.
    """
    if year >= today.year or closes_on is None or today <= closes_on:
        return None
    return None if reason else ObjectionErrorCode.late_without_reason


def answer_refusal(outcome: ObjectionOutcome, *, corrects: bool, why_none: str | None) -> ErrorCode | None:
    """Return why an answer is not complete: what is upheld leads to a correction, or says why to none."""
    if outcome is ObjectionOutcome.dismissed:
        return CoreErrorCode.wrong_status if corrects else None
    return None if corrects or why_none else ObjectionErrorCode.correction_missing


class Hand(StrEnum):
    """What somebody had to do with a matter, so that they do not look into it."""

    objects = "objects"
    concerned = "concerned"
    decided = "decided"
    reviewed = "reviewed"
    recorded = "recorded"
    answered = "answered"
    appointed = "appointed"


HAND_TITLES = {
    Hand.objects: "异议人本人",
    Hand.concerned: "所涉及的人",
    Hand.decided: "作出决定的人",
    Hand.reviewed: "审核过这件事",
    Hand.recorded: "登记过这件事",
    Hand.answered: "核查并答复过这件异议",
    Hand.appointed: "由有关人员新近授予任职或重置账号",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer who might look into a matter, and what keeps them from it."""

    account_id: int
    hand: Hand | None


def candidates(officers: Collection[int], hands: Mapping[int, Hand]) -> tuple[Candidate, ...]:
    """Return the officers of a place, those without a hand in the matter first, each once."""
    once = dict.fromkeys(officers)
    return tuple(sorted((Candidate(each, hands.get(each)) for each in once), key=lambda each: each.hand is not None))


def anyone_left(found: Collection[Candidate]) -> bool:
    """Whether somebody can look into it here; else it goes up by itself."""
    return any(each.hand is None for each in found)
