"""Versions of a standard: which one is in force, what it says, and how a draft becomes one."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.events import emit
from server.organizations.models import Organization
from server.organizations.service import ancestor_ids
from server.standards.default import default_document
from server.standards.events import StandardPublished
from server.standards.models import Standard, StandardStatus
from server.standards.rules import Audience, StandardDocument, as_data, content_hash

_parsed: dict[str, StandardDocument] = {}
"""Published documents by content hash."""


def find_in_force(session: Session, *, organization_ids: tuple[int, ...], year: int, audience: str) -> Standard | None:
    """Return the published version of the last of these organizations (root first) that has one for the year."""
    found = session.scalars(
        select(Standard).where(
            Standard.organization_id.in_(organization_ids),
            Standard.year == year,
            Standard.audience == audience,
            Standard.in_force.is_(True),
        )
    )
    return max(found, key=lambda standard: organization_ids.index(standard.organization_id), default=None)


def in_force(session: Session, *, organization_id: int, year: int, audience: str = Audience.members) -> Standard:
    """Return the organization's own published version or the nearest above it. Raises DomainError `no_standard`."""
    above = ancestor_ids(session, organization_id)
    standard = find_in_force(session, organization_ids=above, year=year, audience=audience)
    if standard is None:
        raise DomainError("no_standard", f"{year} 年度尚未发布积分标准，请先由党委组织部或党总支发布")
    return standard


def document_of(session: Session, standard_id: int) -> StandardDocument:
    """Return what a version says; published documents never change, so each is parsed once per process."""
    status, digest = session.execute(
        select(Standard.status, Standard.content_hash).where(Standard.id == standard_id)
    ).one()
    if status != StandardStatus.published:
        return session.get_one(Standard, standard_id).document
    if digest not in _parsed:
        _parsed[digest] = session.get_one(Standard, standard_id).document
    return _parsed[digest]


def create_draft(
    session: Session,
    *,
    organization_id: int,
    year: int,
    document: StandardDocument,
    created_by: int | None,
    now: datetime,
    source_id: int | None = None,
) -> Standard:
    """Add a draft as the organization's next version for the year; `replaces_id` remembers what is in force now."""
    organization = _locked_organization(session, organization_id)
    data = as_data(document)
    audience = document.audience
    current = find_in_force(session, organization_ids=(organization_id,), year=year, audience=audience)
    draft = Standard(
        root_id=organization.root_id or organization.id,
        organization_id=organization_id,
        year=year,
        audience=audience,
        version=_next_version(session, organization_id=organization_id, year=year, audience=audience),
        status=StandardStatus.draft,
        document_json=data,
        content_hash=content_hash(data),
        source_id=source_id,
        replaces_id=current.id if current else None,
        created_by=created_by,
        created_at=now,
        updated_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def _locked_organization(session: Session, organization_id: int) -> Organization:
    """Take the organization's row: drafting and publishing of one organization happen one after another."""
    return session.get_one(Organization, organization_id, with_for_update=True)


def _next_version(session: Session, *, organization_id: int, year: int, audience: str) -> int:
    highest = session.scalar(
        select(func.max(Standard.version)).where(
            Standard.organization_id == organization_id, Standard.year == year, Standard.audience == audience
        )
    )
    return (highest or 0) + 1


def publish(session: Session, *, standard_id: int, published_by: int | None, now: datetime) -> Standard:
    """Put a draft in force and freeze it."""
    standard = session.get_one(Standard, standard_id)
    _locked_organization(session, standard.organization_id)
    own = (standard.organization_id,)
    current = find_in_force(session, organization_ids=own, year=standard.year, audience=standard.audience)
    if current is not None:
        current.in_force = None
        session.flush()
    standard.status = StandardStatus.published
    standard.in_force = True
    standard.published_by, standard.published_at = published_by, now
    session.flush()
    emit(session, StandardPublished(standard.id, standard.organization_id, standard.year, now))
    return standard


def install_default(
    session: Session, *, organization_id: int, year: int, published_by: int | None, now: datetime
) -> Standard:
    """Publish the default standard for an organization and year, or return what it has in force already."""
    own = find_in_force(session, organization_ids=(organization_id,), year=year, audience=Audience.members)
    if own is not None:
        return own
    draft = create_draft(
        session,
        organization_id=organization_id,
        year=year,
        document=default_document(),
        created_by=published_by,
        now=now,
    )
    return publish(session, standard_id=draft.id, published_by=published_by, now=now)
