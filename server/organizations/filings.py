"""备案: one mechanism for everything that is filed with the supervising organization. Filing is not approval.

Others decide what may be filed: the feature that owns the subject, and any other with a say in it.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.db import added
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.identity.rules import Permission
from server.organizations import four_eyes
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.events import FilingDecided, FilingSubmitted
from server.organizations.models import Exemption, Filing, FilingStatus, FilingStep, FilingSubject, Organization
from server.organizations.rules import FilingAction, next_filing_status

NOT_APPROVAL = "备案不是审批：收到备案只表示已登记在案，不代表批准其内容。"


Precondition = Callable[[Session, int], None]
"""Takes a subject's id; raises DomainError if it may not be filed now."""

_preconditions: dict[FilingSubject, list[Precondition]] = defaultdict(list)


def register(subject_kind: FilingSubject, precondition: Precondition) -> None:
    """Ask `precondition` each time before a subject of this kind is filed; registering twice counts once."""
    if precondition not in _preconditions[subject_kind]:
        _preconditions[subject_kind].append(precondition)


def check(session: Session, subject_kind: FilingSubject, subject_id: int) -> None:
    """Raise DomainError as the subject's owner does, or LookupError for a subject without an owner."""
    preconditions = _preconditions[subject_kind]
    if not preconditions:
        raise LookupError(f"no feature owns filings of {subject_kind!r}")
    for precondition in preconditions:
        precondition(session, subject_id)


def submit_filing(
    session: Session,
    *,
    subject_kind: FilingSubject,
    subject_id: int,
    title: str,
    from_organization_id: int,
    submitted_by: int,
    now: datetime,
) -> Filing:
    """File a subject with the organization above (the 党委 files with its own 组织部), or again after a return.

    Submitting what is already submitted or received changes nothing. Raises DomainError as `check` does.
    """
    check(session, subject_kind, subject_id)
    filing = latest_filing(session, subject_kind=subject_kind, subject_id=subject_id)
    if filing is None:
        return _first(
            session,
            from_organization_id,
            Filing(
                subject_kind=subject_kind,
                subject_id=subject_id,
                title=title,
                status=FilingStatus.submitted,
                submitted_by=submitted_by,
                submitted_at=now,
            ),
        )
    if filing.status == FilingStatus.returned:
        filing.title = title
        return _again(session, filing.id, note=None, account_id=submitted_by, now=now)
    return filing


def _first(session: Session, from_organization_id: int, filing: Filing) -> Filing:
    organization = session.get(Organization, from_organization_id)
    if organization is None or organization.root_id is None:
        raise not_found("党组织")
    filing.root_id, filing.from_organization_id = organization.root_id, organization.id
    filing.to_organization_id = organization.parent_id or organization.id
    if not added(session, filing):
        raise conflict(OrganizationErrorCode.already_submitted, "刚刚已提交备案，请刷新后查看")
    _step(session, filing, account_id=filing.submitted_by, note=None, now=filing.submitted_at)
    _tell(session, filing)
    return filing


def latest_filing(session: Session, *, subject_kind: FilingSubject, subject_id: int) -> Filing | None:
    return session.scalar(select(Filing).where(Filing.subject_kind == subject_kind, Filing.subject_id == subject_id))


def receive(session: Session, *, filing_id: int, note: str | None, account_id: int, now: datetime) -> Filing:
    return _decide(session, filing_id, FilingAction.receive, note=note, account_id=account_id, now=now)


def send_back(session: Session, *, filing_id: int, reason: str, account_id: int, now: datetime) -> Filing:
    return _decide(session, filing_id, FilingAction.send_back, note=reason, account_id=account_id, now=now)


def _decide(
    session: Session, filing_id: int, action: FilingAction, *, note: str | None, account_id: int, now: datetime
) -> Filing:
    _refuse_partial(session, _locked(session, filing_id), account_id, now)
    filing = _advance(session, filing_id, action)
    filing.decided_by, filing.decided_at = account_id, now
    filing.reason = note if action is FilingAction.send_back else None
    _step(session, filing, account_id=account_id, note=note, now=now)
    subject = FilingSubject(filing.subject_kind)
    emit(session, FilingDecided(filing.id, subject, filing.subject_id, FilingStatus(filing.status), now))
    return filing


