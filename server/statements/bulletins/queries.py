"""Read bulletins, and compare them with what the statements give today."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import not_found
from server.organizations.queries import ancestor_ids
from server.statements.bulletins.content import Content
from server.statements.bulletins.drawing_up import draw_up
from server.statements.bulletins.rules import content_hash
from server.statements.models import Bulletin, BulletinReceipt
from server.statements.rules import BulletinStatus


def verify(session: Session, bulletin: Bulletin) -> str:
    """Return the hash of what the statements and the kept facts give today: the bulletin's own if nothing has changed.

    If a statement has changed or gone since, the hash is another.
    """
    content = content_of(bulletin)
    again = draw_up(session, quarter=content.period, facts=content.facts, as_of=content.as_of)
    return content_hash(again.model_copy(update={"version": content.version}).stored())


def find(session: Session, bulletin_id: int) -> Bulletin:
    """Return a bulletin. Raises DomainError `not_found`."""
    bulletin = session.get(Bulletin, bulletin_id)
    if bulletin is None:
        raise not_found("季通报")
    return bulletin


def find_published(session: Session, bulletin_id: int, organization_id: int) -> Bulletin:
    """Return a published bulletin that covers this branch. Raises DomainError `not_found`."""
    bulletin = find(session, bulletin_id)
    check_told(bulletin, organization_id)
    return bulletin


def check_told(bulletin: Bulletin, organization_id: int) -> None:
    """Raise `not_found` if a bulletin is not (yet) for a branch."""
    if bulletin.status != BulletinStatus.published or not content_of(bulletin).concerns(organization_id):
        raise not_found("季通报")


def list_of(
    session: Session, organization_id: int, *, drafts: bool, before_id: int | None, limit: int
) -> Sequence[Bulletin]:
    """Return an organization's own bulletins, and the published ones from above that cover it, newest first."""
    places = ancestor_ids(session, organization_id)
    rows = select(Bulletin).where(Bulletin.organization_id.in_(places))
    if before_id is not None:
        rows = rows.where(Bulletin.id < before_id)
    if not drafts:
        rows = rows.where(Bulletin.status == BulletinStatus.published)
    found = []
    for bulletin in session.scalars(rows.order_by(Bulletin.id.desc())):
        own = bulletin.organization_id == organization_id
        told = bulletin.status == BulletinStatus.published and content_of(bulletin).concerns(organization_id)
        if own or told:
            found.append(bulletin)
        if len(found) == limit:
            break
    return found


def receipts_of(session: Session, bulletin_ids: Iterable[int]) -> dict[int, list[BulletinReceipt]]:
    """Return the branches' acknowledgements, by bulletin."""
    rows = select(BulletinReceipt).where(BulletinReceipt.bulletin_id.in_(list(bulletin_ids)))
    found: dict[int, list[BulletinReceipt]] = {}
    for receipt in session.scalars(rows.order_by(BulletinReceipt.acknowledged_at)):
        found.setdefault(receipt.bulletin_id, []).append(receipt)
    return found


def content_of(bulletin: Bulletin) -> Content:
    return Content.model_validate(bulletin.content)
