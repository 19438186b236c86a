"""Who issues bulletins, and the name at the head of their documents."""

from datetime import date, datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from server.organizations.beginning import has_begun
from server.organizations.models import Organization, OrganizationKind
from server.statements.models import Statement

_BRANCH_ENDINGS = {"党委": "委员会", "党总支": "总支部委员会", "总支": "总支部委员会", "分党委": "委员会"}
_OFFICE = "组织部"


def issuers(session: Session) -> list[Organization]:
    """Return the organizations directly above branches: every 总支, and the 党委 for its 直属支部."""
    below = select(Organization.parent_id).where(Organization.kind == OrganizationKind.branch)
    return list(session.scalars(select(Organization).where(Organization.id.in_(below)).order_by(Organization.id)))


def branches_of(
    session: Session, organization_id: int, *, period: str, until: date, as_of: datetime
) -> list[Organization]:
    """Return the branches a bulletin covers: those with a statement of the month, and those that ought to have one."""
    stated = exists().where(Statement.organization_id == Organization.id, Statement.period == period)
    open_then = or_(Organization.closed_on.is_(None), Organization.closed_on > until) & (
        Organization.created_at < as_of
    )
    query = select(Organization).where(
        Organization.parent_id == organization_id,
        Organization.kind == OrganizationKind.branch,
        stated | (open_then & has_begun(until)),
    )
    return list(session.scalars(query.order_by(Organization.id)))


def official_name(organization: Organization, root: Organization) -> tuple[str, ...]:
    """Return the lines of a document's head: 中共…委员会组织部, or 中共… and the 总支's own committee."""
    university = _without_ending(root.title)
    if organization.id == root.id:
        return (f"中共{university}{_BRANCH_ENDINGS['党委']}{_OFFICE}",)
    return f"中共{university}", full_title(organization.title)


def full_title(title: str) -> str:
    """Return the title with which a 总支 signs: 计算机学院党总支 → 计算机学院总支部委员会. Others stay as they are."""
    ending = _ending(title)
    return title.removesuffix(ending) + _BRANCH_ENDINGS[ending] if ending else title


def _without_ending(title: str) -> str:
    return title.removesuffix(_ending(title)).removeprefix("中共")


def _ending(title: str) -> str:
    return next((ending for ending in sorted(_BRANCH_ENDINGS, key=len, reverse=True) if title.endswith(ending)), "")
