"""Planning on the wire. What an organizer leaves out follows the defaults of `rules`."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from server.identity.guard import Body
from server.meetings.leave.schemas import LeaveOut
from server.meetings.planning.changes import MeetingChange
from server.meetings.planning.rules import CountedItem, RepeatBy, RosterPlan, WindowWish
from server.meetings.planning.series import Repeat
from server.meetings.planning.service import Plan
from server.meetings.rules import (
    AttendanceStanding,
    HeldStatus,
    MeetingKind,
    MeetingPhase,
    MeetingStatus,
    Part,
    RosterStatus,
    Scope,
    Via,
)
from server.photos.schemas import PhotoOut
from server.presentation import Id, PageQuery, PointsOut, TimeOut
from server.standards.rules import LeaveKind
from server.text import Line, Lines

_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)

When = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2099, 12, 31, tzinfo=UTC))]
Day = Annotated[date, Field(ge=_FIRST, le=_LAST)]
MeetingTitle = Annotated[Line, Field(min_length=1, max_length=100)]
Topic = Annotated[Line, Field(max_length=200)]
Place = Annotated[Line, Field(min_length=1, max_length=100)]
Agenda = Annotated[Lines, Field(max_length=5_000)]
PlanVersion = Annotated[int, Field(ge=1, le=2**31 - 1)]


class MeetingPath(BaseModel):
    meeting_id: Id


class CountedIn(Body):
    """An item the meeting counts for. Without a quantity: its length for items in 学时, 1 for any other."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,15}$")]
    quantity: Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)] | None = None


class RosterIn(Body):
    """Who of an organization is invited: `group_ids` for the scope group, `member_ids` for chosen."""

    organization_id: Id
    scope: Scope = Scope.all
    group_ids: Annotated[list[Id], Field(max_length=50, default_factory=list)]
    member_ids: Annotated[list[Id], Field(max_length=500, default_factory=list)]

    def plan(self) -> RosterPlan:
        return RosterPlan(self.organization_id, self.scope, tuple(self.group_ids), tuple(self.member_ids))


class RepeatIn(Body):
    """Once a month until a day: on the same day of the month, or the same weekday counted from its first."""

    every: Literal["month"]
    by: RepeatBy
    until: Day


Items = Annotated[list[CountedIn], Field(max_length=10)]
Rosters = Annotated[list[RosterIn], Field(max_length=500)]
Observers = Annotated[list[Id], Field(max_length=200)]


class OutlineIn(Body):
    """A plan without its words: all that decides when it is, what it counts for and who is invited."""

    kind: MeetingKind
    starts_at: When
    ends_at: When
    opens_at: When | None = None
    late_after: When | None = None
    closes_at: When | None = None
    items: Items | None = None
    makeup_until: Day | None = None
    rosters: Rosters | None = None
    observers: Annotated[Observers, Field(default_factory=list)]
    repeat: RepeatIn | None = None

    def plan(self) -> Plan:
        return Plan(
            kind=self.kind,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            window=WindowWish(self.opens_at, self.late_after, self.closes_at),
            items=_items(self.items),
            makeup_until=self.makeup_until,
            rosters=_rosters(self.rosters),
            observers=tuple(self.observers),
            repeat=Repeat(self.repeat.by, self.repeat.until) if self.repeat else None,
        )


class PlanIn(OutlineIn):
    """Without a title each meeting is named by its month and kind, also in a series: 6 月主题党日."""

    title: MeetingTitle | None = None
    topic: Topic = ""
    place: Place
    agenda: Agenda = ""
    shows_names: bool = True

    def plan(self) -> Plan:
        return replace(
            super().plan(),
            title=self.title,
            topic=self.topic,
            place=self.place,
            agenda=self.agenda,
            shows_names=self.shows_names,
        )


class MeetingChangeIn(Body):
    """What is to be different; `following` changes the later ones of the series too, their times by the same delta."""

    version: PlanVersion
    following: bool = False
    kind: MeetingKind | None = None
    title: MeetingTitle | None = None
    topic: Topic | None = None
    place: Place | None = None
    agenda: Agenda | None = None
    starts_at: When | None = None
    ends_at: When | None = None
    opens_at: When | None = None
    late_after: When | None = None
    closes_at: When | None = None
    items: Items | None = None
    shows_names: bool | None = None
    makeup_until: Day | None = None
    rosters: Rosters | None = None
    observers: Observers | None = None

    def change(self) -> MeetingChange:
        words = self.model_dump(include={"title", "topic", "place", "agenda", "shows_names"}, exclude_none=True)
        return MeetingChange(
            words=words,
            kind=self.kind,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            window=WindowWish(self.opens_at, self.late_after, self.closes_at),
            items=_items(self.items),
            makeup_until=self.makeup_until,
            rosters=_rosters(self.rosters),
            observers=tuple(self.observers) if self.observers is not None else None,
        )


def _items(items: list[CountedIn] | None) -> tuple[CountedItem, ...] | None:
    return tuple(CountedItem(item.code, item.quantity) for item in items) if items is not None else None


