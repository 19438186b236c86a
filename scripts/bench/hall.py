"""A hall of people: a branch whose members all hold a phone, and meetings to which every one of them is invited."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.models import Account, Token, WechatIdentity
from server.meetings.check_in.codes import code_of, meeting_key, step_at
from server.meetings.check_in.tickets import Ticket, write_ticket
from server.meetings.models import Invitation, Meeting, Roster
from server.meetings.rules import MAKEUP_DAYS, SETTLES_AFTER, MeetingKind, MeetingStatus, Part, RosterStatus, Scope
from server.organizations import service as organizations
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage

SECRET = "the server and whoever plays its phones both know this secret"
ENVIRONMENT = {"XIANFENG_SECRET_KEY": SECRET}
"""The server's settings, so that the tickets written here count as its own."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A member and the bearer token on their phone."""

    member_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Room:
    """A meeting open for check-in."""

    meeting_id: int
    public_id: str

    def code(self, now: datetime) -> str:
        """Return the code that the screen shows now."""
        return code_of(meeting_key(SECRET.encode(), self.public_id), step_at(now))

    def ticket(self, seat: Seat, now: datetime, *, sharing: int = 1) -> str:
        """Return the ticket that one member's phone got for the code; `sharing` neighbours use the same one."""
        ticket_id = f"{self.meeting_id}-{seat.member_id // sharing}"
        return write_ticket(SECRET.encode(), Ticket(self.public_id, ticket_id, now))


@dataclass(frozen=True, slots=True)
class Hall:
    seats: Sequence[Seat]
    rooms: Sequence[Room]


def furnish(engine: Engine, *, seats: int, rooms: int, now: datetime) -> Hall:
    """Fill an empty database with `seats` members and `rooms` meetings; everybody is invited to each."""
    with Session(engine, expire_on_commit=False) as session:
        root = organizations.create_root(session, title="山海大学党委", now=now)
        branch = organizations.create_organization(
            session, parent_id=root.id, kind=OrganizationKind.branch, title="第一党支部", account_id=None, now=now
        )
        people = [Seat(number, f"token-{number:08}") for number in range(1, seats + 1)]
        _seat(session, branch, people, now)
        places = [_room(session, branch, number, now) for number in range(1, rooms + 1)]
        for room in places:
            _invite(session, room, branch, people)
        session.commit()
    return Hall(people, places)


def _seat(session: Session, branch: Organization, people: Sequence[Seat], now: datetime) -> None:
    """Add the members; each one's account, WeChat identity and token carry the member's id."""
    of_root = {"root_id": branch.root_id, "created_at": now}
    who = {"category": Category.staff, "stage": Stage.full, "updated_at": now}
    ids = [seat.member_id for seat in people]
    named = [{"id": number, "name": f"党员{number}"} for number in ids]
    session.execute(insert(Member), [{**of_root, **who, **each, "work_number": f"T{each['id']}"} for each in named])
    from_date = date(shanghai_date(now).year, 1, 1)
    belonging = {"organization_id": branch.id, "from_date": from_date}
    session.execute(insert(Membership), [{**belonging, "member_id": number} for number in ids])
    session.execute(insert(Account), [{**of_root, **each, "member_id": each["id"]} for each in named])
    phone = {"app_id": "hall", "created_at": now}
    session.execute(
        insert(WechatIdentity), [{**phone, "id": number, "openid": str(number), "account_id": number} for number in ids]
    )
    session.execute(insert(Token), [_token(seat, now) for seat in people])


def _token(seat: Seat, now: datetime) -> dict[str, object]:
    digest = hashlib.sha256(seat.token.encode()).hexdigest()
    lifetime = timedelta(days=1)
    return {"identity_id": seat.member_id, "token_hash": digest, "created_at": now, "expires_at": now + lifetime}


def _room(session: Session, branch: Organization, number: int, now: datetime) -> Room:
    starts_at, closes_at = now + timedelta(minutes=30), now + timedelta(hours=3)
    meeting = Meeting(
        public_id=f"hall{number:08}",
        root_id=branch.root_id,
        organization_id=branch.id,
        kind=MeetingKind.theme_day,
        title="6 月主题党日",
        topic="走进财税史馆",
        place="明德楼 305",
        agenda="参观校财税史馆",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=4),
        opens_at=now - timedelta(hours=1),
        late_after=closes_at,
        closes_at=closes_at,
        makeup_until=shanghai_date(now) + timedelta(days=MAKEUP_DAYS),
        items=[{"code": "B04", "quantity": "1"}],
        shows_names=True,
        status=MeetingStatus.planned,
        settles_at=closes_at + SETTLES_AFTER,
        minutes="",
        version=1,
        planned_by=1,
        created_at=now,
    )
    session.add(meeting)
    session.flush()
    return Room(meeting.id, meeting.public_id)


def _invite(session: Session, room: Room, branch: Organization, people: Sequence[Seat]) -> None:
    roster = Roster(
        meeting_id=room.meeting_id,
        organization_id=branch.id,
        scope=Scope.all,
        group_ids=[],
        status=RosterStatus.open,
    )
    session.add(roster)
    session.flush()
    invited = {"meeting_id": room.meeting_id, "roster_id": roster.id, "part": Part.invited, "chosen": False}
    session.execute(insert(Invitation), [{**invited, "member_id": seat.member_id} for seat in people])
