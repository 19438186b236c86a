"""Whose check-in a scan is: the caller's own, or someone else's on a helper's or shared phone (代签)."""

from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.identity.error_codes import IdentityErrorCode
from server.identity.rules import Actor, Permission, Target, allows
from server.meetings.check_in.service import NOBODY
from server.meetings.check_in.tickets import Ticket
from server.meetings.check_in.wording import message
from server.meetings.models import Meeting
from server.meetings.rules import Via
from server.organizations.models import Member
from server.organizations.queries import ancestor_ids
from server.organizations.rules import normal_work_number


@dataclass(frozen=True, slots=True)
class HelpedPerson:
    """Who is to be checked in, and the member who helps and has to be invited too, if any."""

    member_id: int
    via: Via
    helper_id: int | None = None


def own(actor: Actor, ticket: Ticket) -> HelpedPerson:
    """Return the caller. Raises DomainError 403 `not_bound`."""
    return HelpedPerson(own_member(actor), Via.digits if ticket.digits else Via.qr)


def own_member(actor: Actor) -> int:
    """Return the caller's member. Raises DomainError 403 `not_bound` if they are not a member."""
    if actor.member_id is None:
        raise DomainError(IdentityErrorCode.not_bound, message("not_bound"), status=HTTPStatus.FORBIDDEN)
    return actor.member_id


def helped(session: Session, actor: Actor, ticket: Ticket, work_number: str) -> HelpedPerson:
    """Return who has this 工号 in the caller's university; an unknown one is `NOBODY`, who is invited nowhere."""
    number = normal_work_number(work_number)
    member_id = session.scalar(select(Member.id).where(Member.root_id == actor.root_id, Member.work_number == number))
    if member_id is not None and member_id == actor.member_id:
        return own(actor, ticket)
    helper_id = None if _receives_for_host(session, actor, ticket) else actor.member_id or NOBODY
    return HelpedPerson(member_id or NOBODY, Via.helper, helper_id)


def _receives_for_host(session: Session, actor: Actor, ticket: Ticket) -> bool:
    """Whether the caller keeps the host's rosters: they may help at the door without being on a list."""
    host = session.scalar(select(Meeting.organization_id).where(Meeting.public_id == ticket.public_id))
    return host is not None and allows(actor, Permission.roster_record, Target(ancestor_ids(session, host)))
