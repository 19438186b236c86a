"""Drafts of a standard: begun, edited under an optimistic lock, withdrawn."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.organizations.models import Organization, OrganizationKind
from server.organizations.queries import ancestor_ids
from server.standards.default import default_document
from server.standards.error_codes import StandardErrorCode
from server.standards.models import DraftSource, Standard, StandardStatus
from server.standards.rules import Audience, StandardDocument, as_data, content_hash
from server.standards.versions import find_own, in_force


def begin_draft(
    session: Session,
    *,
    organization_id: int,
    year: int,
    audience: Audience,
    source: DraftSource,
    source_id: int | None,
    created_by: int,
    now: datetime,
) -> Standard:
    """Begin a draft: blank, from the default, from last year's standard, or from any version within sight."""
    document, based_on = _starting_document(
        session, organization_id=organization_id, year=year, audience=audience, source=source, source_id=source_id
    )
    draft = create_draft(
        session,
        organization_id=organization_id,
        year=year,
        document=document,
        created_by=created_by,
        now=now,
        source_id=based_on,
    )
    record(session, draft, "standard_drafted", created_by, now)
    return draft


def _starting_document(
    session: Session,
    *,
    organization_id: int,
    year: int,
    audience: Audience,
    source: DraftSource,
    source_id: int | None,
) -> tuple[StandardDocument, int | None]:
    """Return what a draft begins with, and the version it comes from."""
    if source is DraftSource.blank:
        return StandardDocument(title="", basis="", audience=audience, sections=(), items=()), None
    if source is DraftSource.default:
        return default_document().model_copy(update={"audience": audience}), None
    if source is DraftSource.last_year:
        standard = in_force(session, organization_id=organization_id, year=year - 1, audience=audience)
    else:
        standard = _visible_version(session, organization_id, source_id)
    return standard.document.model_copy(update={"audience": audience}), standard.id


def _visible_version(session: Session, organization_id: int, standard_id: int | None) -> Standard:
    """A version of the organization's own, or a published one of an organization above it."""
    standard = session.get(Standard, standard_id) if standard_id is not None else None
    own = standard is not None and standard.organization_id == organization_id
    if standard is None or not (own or _is_published_above(session, organization_id, standard)):
        raise not_found("积分标准")
    return standard


def _is_published_above(session: Session, organization_id: int, standard: Standard) -> bool:
    above = ancestor_ids(session, organization_id)
    return standard.organization_id in above and standard.status == StandardStatus.published


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
    organization = lock_organization(session, organization_id)
    if organization.kind == OrganizationKind.group or organization.closed_on is not None:
        raise DomainError(
            StandardErrorCode.no_own_standard, "党小组和已撤销的党组织不能制定积分标准，请由所在党支部制定"
        )
    data = as_data(document)
    audience = document.audience
    current = find_own(session, organization_id=organization_id, year=year, audience=audience)
    draft = Standard(
        root_id=organization.ancestor_ids[0],
        organization_id=organization_id,
        year=year,
        audience=audience,
        version=next_version(session, organization_id=organization_id, year=year, audience=audience),
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


def lock_organization(session: Session, organization_id: int) -> Organization:
    """Take the organization's row: drafting and publishing of one organization happen one after another."""
    return session.get_one(Organization, organization_id, with_for_update=True)


def next_version(session: Session, *, organization_id: int, year: int, audience: str) -> int:
    highest = session.scalar(
        select(func.max(Standard.version)).where(
            Standard.organization_id == organization_id, Standard.year == year, Standard.audience == audience
        )
    )
    return (highest or 0) + 1


def edit_draft(
    session: Session,
    *,
    standard_id: int,
    document: StandardDocument,
    note: str,
    revision: int,
    edited_by: int,
    now: datetime,
) -> Standard:
    """Save a draft as the editor left it; `revision` is the one they began from. Raises DomainError `stale_version`."""
    draft = locked_draft(session, standard_id, revision)
    if document.audience != draft.audience:
        raise DomainError(StandardErrorCode.audience_fixed, "适用对象不能更改，请为其另建草稿")
    draft.document_json = as_data(document)
    draft.content_hash = content_hash(draft.document_json)
    draft.note = note
    draft.revision += 1
    draft.updated_at = now
    record(session, draft, "standard_edited", edited_by, now)
    return draft


def locked_draft(session: Session, standard_id: int, revision: int | None) -> Standard:
    """Take the organization's row, then the draft's, as it stands now. `revision=None` takes any revision."""
    organization_id = session.scalars(select(Standard.organization_id).where(Standard.id == standard_id)).one()
    lock_organization(session, organization_id)
    draft = session.get_one(Standard, standard_id, with_for_update=True, populate_existing=True)
    if draft.status != StandardStatus.draft:
        raise conflict(
            StandardErrorCode.not_a_draft, "该版本已发布或已撤回，不能再改；请以它为底稿另建草稿", status=draft.status
        )
    if revision is not None and draft.revision != revision:
        raise conflict(CoreErrorCode.stale_version, "草稿刚被他人修改，请比较后再保存", revision=draft.revision)
    return draft


def withdraw(session: Session, *, standard_id: int, withdrawn_by: int, now: datetime) -> Standard:
    """Set a draft aside; it stays readable to those who manage standards."""
    draft = locked_draft(session, standard_id, None)
    draft.status, draft.updated_at = StandardStatus.withdrawn, now
    record(session, draft, "standard_withdrawn", withdrawn_by, now)
    return draft


def record(
    session: Session,
    standard: Standard,
    action: str,
    actor_id: int | None,
    now: datetime,
    **detail: Any,
) -> None:
    """Flush and add an audit line about a version."""
    session.flush()
    audit.record(
        session,
        actor_id=actor_id,
        action=action,
        now=now,
        detail={"version": standard.version, "revision": standard.revision, **detail},
        **audit.of(standard),
    )
