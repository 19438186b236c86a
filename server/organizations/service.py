"""Create, rename, set up and close organizations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.db import added
from server.errors import DomainError, conflict, not_found
from server.identity import service as identity
from server.identity.models import Grant
from server.organizations import head_officers
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Membership, Organization, OrganizationKind
from server.organizations.queries import children
from server.organizations.rules import CHILD_KINDS, KIND_TITLES, normal_title


def get_open(session: Session, organization_id: int) -> Organization:
    """Return an organization that is not closed, locked against closing. Raises DomainError."""
    organization = session.scalar(
        select(Organization).where(Organization.id == organization_id).with_for_update(read=True)
    )
    if organization is None:
        raise not_found("党组织")
    if organization.closed_on is not None:
        raise conflict(OrganizationErrorCode.organization_closed, f"{organization.title}已撤销")
    return organization


def whole_university(session: Session, organization_id: int, what: str) -> int:
    """Return the id of a root. Raises DomainError `not_a_root` for others: `what` is set for the whole university."""
    if session.get_one(Organization, organization_id).parent_id is not None:
        raise DomainError(OrganizationErrorCode.not_a_root, f"{what}按全校规定，请选择学校党委")
    return organization_id


def create_root(session: Session, *, title: str, now: datetime, root_id: int | None = None) -> Organization:
    """Found a party committee, the root of its own tree. Raises `title_taken` if there is one with that id."""
    root = _insert(
        session, parent=None, kind=OrganizationKind.party_committee, title=title, now=now, organization_id=root_id
    )
    _audit(session, root, "organization_create", None, now)
    return root


def create_organization(
    session: Session,
    *,
    parent_id: int,
    kind: OrganizationKind,
    title: str,
    account_id: int | None,
    now: datetime,
) -> Organization:
    """Add an organization below another. Raises `wrong_parent`, `title_taken` or `organization_closed`."""
    parent = get_open(session, parent_id)
    if kind not in CHILD_KINDS[OrganizationKind(parent.kind)]:
        raise DomainError(
            OrganizationErrorCode.wrong_parent, f"{KIND_TITLES[parent.kind]}之下不能设立{KIND_TITLES[kind]}"
        )
    organization = _insert(session, parent=parent, kind=kind, title=title, now=now)
    _audit(session, organization, "organization_create", account_id, now)
    return organization


def _insert(
    session: Session,
    *,
    parent: Organization | None,
    kind: OrganizationKind,
    title: str,
    now: datetime,
    organization_id: int | None = None,
) -> Organization:
    organization = Organization(
        id=organization_id,
        root_id=parent.root_id if parent else None,
        parent_id=parent.id if parent else None,
        kind=kind,
        title=normal_title(title),
        path="/",
        settings={},
        created_at=now,
        began_on=shanghai_date(now),
    )
    if not added(session, organization):
        raise conflict(OrganizationErrorCode.title_taken, "上级党组织之下已有同名党组织")
    organization.root_id = organization.root_id or organization.id
    organization.path = f"{parent.path if parent else '/'}{organization.id}/"
    session.flush()
    return organization


def rename_organization(
    session: Session, organization_id: int, *, title: str, account_id: int, now: datetime
) -> Organization:
    organization = get_open(session, organization_id)
    before = organization.title
    try:
        with session.begin_nested():
            organization.title = normal_title(title)
    except IntegrityError:
        raise conflict(OrganizationErrorCode.title_taken, "上级党组织之下已有同名党组织") from None
    _audit(session, organization, "organization_rename", account_id, now, before=before, after=organization.title)
    return organization


def change_settings(
    session: Session, organization_id: int, *, settings: dict[str, Any], account_id: int, now: datetime
) -> Organization:
    """Set the named settings and leave the others. Raises DomainError as `head_officers.check`."""
    organization = get_open(session, organization_id)
    if head_officers.SETTING in settings:
        head_officers.check(session, organization, settings[head_officers.SETTING])
    organization.settings = {**organization.settings, **settings}
    session.flush()
    _audit(session, organization, "organization_settings", account_id, now, **settings)
    return organization


def close_organization(session: Session, organization_id: int, *, account_id: int, now: datetime) -> Organization:
    """撤销 an organization that has neither members nor open organizations below it; its grants end today.

    Raises DomainError 409 `organization_closed`, `has_children` or `has_members`, 422 `root_stays`.
    """
    organization = session.scalars(
        select(Organization).where(Organization.id == organization_id).with_for_update()
    ).one()
    today = shanghai_date(now)
    if organization.closed_on is not None:
        raise conflict(OrganizationErrorCode.organization_closed, f"{organization.title}已撤销")
    if organization.parent_id is None:
        raise DomainError(OrganizationErrorCode.root_stays, "党委不能撤销")
    if children(session, parent_id=organization.id, include_closed=False, after_id=None, limit=1):
        raise conflict(OrganizationErrorCode.has_children, "请先撤销或调整下级党组织")
    if _has_members(session, organization.id, today):
        raise conflict(OrganizationErrorCode.has_members, "请先办理所属党员的组织关系转接")
    organization.closed_on = today
    _end_grants(session, organization.id, today, now)
    session.flush()
    _audit(session, organization, "organization_close", account_id, now)
    return organization


def _has_members(session: Session, organization_id: int, today: date) -> bool:
    belongs = or_(Membership.organization_id == organization_id, Membership.group_id == organization_id)
    return session.scalar(select(Membership.id).where(belongs, Membership.ends_after(today)).limit(1)) is not None


def _end_grants(session: Session, organization_id: int, today: date, now: datetime) -> None:
    ids = session.scalars(
        select(Grant.id).where(Grant.organization_id == organization_id, Grant.ends_after(today))
    ).all()
    for grant_id in ids:
        identity.end_grant(session, grant_id=grant_id, until_date=today, now=now)


def _audit(
    session: Session, organization: Organization, action: str, account_id: int | None, now: datetime, **detail: Any
) -> None:
    audit.record(
        session,
        actor_id=account_id,
        action=action,
        now=now,
        detail=detail,
        **audit.of(organization),
    )
