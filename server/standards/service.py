"""How a draft comes into force and is filed."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.events import emit
from server.organizations.filings import submit_filing
from server.organizations.models import Filing, FilingSubject, Organization
from server.organizations.queries import ancestor_ids
from server.standards.comparison import same_figures
from server.standards.default import default_document
from server.standards.drafts import create_draft, locked_draft, record
from server.standards.error_codes import StandardErrorCode
from server.standards.events import StandardPublished
from server.standards.models import Standard, StandardStatus
from server.standards.problems import StandardProblem
from server.standards.queries import check
from server.standards.rules import Audience
from server.standards.usage import has_facts
from server.standards.versions import (
    document_of,
    find_in_force,
    find_own,
)


def publish(
    session: Session, *, standard_id: int, published_by: int | None, now: datetime, revision: int | None = None
) -> Standard:
    """Put a draft in force and freeze it. Raises DomainError `standard_has_problems`, `superseded_meanwhile`,
    `year_in_use`, `stale_version` or `not_a_draft`."""
    draft = locked_draft(session, standard_id, revision)
    current = find_own(session, organization_id=draft.organization_id, year=draft.year, audience=draft.audience)
    if current is not None and not current.carried_from_id and current.id != draft.replaces_id:
        raise conflict(StandardErrorCode.superseded_meanwhile, "起草之后已有新版发布，请比较差异后另建草稿再发布")
    found = check(session, standard_id=standard_id)
    if found:
        message = f"还有 {len(found)} 处需要修改，首先：{found[0].message}"
        raise DomainError(
            StandardErrorCode.standard_has_problems, message, detail={"problems": [as_detail(each) for each in found]}
        )
    path = ancestor_ids(session, draft.organization_id)
    before = find_in_force(session, organization_ids=path, year=draft.year, audience=draft.audience)
    _keep_year(session, draft, before)
    _put_in_force(session, draft, current, published_by, now)
    record(session, draft, "standard_published", published_by, now)
    emit(session, StandardPublished(draft.id, draft.organization_id, draft.year, now, first=before is None))
    return draft


def as_detail(problem: StandardProblem) -> dict[str, Any]:
    return {"path": problem.path, "message": problem.message, "also": list(problem.also)}


def _keep_year(session: Session, draft: Standard, current: Standard | None) -> None:
    """Refuse other figures once facts of the year were posted: mid-year changes are corrections of text only.

    Facts under a version carried forward do not count: nobody published that for the year, and they stay under it.
    """
    if current is None or same_figures(document_of(session, current.id), draft.document):
        return
    # In-flight postings hold a share of this row by their foreign key; wait until they stand.
    session.get_one(Standard, current.id, with_for_update=True)
    siblings = select(Standard.id).where(
        Standard.organization_id == current.organization_id,
        Standard.year == draft.year,
        Standard.audience == current.audience,
        Standard.carried_from_id.is_(None),
    )
    path = session.get_one(Organization, draft.organization_id).path
    if has_facts(session, path=path, year=draft.year, standard_ids=session.scalars(siblings).all()):
        raise conflict(
            StandardErrorCode.year_in_use,
            f"{draft.year} 年度已有积分记录，年中只能更正文字，分值和项目请从下一年度起调整",
        )


def _put_in_force(
    session: Session, draft: Standard, current: Standard | None, published_by: int | None, now: datetime
) -> None:
    """Swap the versions; if two publishers got this far, the unique key lets one through."""
    if current is not None:
        current.in_force = None
        session.flush()
    draft.status, draft.in_force = StandardStatus.published, True
    draft.published_by, draft.published_at = published_by, now
    draft.updated_at = now
    try:
        session.flush()
    except IntegrityError:
        raise conflict(StandardErrorCode.superseded_meanwhile, "刚刚已有新版发布，请刷新后比较差异") from None


def file(session: Session, *, standard_id: int, submitted_by: int, now: datetime) -> Filing:
    """File a published version with the supervising organization (备案). Raises DomainError as `check_filing` does."""
    standard = session.get_one(Standard, standard_id)
    filing = submit_filing(
        session,
        subject_kind=FilingSubject.standard,
        subject_id=standard.id,
        title=f"{standard.year} 年度{standard.document.title}（第 {standard.version} 版）",
        from_organization_id=standard.organization_id,
        submitted_by=submitted_by,
        now=now,
    )
    record(session, standard, "standard_filed", submitted_by, now, filing_id=filing.id)
    return filing


def check_filing(session: Session, standard_id: int) -> None:
    """Raise DomainError `not_published` or `carried_forward` where a standard is not one that is filed."""
    standard = session.get_one(Standard, standard_id)
    if standard.status != StandardStatus.published:
        raise conflict(CoreErrorCode.not_published, "只有已发布的积分标准才能备案")
    if standard.carried_from_id is not None:
        raise conflict(
            StandardErrorCode.carried_forward, "这是沿用上一年度的标准，请先以它为底稿发布本年度的积分标准，再报备案"
        )


def install_default(
    session: Session, *, organization_id: int, year: int, published_by: int | None, now: datetime
) -> Standard:
    """Publish the default standard for an organization and year, or return what it has in force already."""
    own = find_own(session, organization_id=organization_id, year=year, audience=Audience.members)
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
