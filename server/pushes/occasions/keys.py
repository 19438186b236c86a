"""账号: the owner is told when two officers reset its keys, by every channel and before it happens."""

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.models import Account
from server.organizations.events import KeysReset
from server.organizations.models import KeyReset, ResetStatus
from server.organizations.queries import account_names
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, places_of, to_member
from server.pushes.rules import Occasion


def told(session: Session, event: KeysReset) -> None:
    """Tell the owner what was proposed, done or called off, unless they did that themselves."""
    reset = session.get_one(KeyReset, event.key_reset_id)
    member_id = session.get_one(Account, reset.account_id).member_id
    if member_id is None or (event.status is ResetStatus.stopped and reset.stopped_by == reset.account_id):
        return
    message = DraftedMessage(
        Occasion.keys_reset, f"{reset.id}:{event.status}", pages.key_reset(member_id), due_at=event.now
    )
    acting = [each for each in (reset.proposed_by, reset.confirmed_by) if each is not None]
    names = account_names(session, acting)
    content = wording.keys_reset(event.status, "、".join(names[each] for each in acting))
    places = places_of(session, [member_id], shanghai_date(event.now))
    place = places.get(member_id, HomePlace(reset.root_id, reset.root_id))
    outbox.enqueue(session, [to_member(message, member_id, place, content)], now=event.now)