def _rosters(rosters: list[RosterIn] | None) -> tuple[RosterPlan, ...] | None:
    return tuple(roster.plan() for roster in rosters) if rosters is not None else None


class CancelMeetingIn(Body):
    reason: Annotated[Lines, Field(min_length=2, max_length=200)]
    following: bool = False


class ExtendCheckInIn(Body):
    closes_at: When


class MinutesIn(Body):
    """The minutes and, in this order, the photos; the caller uploads new ones as their own beforehand."""

    text: Annotated[Lines, Field(max_length=20_000)]
    photo_ids: Annotated[list[Id], Field(max_length=9, default_factory=list)]


class MeetingsQuery(PageQuery):
    """Days are of Shanghai, both inclusive."""

    from_day: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    kind: MeetingKind | None = None
    phase: MeetingPhase | None = None


class ListedMeetingOut(BaseModel):
    """What every list says of a meeting."""

    id: int
    kind: MeetingKind
    kind_title: str
    title: str
    place: str
    starts_at: TimeOut
    ends_at: TimeOut
    phase: MeetingPhase
    phase_title: str
    organization_id: int
    organization_title: str
    roster_id: int | None


class MeetingLineOut(ListedMeetingOut):
    """A meeting in an organization's list; `roster_id` is that organization's own list, if it takes part."""

    series_id: int | None


class CountedItemOut(BaseModel):
    """`title` is None where the standard of the meeting's year has no such item."""

    code: str
    title: str | None
    quantity: str
    unit: str | None


class RosterOfMeetingOut(BaseModel):
    """An organization's part in figures. `on_leave`: leave granted and not come."""

    id: int
    organization_id: int
    organization_title: str
    scope: Scope
    group_ids: list[int]
    status: RosterStatus
    invited: int
    present: int
    late: int
    made_up: int
    on_leave: int
    observers: int


class OfferedItemOut(BaseModel):
    """An item of the standard that a meeting can count for."""

    code: str
    title: str
    unit: str


class ExpectedOut(BaseModel):
    """How many an organization's list would hold."""

    organization_id: int
    organization_title: str
    scope: Scope
    invited: int
    observers: int


class PreviewOut(BaseModel):
    """What a plan comes to. `offered`: what its meetings can count for; `items`: what they would."""

    days: list[date]
    opens_at: TimeOut
    late_after: TimeOut
    closes_at: TimeOut
    makeup_until: date
    offered: list[OfferedItemOut]
    items: list[CountedItemOut]
    expected: list[ExpectedOut]


class SeriesMeetingOut(BaseModel):
    id: int
    starts_at: TimeOut
    phase: MeetingPhase


class MeetingOut(BaseModel):
    """The host's view of a meeting. `series` are all meetings of a recurring one, itself included."""

    id: int
    version: int
    kind: MeetingKind
    kind_title: str
    title: str
    topic: str
    place: str
    agenda: str
    organization_id: int
    organization_title: str
    starts_at: TimeOut
    ends_at: TimeOut
    opens_at: TimeOut
    late_after: TimeOut
    closes_at: TimeOut
    settles_at: TimeOut
    settled_at: TimeOut | None
    makeup_until: date
    items: list[CountedItemOut]
    shows_names: bool
    status: MeetingStatus
    phase: MeetingPhase
    phase_title: str
    cancelled_reason: str | None
    planned_by: str
    rosters: list[RosterOfMeetingOut]
    minutes: str
    photos: list[PhotoOut]
    series_id: int | None
    series: list[SeriesMeetingOut]


class OwnMeetingLineOut(ListedMeetingOut):
    """A meeting as one member sees it; `part`, `roster_id` and `standing` are None if they are not invited."""

    part: Part | None
    standing: AttendanceStanding | None
    standing_title: str | None


class CostOut(BaseModel):
    """What the meeting means for the member's points, in words; `absence` is what staying away costs, if a figure."""

    item_code: str
    item_title: str
    text: str
    absence: PointsOut | None


class LeaveRuleOut(BaseModel):
    """A kind of leave, and whether it has to be made up for."""

    kind: LeaveKind
    title: str
    needs_makeup: bool


class OwnHeldOut(BaseModel):
    """A check-in that the host has to confirm, or has decided; `reason`: why it was not confirmed."""

    status: HeldStatus
    words: str
    advice: str
    reason: str | None
    scanned_at: TimeOut


class OwnMeetingOut(OwnMeetingLineOut):
    """A meeting with the member's own part; `leave_until` is the last day on which leave may still be asked for."""

    topic: str
    agenda: str
    opens_at: TimeOut
    late_after: TimeOut
    closes_at: TimeOut
    cancelled_reason: str | None
    scanned_at: TimeOut | None
    via: Via | None
    held: OwnHeldOut | None
    leave: LeaveOut | None
    costs: list[CostOut]
    leave_rules: list[LeaveRuleOut]
    leave_until: date
    makeup_until: date
    minutes: str
    photos: list[PhotoOut]
