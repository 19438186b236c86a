"""Whose turn it is with a feedback. Who it is about, and who proposed or approved what it doubts, stands back."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.feedback.models import Feedback
from server.names import name_key
from server.objections.places import Handling, handling_from
from server.objections.rules import Hand
from server.organizations.four_eyes import RecentKeyResets
from server.organizations.models import Organization
from server.organizations.officers import Officers
from server.organizations.queries import account_names, ancestor_ids, supervising_organization
from server.publicity.models import Publicity


def handling_of(session: Session, row: Feedback, *, now: datetime) -> Handling:
    """Return who handles a feedback: where it lies, or at the nearest place above with somebody who has no hand in
    it."""
    offices = Officers(session, row.root_id, shanghai_date(now))
    return handling_in(session, offices, row, bars=RecentKeyResets(session, now=now))


def handling_in(session: Session, offices: Officers, row: Feedback, *, bars: RecentKeyResets) -> Handling:
    """Return the same for one of many, with the officers and the recent resets read once."""
    hands = hands_of(session, offices, row)
    since = row.received_at
    found = handling_from(session, offices, row.organization_id, hands=hands, since=since, bars=bars)
    assert found is not None
    return found


def hands_of(session: Session, offices: Officers, row: Feedback) -> dict[int, Hand]:
    """Return who stands back, by account: whoever bears the name it is about; all officers of the place where it is
    about one of them; who proposed and who approved the list that is said to be wrong."""
    hands: dict[int, Hand] = {}
    if row.publicity_id is not None:
        shown = session.get_one(Publicity, row.publicity_id)
        hands |= {each: Hand.decided for each in (shown.proposed_by, shown.approved_by) if each is not None}
    near = {officer.account_id for place in ancestor_ids(session, row.about_id) for officer in offices.at(place)}
    if row.about_name is not None:
        names = account_names(session, near)
        concerned = name_key(row.about_name)
        hands |= {each: Hand.concerned for each, name in names.items() if name_key(name) == concerned}
    if row.about_officer:
        hands |= {officer.account_id: Hand.concerned for officer in offices.at(row.about_id)}
    return hands


def is_officer(session: Session, organization: Organization, name: str | None, *, now: datetime) -> bool:
    """Whether somebody with this name holds an office in an organization."""
    if name is None:
        return False
    assert organization.root_id is not None
    offices = Officers(session, organization.root_id, shanghai_date(now), places=[organization.id])
    names = account_names(session, (officer.account_id for officer in offices.at(organization.id)))
    return name_key(name) in {name_key(each) for each in names.values()}


def handled_at(session: Session, organization: Organization, *, about_officer: bool) -> Organization:
    """Return where a feedback goes: to the organization, or past it to the one above; the 党委 has none above it."""
    above = supervising_organization(session, organization.id) if about_officer else None
    return above or organization
