"""How a 星级评定办法 is drafted, comes into force and is filed with 组织部 （四（二））."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.organizations.filings import submit_filing
from server.organizations.models import Filing, FilingSubject, OrganizationKind
from server.organizations.service import get_open
from server.ratings.error_codes import RatingErrorCode
from server.ratings.methods import queries
from server.ratings.methods.models import MethodSource, MethodStatus, RatingMethod
from server.ratings.methods.rules import DEFAULT, MethodDocument, content_hash
from server.ratings.methods.validation import problems
from server.ratings.proposals.queries import is_rated_by

UNITS = (OrganizationKind.party_committee, OrganizationKind.general_branch)


def begin_draft(
    session: Session, *, organization_id: int, year: int, source: MethodSource, account_id: int, now: datetime
) -> RatingMethod:
    """Begin a draft from the default or from last year's.

    Raises DomainError 404 for a unit that makes no methods or has none of last year, 409 `moved_on` if another draft
    was begun at the same moment.
    """
    unit = get_open(session, organization_id)
    if unit.kind not in UNITS or unit.root_id is None:
        raise not_found("党总支")
    document = DEFAULT
    if source is MethodSource.last_year:
        last = queries.own_in_force(session, organization_id, year - 1)
        if last is None:
            raise not_found("上一年度的星级评定办法")
        document = last.document
    draft = RatingMethod(
        root_id=unit.root_id,
        organization_id=unit.id,
        year=year,
        version=queries.last_version(session, unit.id, year) + 1,
        status=MethodStatus.draft,
        in_force=None,
        revision=1,
        created_by=account_id,
        created_at=now,
        updated_at=now,
        **_said(document),
    )
    if not added(session, draft):
        raise conflict(CoreErrorCode.moved_on, "刚刚已有人起草新的一版，请刷新后查看")
    _note(session, draft, "rating_method_draft", account_id, now)
    return draft


def edit(
    session: Session, *, method_id: int, document: MethodDocument, revision: int, account_id: int, now: datetime
) -> RatingMethod:
    """Change a draft. Raises DomainError 409 `already_published`, `stale_version`."""
    draft = _locked_draft(session, method_id, revision)
    for name, value in _said(document).items():
        setattr(draft, name, value)
    draft.revision, draft.updated_at = draft.revision + 1, now
    session.flush()
    _note(session, draft, "rating_method_edit", account_id, now)
    return draft


def publish(session: Session, *, method_id: int, revision: int, account_id: int, now: datetime) -> RatingMethod:
    """Put a draft in force for its year, and freeze it.

    Raises DomainError 409 `already_published`, `stale_version`, `method_in_use` once stars were proposed by the version
    before, `moved_on` if another was published at the same moment, 422 `method_has_problems`.
    """
    draft = _locked_draft(session, method_id, revision)
    if found := problems(draft.document, notice_binds=True):
        message = f"还有 {len(found)} 处需要修改，首先：{found[0].message}"
        detail = {"problems": [{"path": each.path, "message": each.message} for each in found]}
        raise DomainError(RatingErrorCode.method_has_problems, message, detail=detail)
    current = queries.own_in_force(session, draft.organization_id, draft.year)
    if current is not None:
        session.refresh(current, with_for_update=True)
        if is_rated_by(session, current.id):
            message = "已有党支部按现行办法提出星级提案，本年度不能再换办法；请从下一年度起调整"
            raise conflict(RatingErrorCode.method_in_use, message)
        current.in_force = None
        session.flush()
    draft.status, draft.in_force = MethodStatus.published, True
    draft.published_by, draft.published_at, draft.updated_at = account_id, now, now
    try:
        session.flush()
    except IntegrityError:
        raise conflict(CoreErrorCode.moved_on, "刚刚已有新的一版发布，请刷新后查看") from None
    _note(session, draft, "rating_method_publish", account_id, now)
    return draft


def file(session: Session, *, method_id: int, account_id: int, now: datetime) -> Filing:
    """File a published method with the level above. Raises DomainError as `check_filing`."""
    method = session.get_one(RatingMethod, method_id)
    return submit_filing(
        session,
        subject_kind=FilingSubject.rating_method,
        subject_id=method.id,
        title=f"{method.year} 年度{method.document.title}（第 {method.version} 版）",
        from_organization_id=method.organization_id,
        submitted_by=account_id,
        now=now,
    )


def check_filing(session: Session, method_id: int) -> None:
    """Raise DomainError 404, or 409 `not_published` for a draft."""
    method = session.get(RatingMethod, method_id)
    if method is None:
        raise not_found("星级评定办法")
    if method.status != MethodStatus.published:
        raise conflict(CoreErrorCode.not_published, "只有已发布的星级评定办法才能备案")


def _locked_draft(session: Session, method_id: int, revision: int) -> RatingMethod:
    draft = session.get_one(RatingMethod, method_id, with_for_update=True, populate_existing=True)
    if draft.status != MethodStatus.draft:
        raise conflict(CoreErrorCode.already_published, "这一版办法已经发布，不能再改；请另建草稿")
    if draft.revision != revision:
        message = "办法已被他人修改，请刷新后再改"
        raise conflict(CoreErrorCode.stale_version, message, revision=draft.revision)
    return draft


def _said(document: MethodDocument) -> dict[str, Any]:
    return {"document_json": document.model_dump(mode="json"), "content_hash": content_hash(document)}


def _note(session: Session, method: RatingMethod, action: str, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail={"organization_id": method.organization_id, "year": method.year, "version": method.version},
        **audit.of(method),
    )
