"""Pushes on the wire: the inbox, what a person chose, what they agreed to, and who was not reached."""

from datetime import time
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer, PlainValidator

from server.identity.guard import Body
from server.presentation import Id, PageQuery, TimeOut
from server.pushes.moments import Moment
from server.pushes.rules import Occasion, PushStatus
from server.text import Opaque

MOST_TEMPLATES = 5
"""As many as the newest WeChat can ask for in one tap; older ones ask for three."""


def _minute(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or len(value) != 5:
        raise ValueError("should read HH:MM")
    return time.fromisoformat(value)


Minute = Annotated[
    time,
    PlainValidator(_minute, json_schema_input_type=Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
    Field(description="北京时间，如 22:00"),
]


class PushPath(BaseModel):
    push_id: Id


class MessagesQuery(PageQuery):
    unread_only: bool = False


class MessageLineOut(BaseModel):
    label: str
    text: str


class MessageOut(BaseModel):
    """A message in the inbox; `outcome` says in words whether it also came over WeChat, `page` is where a tap leads."""

    id: int
    occasion: Occasion
    occasion_title: str
    title: str
    lines: list[MessageLineOut]
    page: str
    at: TimeOut
    read_at: TimeOut | None
    status: PushStatus
    outcome: str


class UnreadOut(BaseModel):
    unread: int


class PushPreferencesIn(Body):
    """Equal ends mean no quiet hours."""

    quiet_from: Minute
    quiet_until: Minute
    hides_figures: bool
    muted: Annotated[list[Occasion], Field(max_length=len(Occasion), description="只留在站内、不经微信发送的事项")]


class OccasionChoiceOut(BaseModel):
    occasion: Occasion
    title: str
    muted: bool


class OccasionGroupOut(BaseModel):
    title: str
    occasions: list[OccasionChoiceOut]


class PushPreferencesOut(BaseModel):
    quiet_from: Minute
    quiet_until: Minute
    hides_figures: bool
    groups: list[OccasionGroupOut]


class SubscriptionsQuery(BaseModel):
    """`at_most`: how many the phone can ask for in one tap."""

    moment: Moment | None = None
    at_most: Annotated[int, Field(ge=1, le=MOST_TEMPLATES)] = 3


class SubscriptionOut(BaseModel):
    """A template with the id that `wx.requestSubscribeMessage` takes, its occasions, and how many are left."""

    template: str
    template_id: str
    occasions: list[str]
    balance: int


class SubscriptionsOut(BaseModel):
    """`ask`: the ids of the templates to ask for at this moment, lowest balance first."""

    items: list[SubscriptionOut]
    ask: list[str]


class SubscriptionAnswerIn(Body):
    template_id: Annotated[Opaque, Field(min_length=1, max_length=64)]
    accepted: Annotated[bool, Field(description="微信回答 accept 为 true，reject、ban、filter 为 false")]


class SubscriptionAnswersIn(Body):
    """What a person answered when asked; an Idempotency-Key keeps a repeated request from counting twice."""

    answers: Annotated[list[SubscriptionAnswerIn], Field(min_length=1, max_length=MOST_TEMPLATES)]


class UnreachedQuery(PageQuery):
    """`with_settled`: include what was told in person or has been read in the app since."""

    with_settled: bool = False


class UnreachedOut(BaseModel):
    """Who was not reached and why; of the message only what it was about."""

    push_id: int
    member_id: int | None
    name: str
    organization_title: str
    occasion_title: str
    status: PushStatus
    reason: str
    since: TimeOut
    read_at: TimeOut | None
    told_by: str | None
    told_at: TimeOut | None


class UnreachedPlaceOut(BaseModel):
    """`unreachable` and `unknown` count those who still wait to be told."""

    organization_id: int
    organization_title: str
    unreachable: int
    unknown: int
    settled: int


class UnreachedCountsOut(BaseModel):
    unreachable: int
    unknown: int
    settled: int
    places: list[UnreachedPlaceOut]
