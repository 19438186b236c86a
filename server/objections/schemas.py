"""Objections on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.objections.rules import (
    DeliveryVia,
    Due,
    Hand,
    Instance,
    Letter,
    NotAdmitted,
    ObjectionAction,
    ObjectionOutcome,
    ObjectionStatus,
    ObjectionSubject,
    ObjectionVia,
)
from server.presentation import Id, PageQuery, PointsOut, TimeOut
from server.text import Line, Lines

Words = Annotated[Lines, Field(min_length=2, max_length=500)]
Finding = Annotated[Lines, Field(min_length=5, max_length=1_000)]
Reason = Annotated[Line, Field(min_length=2, max_length=200)]


class MatterPath(BaseModel):
    member_id: Id


class MatterQuery(BaseModel):
    subject_kind: ObjectionSubject
    subject_id: Id


class ObjectionPath(BaseModel):
    objection_id: Id


class ObjectionsQuery(PageQuery):
    """`open` left out means all."""

    open: bool | None = None


class ObjectionIn(Body):
    """For officers who write it down for a member: `via` says from paper or as it was said, `intake` when and how."""

    subject_kind: ObjectionSubject
    subject_id: Id
    words: Words
    wish: Reason | None = None
    via: ObjectionVia = ObjectionVia.app
    late_reason: Reason | None = None
    intake: Reason | None = None


class SeenIn(Body):
    version: Id


class SpeakIn(SeenIn):
    """`words`, for officers who write it down for a member: when they said it, and how."""

    words: Reason | None = None


class RefuseObjectionIn(SeenIn):
    why: NotAdmitted
    words: Reason


class AssignIn(SeenIn):
    """`words` says why it is somebody else, where one was named before."""

    investigator_id: Id
    words: Reason | None = None


class ExtendIn(SeenIn):
    words: Reason


class AnswerIn(SeenIn):
    finding: Finding
    outcome: ObjectionOutcome
    corrects: bool = False
    why_no_correction: Reason | None = None


class EscalateIn(SeenIn):
    words: Words


class ObjectionDetailOut(BaseModel):
    label: str
    text: str


class MatterOut(BaseModel):
    """What a form for an objection shows. `closes_on` None: the year is not reported yet, there is no last day.
    Admitted on the last day for it, it is answered by `answer_by`.

    `needs_reason`: it comes late, and says why. `open_id`: one of the same matter is being handled.
    """

    title: str
    year: int
    details: list[ObjectionDetailOut]
    organization: str
    closes_on: date | None
    needs_reason: bool
    open_id: int | None
    admission_by: date
    admission_counted: str
    answer_by: date
    answer_counted: str
    answer_days: int
    second_days: int


class MatterLineOut(BaseModel):
    """What a member may object to. `open_id`: their objection to it is being handled."""

    subject_kind: ObjectionSubject
    subject_id: int
    title: str
    year: int
    details: list[ObjectionDetailOut]
    open_id: int | None


class MattersOut(BaseModel):
    items: list[MatterLineOut]


class AdmissionOut(BaseModel):
    """What whoever admits an objection looks at. `on_time` False: it came after `closes_on`. `earlier_id`: the member's
    latest earlier objection to the same matter. Admitted today, it is answered by `answer_by`."""

    ours: bool
    closes_on: date | None
    on_time: bool
    earlier_id: int | None
    answer_by: date
    answer_counted: str


class ObjectionDueOut(BaseModel):
    kind: Due
    on: date
    counted: str
    overdue: bool


class ObjectionStepOut(BaseModel):
    """`counted` says how `due_on` was counted. `words` of an answer stand in its inquiry."""

    action: ObjectionAction
    title: str
    by: str | None
    at: TimeOut
    due_on: date | None
    counted: str | None
    words: str | None


class FollowedOut(BaseModel):
    """The entry that followed from an upheld objection."""

    seq: int
    title: str
    points: PointsOut
    posted_at: TimeOut


class LetterOut(BaseModel):
    """A letter that there is. `delivered_at` None: nothing says yet that the member has it; `words` are the officer's
    who handed it over."""

    letter: Letter
    title: str
    delivered_at: TimeOut | None
    via: DeliveryVia | None
    via_title: str | None
    words: str | None


class InquiryOut(BaseModel):
    """One instance. `correction` says what was done at the source, once it was; `followed_by` is the entry that came
    of it, for readers who are told, None where no points changed."""

    instance: Instance
    organization: str
    investigator: str | None
    outcome: ObjectionOutcome | None
    outcome_title: str | None
    finding: str | None
    corrects: bool
    why_no_correction: str | None
    answered_at: TimeOut | None
    correction: str | None
    corrected_at: TimeOut | None
    followed_by: FollowedOut | None


class CandidateOut(BaseModel):
    """An officer who might look into it, and how many they look into now; `hand` says why they stand back."""

    account_id: int
    name: str
    office: str
    in_work: int
    hand: Hand | None
    reason: str | None


class ObjectionOut(BaseModel):
    """An objection as far as the reader may know it.

    `told` False: the reader is concerned and learns the answer only; who objected in which words is not theirs to know.
    `actions` are what the reader may do now, `on_behalf` what they may write down for the member. `to_correct`: what
    was upheld is not put right yet (待更正); `correct` among the actions then leads to `/correction`.
    `path` leads to the matter in the API. `admission` is for whoever may admit it.
    """

    id: int
    title: str
    year: int
    subject_kind: ObjectionSubject
    subject_id: int
    organization_id: int
    organization: str
    status: ObjectionStatus
    status_title: str
    version: int
    to_correct: bool
    correction_due: ObjectionDueOut | None
    told: bool
    member_id: int | None
    name: str | None
    words: str | None
    wish: str | None
    via: ObjectionVia | None
    late_reason: str | None
    raised_at: TimeOut
    due: ObjectionDueOut | None
    details: list[ObjectionDetailOut]
    path: str | None
    admission: AdmissionOut | None
    inquiries: list[InquiryOut]
    steps: list[ObjectionStepOut]
    letters: list[LetterOut]
    candidates: list[CandidateOut]
    actions: list[ObjectionAction]
    on_behalf: list[ObjectionAction]


class ObjectionLineOut(BaseModel):
    id: int
    title: str
    year: int
    status: ObjectionStatus
    status_title: str
    to_correct: bool
    organization: str
    name: str | None
    raised_at: TimeOut
    due_on: date | None
    overdue: bool


class ObjectionsOut(BaseModel):
    items: list[ObjectionLineOut]
    next_cursor: str | None