def _refuse_partial(session: Session, filing: Filing, account_id: int, now: datetime) -> None:
    """Those who filed below do not decide above; the 党委 files with its own 组织部, which may be the same person."""
    if account_id == filing.submitted_by and filing.from_organization_id != filing.to_organization_id:
        message = "报送人不能自行办理收悉或退回，请由上级党组织的其他负责人办理"
        raise DomainError(OrganizationErrorCode.same_person, message, status=HTTPStatus.FORBIDDEN)
    if account_id == filing.submitted_by:
        return
    exemption = session.get(Exemption, filing.subject_id) if filing.subject_kind == FilingSubject.exemption else None
    four_eyes.refuse(
        session,
        account_id=account_id,
        permission=Permission.filing_receive,
        place=filing.to_organization_id,
        matter=four_eyes.matter(
            session,
            members=[exemption.member_id] if exemption else [],
            accounts=[filing.submitted_by],
            since=filing.submitted_at,
        ),
        now=now,
    )


def resubmit(session: Session, *, filing_id: int, note: str | None, account_id: int, now: datetime) -> Filing:
    """File again a filing that was returned. Raises DomainError as `check` does, or `moved_on`."""
    filing = session.get_one(Filing, filing_id)
    check(session, FilingSubject(filing.subject_kind), filing.subject_id)
    return _again(session, filing_id, note=note, account_id=account_id, now=now)


def _again(session: Session, filing_id: int, *, note: str | None, account_id: int, now: datetime) -> Filing:
    filing = _advance(session, filing_id, FilingAction.resubmit)
    filing.submitted_by, filing.submitted_at = account_id, now
    filing.decided_by = filing.decided_at = filing.reason = None
    _step(session, filing, account_id=account_id, note=note, now=now)
    _tell(session, filing)
    return filing


def _tell(session: Session, filing: Filing) -> None:
    subject = FilingSubject(filing.subject_kind)
    emit(session, FilingSubmitted(filing.id, subject, filing.subject_id, filing.submitted_by, filing.submitted_at))


def _advance(session: Session, filing_id: int, action: FilingAction) -> Filing:
    filing = _locked(session, filing_id)
    after = next_filing_status(FilingStatus(filing.status), action)
    if after is None:
        raise conflict(CoreErrorCode.moved_on, "该备案的状态已变化，请刷新后查看", status=filing.status)
    filing.status = after
    return filing


def _locked(session: Session, filing_id: int) -> Filing:
    query = select(Filing).where(Filing.id == filing_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _step(session: Session, filing: Filing, *, account_id: int, note: str | None, now: datetime) -> None:
    session.flush()
    session.add(FilingStep(filing_id=filing.id, status=filing.status, at=now, account_id=account_id, note=note))
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        action=f"filing_{filing.status}",
        now=now,
        detail={"subject_kind": filing.subject_kind, "subject_id": filing.subject_id},
        **audit.of(filing),
    )


def steps_of(session: Session, filing_id: int) -> list[FilingStep]:
    return list(session.scalars(select(FilingStep).where(FilingStep.filing_id == filing_id).order_by(FilingStep.id)))


def list_filings(
    session: Session,
    *,
    organization_id: int,
    incoming: bool,
    status: FilingStatus | None,
    before_id: int | None,
    limit: int,
) -> list[Filing]:
    """Return what an organization received (`incoming`) or filed, latest first."""
    side = Filing.to_organization_id if incoming else Filing.from_organization_id
    query = select(Filing).where(side == organization_id)
    if status is not None:
        query = query.where(Filing.status == status)
    if before_id is not None:
        query = query.where(Filing.id < before_id)
    return list(session.scalars(query.order_by(Filing.id.desc()).limit(limit)))
