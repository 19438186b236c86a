"""Claims on the wire."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from server.claims.contents import Contents, Participant
from server.claims.models import EventKind, OpinionKind
from server.claims.rules import ClaimStatus
from server.identity.guard import Body
from server.photos.rules import MAX_PER_CLAIM, MatchKind
from server.photos.schemas import PhotoOut
from server.points.models import SourceKind
from server.presentation import Id, PageQuery, PointsOut, TimeOut
from server.standards.rules import Method
from server.text import Line, Lines, Opaque

MAX_PEOPLE = 20

Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="所见申报的版本，见申报详情")]
Reason = Annotated[Lines, Field(min_length=2, max_length=500)]
Place = Annotated[int, Field(ge=1, le=MAX_PEOPLE)]


class ClaimPath(BaseModel):
    claim_id: Id


class ClaimsQuery(PageQuery):
    status: ClaimStatus | None = None
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None
    item_code: Annotated[Opaque, Field(min_length=1, max_length=16)] | None = None


class ItemsQuery(BaseModel):
    year: Annotated[int, Field(ge=2000, le=2100)]


class ParticipantIn(Body):
    member_id: Id
    place: Place


class ClaimIn(Body):
    """What a claim says. A draft may leave anything open; `place` of `people` is the claimant's in a joint work."""

    title: Annotated[Line, Field(max_length=100)] = ""
    description: Annotated[Lines, Field(max_length=2000)] = ""
    item_code: Annotated[Opaque, Field(min_length=1, max_length=16)] | None = None
    quantity: Annotated[Decimal, Field(gt=0, le=1000, max_digits=6, decimal_places=2)] | None = None
    level: Annotated[Opaque, Field(min_length=1, max_length=16)] | None = None
    achievement: Annotated[Line, Field(min_length=1, max_length=64)] | None = None
    occurred_on: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))] | None = None
    place: Place = 1
    people: Place = 1
    participants: Annotated[list[ParticipantIn], Field(default_factory=list, max_length=MAX_PEOPLE - 1)]
    photo_ids: Annotated[list[Id], Field(default_factory=list, max_length=MAX_PER_CLAIM)]

    def contents(self) -> Contents:
        return Contents(
            title=self.title,
            description=self.description,
            item_code=self.item_code,
            quantity=self.quantity,
            level=self.level,
            achievement=self.achievement,
            occurred_on=self.occurred_on,
            place=self.place,
            people=self.people,
            participants=tuple(Participant(each.member_id, each.place) for each in self.participants),
            photo_ids=tuple(self.photo_ids),
        )


class NewClaimIn(ClaimIn):
    submit: bool = Field(default=False, description="创建后立即提交")


class ClaimForIn(NewClaimIn):
    reason: Annotated[Lines, Field(min_length=2, max_length=200, description="代为填报的原因")]


class EditClaimIn(ClaimIn):
    version: Version
    submit: bool = Field(default=False, description="修改后立即（再次）提交")


class VersionIn(Body):
    version: Version


class WithdrawIn(VersionIn):
    words: Annotated[Lines, Field(max_length=500)] | None = None


class ReviewDecisionIn(VersionIn):
    """Returning, rejecting or revoking says why."""

    reason: Reason


class ApproveIn(VersionIn):
    """`points` adjusts the whole work downwards, with a `reason`; `distinct_reason` says why attendance of the
    same line and day was another activity."""

    points: Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=4)] | None = None
    reason: Reason | None = None
    distinct_reason: Reason | None = None


class OpinionIn(Body):
    words: Annotated[Lines, Field(min_length=1, max_length=1000)]


class ParticipantOut(BaseModel):
    """Someone the claim pays, the claimant included; `points` is their part, None while a draft."""

    member_id: int
    name: str
    place: int
    points: PointsOut | None


class EventOut(BaseModel):
    kind: EventKind
    at: TimeOut
    actor: str
    version: int
    words: str | None
    points_before: PointsOut | None
    points_after: PointsOut | None


class OpinionOut(BaseModel):
    id: int
    kind: OpinionKind
    author: str
    at: TimeOut
    words: str


class ClaimLineOut(BaseModel):
    """A claim in a list."""

    id: int
    member_id: int
    member_name: str
    title: str
    item_code: str | None
    item_title: str | None
    occurred_on: date | None
    status: ClaimStatus
    status_title: str
    version: int
    proposed_points: PointsOut | None
    approved_points: PointsOut | None
    on_behalf: bool
    submitted_at: TimeOut | None


class ClaimOut(ClaimLineOut):
    """A claim with everything that happened to it. `proposed_points` and `approved_points` are the whole work's."""

    organization_id: int
    organization_title: str
    clause: str | None
    quantity: str | None
    level: str | None
    level_title: str | None
    achievement: str | None
    description: str
    people: int
    participants: list[ParticipantOut]
    entered_by: str
    on_behalf_reason: str | None
    created_at: TimeOut
    decided_by: str | None
    decided_at: TimeOut | None
    photos: list[PhotoOut]
    timeline: list[EventOut]
    opinions: list[OpinionOut]


class CountedOut(BaseModel):
    """What may be the same activity; `same` cannot be approved again, attendance only with a `distinct_reason`."""

    kind: SourceKind
    source_id: int
    member_id: int
    member_name: str
    title: str
    occurred_on: date
    status: ClaimStatus | None
    same: bool


class MatchOut(BaseModel):
    """A photo of the claim that is like another; `uploaded_at` is when that other came."""

    photo_id: int
    other_photo_id: int
    other_claim_id: int
    other_member_id: int
    other_member_name: str
    uploaded_at: TimeOut
    kind: MatchKind
    earlier: bool


class FillOut(BaseModel):
    """How full the claim's line is this year: what the member has there, of what it can give."""

    points: PointsOut
    cap: PointsOut


class ReviewOut(BaseModel):
    """A claim opened for review, with what a reviewer should see. `room` is what its item still takes this year: what
    its line or its section still takes, whichever is less."""

    claim: ClaimOut
    photo_matches: list[MatchOut]
    already_counted: list[CountedOut]
    room: PointsOut | None
    line: FillOut | None
    history: list[ClaimLineOut]


class DecidedOut(BaseModel):
    """A decided claim and the next one that waits for the same reviewer."""

    claim: ClaimOut
    next_claim_id: int | None


class FellowsQuery(BaseModel):
    """`on`: the day of the joint work."""

    on: date


class FellowOut(BaseModel):
    member_id: int
    name: str


class FellowsOut(BaseModel):
    items: list[FellowOut]


class WaitingClaimOut(BaseModel):
    """A claim under verification as 群众代表 see it: what is said to have been done, by whom and when."""

    id: int
    member_name: str
    title: str
    description: str
    item_title: str | None
    occurred_on: date | None
    opinions: list[OpinionOut]


class LevelOut(BaseModel):
    code: str
    title: str
    points: PointsOut


class ClaimableItemOut(BaseModel):
    """An item the member can claim; `room` is what it still takes this year."""

    code: str
    title: str
    clause: str
    method: Method
    points: PointsOut
    unit: str
    levels: list[LevelOut]
    evidence_note: str
    room: PointsOut


class ClaimableItemsOut(BaseModel):
    items: list[ClaimableItemOut]
    claim_until: date
