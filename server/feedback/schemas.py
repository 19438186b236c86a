"""Feedbacks on the wire, and what a form may hold."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.feedback.rules import (
    MAX_WORDS,
    FeedbackAction,
    FeedbackDue,
    FeedbackKind,
    FeedbackOutcome,
    FeedbackRefusal,
    FeedbackStatus,
)
from server.identity.guard import Body
from server.objections.rules import Hand
from server.presentation import Id, PageQuery, TimeOut
from server.publicity.schemas import TelephoneOut
from server.text import Line, Lines

ReportWords = Annotated[Lines, Field(min_length=5, max_length=MAX_WORDS)]
FeedbackReason = Annotated[Line, Field(min_length=2, max_length=200)]
FeedbackFinding = Annotated[Lines, Field(min_length=5, max_length=1_000)]


class FeedbackPath(BaseModel):
    feedback_id: Id


class FeedbackFormQuery(BaseModel):
    """`publicity_id`: the list on show that it is about."""

    publicity_id: Id | None = None


class FeedbacksQuery(PageQuery):
    """Open ones are shown all at once, floods folded; the others page by page."""

    open: bool = True


class FeedbackIn(Body):
    """`form` is the form's own random text: 32 hex digits. Without a name it is anonymous."""

    form: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    kind: FeedbackKind
    words: ReportWords
    about_name: Annotated[Line, Field(min_length=1, max_length=64)] | None = None
    about_officer: bool = False
    name: Annotated[Line, Field(min_length=1, max_length=32)] | None = None
    contact: Annotated[Line, Field(min_length=1, max_length=64)] | None = None
    publicity_id: Id | None = None


class QueryCodeIn(Body):
    code: Annotated[Line, Field(min_length=1, max_length=40)]


class FeedbackSeenIn(Body):
    version: Id


class RefuseFeedbackIn(FeedbackSeenIn):
    """`alike`: also those that wait at the same place with the same words."""

    why: FeedbackRefusal
    words: FeedbackReason
    alike: bool = False


class AssignFeedbackIn(FeedbackSeenIn):
    """`words` says why it is somebody else, where one was named before."""

    investigator_id: Id
    words: FeedbackReason | None = None


class ExtendFeedbackIn(FeedbackSeenIn):
    words: FeedbackReason


class AnswerFeedbackIn(FeedbackSeenIn):
    """`finding` stays with the officers, `reply` is read by whoever has the code."""

    outcome: FeedbackOutcome
    finding: FeedbackFinding
    reply: FeedbackFinding


class FeedbackTermOut(BaseModel):
    """A last day, and how it is counted."""

    on: date
    counted: str


class FeedbackFormOut(BaseModel):
    """What the form shows. `title` is that of a list on show, `above` handles what is about an officer."""

    organization: str
    above: str | None
    title: str | None
    last_day: date | None
    admission: FeedbackTermOut
    answer: FeedbackTermOut
    telephones: list[TelephoneOut]


class ReceiptOut(BaseModel):
    """`code` is shown this once; whoever has it sees how far it has come. `named`: name and contact are sealed."""

    code: str
    received_at: TimeOut
    handled_by: str
    named: bool
    answer: FeedbackTermOut


class ProgressStepOut(BaseModel):
    title: str
    at: TimeOut
    words: str | None


class ProgressOut(BaseModel):
    """How far it has come, for whoever has the code. `due` is the last day for what comes next."""

    kind_title: str | None
    status: FeedbackStatus
    status_title: str
    handled_by: str
    received_at: TimeOut
    due: date | None
    outcome_title: str | None
    reply: str | None
    steps: list[ProgressStepOut]


class FeedbackDueOut(BaseModel):
    kind: FeedbackDue
    on: date
    counted: str
    overdue: bool


class FeedbackLineOut(BaseModel):
    """One in a list; `count` of them where more are folded into it, `alike` if these have the same words."""

    id: int
    kind_title: str | None
    status: FeedbackStatus
    status_title: str
    about: str
    beginning: str | None
    named: bool
    received_at: TimeOut
    due_on: date | None
    overdue: bool
    count: int
    alike: bool


class FeedbackStepOut(BaseModel):
    action: FeedbackAction
    title: str
    by: str | None
    at: TimeOut
    due_on: date | None
    words: str | None


class FeedbackCandidateOut(BaseModel):
    """An officer who might look into it; `reason` says why they stand back."""

    account_id: int
    name: str
    hand: Hand | None
    reason: str | None


class FeedbackOut(BaseModel):
    """A feedback for those who handle it; who reported is not part of it. `photos` are `data:` addresses.

    `sealed`: a name is there, for whoever looks into it. `alike` counts what else waits with the same words.
    """

    id: int
    kind: FeedbackKind | None
    kind_title: str | None
    about: str
    about_name: str | None
    about_officer: bool
    publicity: str | None
    words: str | None
    photos: list[str]
    sealed: bool
    identity_gone: bool
    handled_by: str
    status: FeedbackStatus
    status_title: str
    version: int
    received_at: TimeOut
    due: FeedbackDueOut | None
    investigator: str | None
    refusal: FeedbackRefusal | None
    outcome: FeedbackOutcome | None
    outcome_title: str | None
    finding: str | None
    reply: str | None
    steps: list[FeedbackStepOut]
    candidates: list[FeedbackCandidateOut]
    actions: list[FeedbackAction]
    alike: int


class FeedbackIdentityOut(BaseModel):
    name: str | None
    contact: str | None


class EnteredObjectionOut(BaseModel):
    objection_id: int


class HandoverFileOut(BaseModel):
    """The paper for the 纪委: an encrypted PDF in base64, and its password, which is shown this once."""

    name: str
    file: str
    password: str
