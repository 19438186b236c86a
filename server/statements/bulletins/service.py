"""Draw up, describe, publish and acknowledge bulletins (design §5 Quarter; 《实施方案》三（二）)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.organizations.models import Organization
from server.statements.bulletins.content import Content
from server.statements.bulletins.drawing_up import draw_up, gather
from server.statements.bulletins.queries import check_told, content_of
from server.statements.bulletins.rules import Quarter, content_hash
from server.statements.error_codes import StatementErrorCode
from server.statements.events import BulletinPublished
from server.statements.models import Bulletin, BulletinReceipt
from server.statements.rules import BulletinStatus


def draw_up_draft(
    session: Session, *, organization_id: int, quarter: Quarter, as_of: datetime, now: datetime
) -> Bulletin | None:
    """Add the draft of an organization's quarter; an existing one stays. None while no branch has a statement of it.

    Facts besides statements are taken as they stood at `as_of`, however much later it is drawn up.
    """
    existing = _of_quarter(session, organization_id, quarter)
    if existing is not None:
        return existing
    issuer = session.get_one(Organization, organization_id)
    content = _content(session, issuer, quarter, as_of)
    if not content.branches:
        return None
    bulletin = Bulletin(
        root_id=issuer.root_id,
        organization_id=issuer.id,
        quarter=quarter.name,
        status=BulletinStatus.draft,
        frozen_at=now,
    )
    _freeze(bulletin, content)
    if not added(session, bulletin):
        return _of_quarter(session, organization_id, quarter)
    _audit(session, bulletin, "bulletin_draw_up", None, now)
    return bulletin


def redraw(session: Session, bulletin_id: int, *, account_id: int, now: datetime) -> Bulletin:
    """Draw a draft up again, with what is known now: a branch that was missing, attendance corrected since.

    Raises DomainError 409 `already_published`.
    """
    bulletin = _draft(session, bulletin_id)
    issuer = session.get_one(Organization, bulletin.organization_id)
    content = _content(session, issuer, Quarter.parse(bulletin.quarter), now)
    if _figures(content) != _figures(content_of(bulletin)):
        _freeze(bulletin, content)
        bulletin.frozen_at = now
        session.flush()
        _audit(session, bulletin, "bulletin_redraw", account_id, now)
    return bulletin


def describe(
    session: Session,
    bulletin_id: int,
    *,
    document_number: str | None,
    remarks: str | None,
    account_id: int,
    now: datetime,
) -> Bulletin:
    """Set the 文号 and the remarks of a draft. Raises 409 `already_published`, `document_number_taken`."""
    bulletin = _draft(session, bulletin_id)
    if (bulletin.document_number, bulletin.remarks) == (document_number, remarks):
        return bulletin
    _check_number(session, bulletin, document_number)
    bulletin.document_number, bulletin.remarks = document_number, remarks
    session.flush()
    _audit(session, bulletin, "bulletin_describe", account_id, now)
    return bulletin


def publish(session: Session, bulletin_id: int, *, account_id: int, now: datetime) -> Bulletin:
    """Publish a draft to its branches; publishing it again changes nothing. Raises `document_number_missing`."""
    bulletin = _locked(session, bulletin_id)
    if bulletin.status == BulletinStatus.published:
        return bulletin
    if not bulletin.document_number:
        raise DomainError(CoreErrorCode.document_number_missing, "请先填写文号，再发布季通报")
    bulletin.status = BulletinStatus.published
    bulletin.published_by, bulletin.published_at = account_id, now
    session.flush()
    _audit(session, bulletin, "bulletin_publish", account_id, now)
    emit(session, BulletinPublished(bulletin.id, now))
    return bulletin


def acknowledge(
    session: Session, bulletin_id: int, *, organization_id: int, account_id: int, now: datetime
) -> BulletinReceipt:
    """Note that a branch has received the bulletin and its annex; the first time counts.

    Raises DomainError `not_found` for a draft or a bulletin that does not cover the branch.
    """
    bulletin = _locked(session, bulletin_id)
    check_told(bulletin, organization_id)
    receipt = session.get(BulletinReceipt, (bulletin_id, organization_id))
    if receipt is None:
        receipt = BulletinReceipt(
            bulletin_id=bulletin_id,
            organization_id=organization_id,
            acknowledged_by=account_id,
            acknowledged_at=now,
        )
        session.add(receipt)
        session.flush()
        _audit(session, bulletin, "bulletin_acknowledge", account_id, now, organization_id=organization_id)
    return receipt


def _content(session: Session, issuer: Organization, quarter: Quarter, as_of: datetime) -> Content:
    facts = gather(session, issuer=issuer, quarter=quarter, as_of=as_of)
    return draw_up(session, quarter=quarter, facts=facts, as_of=as_of)


def _freeze(bulletin: Bulletin, content: Content) -> None:
    bulletin.content = content.stored()
    bulletin.hash = content_hash(bulletin.content)


def _figures(content: Content) -> dict[str, object]:
    return content.model_dump(exclude={"as_of"})


def _of_quarter(session: Session, organization_id: int, quarter: Quarter) -> Bulletin | None:
    rows = select(Bulletin).where(Bulletin.organization_id == organization_id, Bulletin.quarter == quarter.name)
    return session.scalar(rows)


def _locked(session: Session, bulletin_id: int) -> Bulletin:
    query = select(Bulletin).where(Bulletin.id == bulletin_id).with_for_update()
    bulletin = session.scalar(query.execution_options(populate_existing=True))
    if bulletin is None:
        raise not_found("季通报")
    return bulletin


def _draft(session: Session, bulletin_id: int) -> Bulletin:
    bulletin = _locked(session, bulletin_id)
    if bulletin.status == BulletinStatus.published:
        raise conflict(CoreErrorCode.already_published, "季通报已经发布，不能再改；如有补充请另行发文")
    return bulletin


def _check_number(session: Session, bulletin: Bulletin, document_number: str | None) -> None:
    rows = select(Bulletin.quarter).where(
        Bulletin.organization_id == bulletin.organization_id,
        Bulletin.document_number == document_number,
        Bulletin.id != bulletin.id,
    )
    taken = session.scalar(rows.limit(1)) if document_number else None
    if taken is not None:
        raise conflict(
            StatementErrorCode.document_number_taken, f"该文号已用于{Quarter.parse(taken).title}的季通报，请核对"
        )


def _audit(
    session: Session, bulletin: Bulletin, action: str, account_id: int | None, now: datetime, **detail: int
) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail=detail,
        **audit.of(bulletin),
    )
