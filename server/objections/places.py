"""Whose turn it is with an objection: who assigns, who may look into it, and who stands back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import Role
from server.objections.matters import matter_of
from server.objections.models import Inquiry, Objection
from server.objections.queries import recorded_hands
from server.objections.rules import (
    Candidate,
    Hand,
    Instance,
    ObjectionStatus,
    ObjectionSubject,
    anyone_left,
    candidates,
)
from server.organizations import four_eyes
from server.organizations.four_eyes import Matter, RecentKeyResets
from server.organizations.officers import Officer, Officers
from server.organizations.queries import supervising_organization

LEADING = (
    frozenset({Role.secretary, Role.general_secretary}),
    frozenset({Role.deputy_secretary, Role.organizer}),
    frozenset({Role.organization_department}),
)
"""Who assigns at a place, in turn: its secretary; where they are concerned, the deputy (of a 总支, the 组织员)."""

INVESTIGATING = frozenset({Role.committee_member}).union(*LEADING)


@dataclass(frozen=True, slots=True)
class Handling:
    """Who may do what with an objection at this moment.

    `organization_id` is where it lies: the instance's organization, or the nearest above with somebody who had no hand
    in the matter. `assigners` admit and name an investigator; `found` are all officers there.
    """

    organization_id: int
    assigners: tuple[int, ...]
    found: tuple[Candidate, ...]

    def free(self) -> tuple[int, ...]:
        return tuple(each.account_id for each in self.found if each.hand is None)


def handling_of(session: Session, objection: Objection, *, now: datetime) -> Handling:
    """Return whose turn it is. Nobody who objects, is concerned, decided, reviewed or recorded looks into it; nor whom
    one of them appointed or whose keys they reset (`four_eyes`)."""
    offices = Officers(session, objection.root_id, shanghai_date(now))
    return handling_in(session, offices, objection, bars=RecentKeyResets(session, now=now))


def handling_in(session: Session, offices: Officers, objection: Objection, *, bars: RecentKeyResets) -> Handling:
    """Return the same for one of many, with the officers of the university and the recent resets read once."""
    hands = hands_of(session, objection)
    place = _first_place(session, objection)
    return handling_from(session, offices, place, hands=hands, since=objection.raised_at, bars=bars) or Handling(
        objection.organization_id, (), ()
    )


def handling_from(
    session: Session,
    offices: Officers,
    place: int | None,
    *,
    hands: Mapping[int, Hand],
    since: datetime,
    bars: RecentKeyResets,
) -> Handling | None:
    """Return who handles what lies at a place, there or at the nearest place above where somebody has no hand in it;
    where there is none anywhere, the last place with nobody who may. None without a place.

    `since`: when it came in. Whom one of the `hands` appointed after that, or whose keys they reset, stands back.
    """
    matter = Matter(frozenset(hands), since=since)
    handling = None
    while place is not None:
        officers = offices.at(place)
        barred = {
            officer.account_id: Hand.appointed
            for officer in officers
            if officer.account_id not in hands and bars.why_barred(officer.mandate, matter) is not None
        }
        found = candidates([each.account_id for each in officers if each.role in INVESTIGATING], {**hands, **barred})
        handling = Handling(place, _assigners(officers, {**hands, **barred}), found)
        if handling.assigners and anyone_left(found):
            break
        above = supervising_organization(session, place)
        if above is None or above.id == place:
            break
        place = above.id
    return handling


def hands_of(session: Session, objection: Objection) -> Mapping[int, Hand]:
    """Return everybody who stands back, by account: the member, who had a hand in the matter, who answered before.

    The matter as it is now and as it was when the objection was raised: a correction takes nobody's hand away.
    """
    subject = ObjectionSubject(objection.subject_kind)
    matter = matter_of(session, subject, objection.subject_id, objection.member_id)
    hands = (dict(matter.hands) if matter is not None else {}) | recorded_hands(session, objection.id)
    if objection.status == ObjectionStatus.second:
        first = session.get_one(Inquiry, (objection.id, Instance.first))
        hands |= {each: Hand.answered for each in (first.investigator_id, first.answered_by) if each is not None}
    own = four_eyes.accounts_of(session, {objection.member_id}).get(objection.member_id)
    return hands | ({own: Hand.objects} if own is not None else {})


def is_told(session: Session, objection: Objection, account_id: int, member_id: int | None) -> bool:
    """Whether somebody may know who objects and in which words: the member, who handles it, and whoever had no hand in
    the matter. What they did in handling it, or in putting it right, takes nothing from what they know."""
    if member_id == objection.member_id or account_id not in hands_of(session, objection):
        return True
    if account_id in recorded_hands(session, objection.id):
        return False
    looks = session.scalars(select(Inquiry).where(Inquiry.objection_id == objection.id))
    return any(account_id in (each.assigned_by, each.investigator_id, each.corrected_by) for each in looks)


def _first_place(session: Session, objection: Objection) -> int | None:
    if objection.status != ObjectionStatus.second:
        return objection.organization_id
    above = supervising_organization(session, objection.organization_id)
    return above.id if above is not None else objection.root_id


def _assigners(officers: list[Officer], barred: Mapping[int, Hand]) -> tuple[int, ...]:
    for roles in LEADING:
        free = [each.account_id for each in officers if each.role in roles and each.account_id not in barred]
        if free:
            return tuple(dict.fromkeys(free))
    return ()
