"""The course of a feedback: its kinds and states, and how a flood is folded (year.md §5). Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

ADMISSION_DAYS = 2
ANSWER_DAYS = 5
EXTENSION_DAYS = 5
"""Working days for each step. An extension is granted once, with a reason that is told."""

MAX_PHOTOS = 3
MAX_WORDS = 500
ALIKE = 3
"""So many with the same words are shown as one."""

FROM_ONE_NETWORK = 5
"""So many in a day from one network, without signing in, are shown as one."""

CODE_LENGTH = 8
CODE_GROUP = 4


class FeedbackKind(StrEnum):
    praise = "praise"
    problem = "problem"
    publicity_error = "publicity_error"


class FeedbackVia(StrEnum):
    """How it came in: by the form behind the QR, or in the app. Neither says who."""

    page = "page"
    app = "app"


class FeedbackStatus(StrEnum):
    """`objection`: it goes on as an objection. `handed_over`: to the 纪委, and nothing of it is left here."""

    submitted = "submitted"
    not_admitted = "not_admitted"
    investigating = "investigating"
    answered = "answered"
    objection = "objection"
    handed_over = "handed_over"


class FeedbackAction(StrEnum):
    submit = "submit"
    refuse = "refuse"
    assign = "assign"
    extend = "extend"
    answer = "answer"
    enter_objection = "enter_objection"
    hand_over = "hand_over"


class FeedbackDue(StrEnum):
    """What has to happen by a day."""

    admission = "admission"
    answer = "answer"


class FeedbackOutcome(StrEnum):
    """What an inquiry into it found."""

    founded = "founded"
    partly_founded = "partly_founded"
    unfounded = "unfounded"
    unverifiable = "unverifiable"


class FeedbackRefusal(StrEnum):
    """Why a feedback is not looked into."""

    not_ours = "not_ours"
    repeated = "repeated"
    too_vague = "too_vague"


KIND_TITLES = {
    FeedbackKind.praise: "表扬",
    FeedbackKind.problem: "反映问题",
    FeedbackKind.publicity_error: "公示有误",
}

STATUS_TITLES = {
    FeedbackStatus.submitted: "待受理",
    FeedbackStatus.not_admitted: "不予受理",
    FeedbackStatus.investigating: "核实中",
    FeedbackStatus.answered: "已答复",
    FeedbackStatus.objection: "已转为异议办理",
    FeedbackStatus.handed_over: "已移交学校纪委",
}

STEP_TITLES = {
    FeedbackAction.submit: "收到",
    FeedbackAction.refuse: "不予受理",
    FeedbackAction.assign: "受理，确定核实人",
    FeedbackAction.extend: "延长期限",
    FeedbackAction.answer: "答复",
    FeedbackAction.enter_objection: "转为异议办理",
    FeedbackAction.hand_over: "移交学校纪委",
}

OUTCOME_TITLES = {
    FeedbackOutcome.founded: "属实",
    FeedbackOutcome.partly_founded: "部分属实",
    FeedbackOutcome.unfounded: "不属实",
    FeedbackOutcome.unverifiable: "无法核实",
}

REFUSAL_TITLES = {
    FeedbackRefusal.not_ours: "不属于本党组织处理",
    FeedbackRefusal.repeated: "同一情况已在办理",
    FeedbackRefusal.too_vague: "内容不具体，无法核实",
}

OPEN = frozenset({FeedbackStatus.submitted, FeedbackStatus.investigating})

_S, _A = FeedbackStatus, FeedbackAction
_NEXT = {
    (_S.submitted, _A.refuse): _S.not_admitted,
    (_S.submitted, _A.assign): _S.investigating,
    (_S.investigating, _A.assign): _S.investigating,
    (_S.investigating, _A.extend): _S.investigating,
    (_S.investigating, _A.answer): _S.answered,
    (_S.investigating, _A.enter_objection): _S.objection,
    (_S.investigating, _A.hand_over): _S.handed_over,
}


def next_status(current: FeedbackStatus, action: FeedbackAction) -> FeedbackStatus | None:
    """Return the status after `action`, or None where it is not possible."""
    return _NEXT.get((current, action))


def is_open(status: FeedbackStatus) -> bool:
    """Whether something is still to come of it."""
    return status in OPEN


def grouped(code: str) -> str:
    """Return a query code as people read it: 7K3M 9P2Q."""
    return " ".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP))


@dataclass(frozen=True, slots=True)
class FeedbackArrival:
    """What folding looks at: `words_key` is the same for the same words; `sender` for one network on one day, None for
    whoever was signed in."""

    id: int
    words_key: str
    sender: str | None


def folds(arrivals: Sequence[FeedbackArrival]) -> tuple[tuple[int, ...], ...]:
    """Return the ids in the order in which an officer should look: each by itself, then the floods as one each.

    A flood is `ALIKE` or more with the same words, or `FROM_ONE_NETWORK` or more of one network and day. Whoever was
    signed in is only ever folded by their words. The order within is that of `arrivals`.
    """
    alike = Counter(each.words_key for each in arrivals)
    apart = [each for each in arrivals if alike[each.words_key] < ALIKE]
    nearby = Counter(each.sender for each in apart if each.sender is not None)
    groups: dict[str, list[int]] = {}
    for each in arrivals:
        if alike[each.words_key] >= ALIKE:
            key = f"words {each.words_key}"
        elif each.sender is not None and nearby[each.sender] >= FROM_ONE_NETWORK:
            key = f"network {each.sender}"
        else:
            key = f"one {each.id}"
        groups.setdefault(key, []).append(each.id)
    return tuple(sorted((tuple(ids) for ids in groups.values()), key=lambda ids: len(ids) > 1))
