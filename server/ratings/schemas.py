"""Stars on the wire: a branch's desk, what it proposes, one's own, and branches compared."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

from server.annual.steps.schemas import PublicityIn
from server.identity.guard import Body
from server.identity.schemas import PlaceOut
from server.organizations.schemas import Words
from server.presentation import Id, PointsOut, TimeOut
from server.ratings.appraisals.schemas import ShortReason
from server.ratings.methods.rules import Stars
from server.ratings.proposals.rules import LowerGround, ProposalStatus
from server.ratings.rules import Apart, StarReason, UnratedGround
from server.years.rules import YearState


class StarAction(StrEnum):
    """What the caller may do now with a branch's stars; the routes are called alike."""

    dry_run = "dry_run"
    proposal = "proposal"
    approve = "approve"
    send_back = "send_back"
    publicity = "publicity"
    publicity_approve = "publicity_approve"
    publicity_withdraw = "publicity_withdraw"
    file = "file"
    supersede = "supersede"


class StarsTakeIn(Body):
    """Nothing to say: the step is that of the path."""


class StarDecisionIn(Body):
    """Other stars than in the dry run, or those it left open; the member reads the reason."""

    member_id: Id
    stars: Stars
    reason: ShortReason
    ground: LowerGround | None = None


class StarProposalIn(Body):
    """`meeting_id` is the members' meeting that discussed it, `resolution_id` its vote if there was one; `recused` are
    the committee members who left while their own stars were discussed."""

    dry_run_id: Id
    meeting_id: Id
    resolution_id: Id | None = None
    decisions: Annotated[list[StarDecisionIn], Field(max_length=1_000, default_factory=list)]
    recused: Annotated[list[Id], Field(max_length=100, default_factory=list)]
    excess_reason: ShortReason | None = None


class ApproveStarsIn(Body):
    """`approves_excess` is said explicitly where the proposal asks for one."""

    proposal_id: Id
    approves_excess: bool = False
    words: Words | None = None


class SendStarsBackIn(Body):
    proposal_id: Id
    words: Words


class SupersedeStarsIn(Body):
    """`objection_id`: the upheld objection that it follows. Who is in no decision keeps their stars, or gets what their
    corrected points give."""

    decisions: Annotated[list[StarDecisionIn], Field(max_length=1_000, default_factory=list)]
    objection_id: Id | None = None
    reason: ShortReason


class StarPublicityIn(PublicityIn):
    """As for points: what is shown are the stars that hold."""


class StarGradeOut(BaseModel):
    """`count`: how many have it by the dry run; `words` the band: 80分（含）至90分（不含）."""

    stars: int
    title: str
    words: str
    count: int


class StarCeilingOut(BaseModel):
    """`words` have the exact figure; `places` are what is left for this branch, of a pool after what others took."""

    stars: int
    base: int
    places: int
    pooled: bool
    words: str


class StarFrameOut(BaseModel):
    """Members with equal points, more than `places`: people decide."""

    stars: int
    places: int
    total: PointsOut
    member_ids: list[int]


class TriedMemberOut(BaseModel):
    """`stars` null: apart, or open for people. `most` is the highest that may be decided. `history` are the stars of
    the last three years, the latest first. `committee`: they leave the room while their own stars are discussed."""

    member_id: int
    name: str
    total: PointsOut | None
    apart: Apart | None
    stars: int | None
    most: int | None
    open: bool
    reasons: list[StarReason]
    explanation: list[str]
    appraisal: str | None
    may_be_unrated: UnratedGround | None
    history: list[int | None]
    committee: bool


class DryRunOut(BaseModel):
    """A dry run, explained. `changes` say what is no longer so since it was drawn: then it is to be drawn again.

    `rated` + `exempt` + `unrated` + `negative` = `members`.
    """

    id: int
    drawn_at: TimeOut
    inputs_hash: str
    changes: list[str]
    members: int
    rated: int
    exempt: int
    unrated: int
    negative: int
    grades: list[StarGradeOut]
    ceilings: list[StarCeilingOut]
    frames: list[StarFrameOut]
    rows: list[TriedMemberOut]


class FreedPlacesOut(BaseModel):
    """Free places of a grade and who would be next by points: an offer to people."""

    stars: int
    places: int
    next_ids: list[int]


class StarDecisionOut(BaseModel):
    member_id: int
    stars: int
    reason: str
    ground: LowerGround | None


class StarProposalOut(BaseModel):
    """`excess` above the ceiling are asked for. `decided_words` are those of the level above."""

    id: int
    status: ProposalStatus
    dry_run_id: int
    meeting_id: int
    resolution_id: int | None
    decisions: list[StarDecisionOut]
    recused: list[int]
    excess: int
    excess_reason: str | None
    proposed_by: str
    proposed_at: TimeOut
    decided_by: str | None
    decided_at: TimeOut | None
    decided_words: str | None
    freed: list[FreedPlacesOut]


class RatingOut(BaseModel):
    member_id: int
    name: str
    apart: Apart | None
    stars: int | None
    title: str | None
    reason: str | None


class RatingEditionOut(BaseModel):
    """The stars that hold. `outdated`: members whose results have changed since; `offers` are free places."""

    id: int
    edition: int
    supersedes_id: int | None
    reason: str | None
    drawn_at: TimeOut
    hash: str
    publicity_id: int | None
    filing_id: int | None
    outdated: list[int]
    offers: list[FreedPlacesOut]
    ratings: list[RatingOut]


class StarDeskOut(BaseModel):
    """Everything about a branch's stars of a year. `state` is how far the track of the stars has come."""

    organization: PlaceOut
    year: int
    state: YearState
    rates: bool
    method_id: int | None
    method_title: str | None
    dry_run: DryRunOut | None
    proposal: StarProposalOut | None
    edition: RatingEditionOut | None
    actions: list[StarAction]


class BranchStarsOut(BaseModel):
    """How many have each number of stars, by points alone (`before`) and as proposed or agreed to (`after`)."""

    organization: PlaceOut
    state: YearState
    members: int
    before: dict[str, int]
    after: dict[str, int]
    excess: int
    committee_highest: int


class StarsComparedOut(BaseModel):
    items: list[BranchStarsOut]


class OwnStarOut(BaseModel):
    """One's own stars of a year, once they are on show. `edition_id` is what an objection names; `explanation` says why
    in sentences, `reason` is that of people, where they decided beside the points."""

    year: int
    organization_id: int
    branch: str
    edition_id: int
    stars: int
    title: str
    total: PointsOut | None
    explanation: list[str]
    reason: str | None
    publicized_until: date | None
    filed: bool


class OwnStarsOut(BaseModel):
    items: list[OwnStarOut]
