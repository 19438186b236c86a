"""Which version of a standard is in force where, and what it says."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, Subquery, and_, bindparam, func, select, true
from sqlalchemy.orm import Session, aliased, undefer

from server.errors import DomainError
from server.organizations.models import Organization
from server.organizations.queries import ancestor_ids
from server.standards.error_codes import StandardErrorCode
from server.standards.models import Standard, StandardStatus
from server.standards.rules import Audience, StandardDocument, content_hash

_MOST_PARSED = 1_000
_parsed: dict[str, StandardDocument] = {}
"""Published documents by content hash. Another thread may clear it between two looks: look once."""

_IN_FORCE = (
    select(Standard)
    .where(
        Standard.organization_id.in_(bindparam("organization_ids", expanding=True)),
        Standard.year.in_(bindparam("years", expanding=True)),
        Standard.audience == bindparam("audience"),
        Standard.in_force.is_(True),
    )
    .execution_options(populate_existing=True)
)


def years_in_force(year: int) -> tuple[int, int]:
    """Return the years whose versions may be in force in a year: last year's wherever the year has none yet."""
    return year - 1, year


def find_in_force(session: Session, *, organization_ids: Sequence[int], year: int, audience: str) -> Standard | None:
    """Return the version in force of the last of these organizations (root first) that has one for the year.

    Last year's stands in where nobody published one and it is not carried forward yet (`carrying_forward.py`).
    """
    wanted = {"organization_ids": organization_ids, "years": years_in_force(year), "audience": audience}
    found = session.scalars(_IN_FORCE, wanted)
    return max(found, key=lambda each: (organization_ids.index(each.organization_id), each.year), default=None)


def find_own(session: Session, *, organization_id: int, year: int, audience: str) -> Standard | None:
    """Return the organization's own version in force for the year, be it published or carried forward."""
    wanted = {"organization_ids": [organization_id], "years": [year], "audience": audience}
    return session.scalars(_IN_FORCE, wanted).one_or_none()


def in_force_everywhere(year: int, places: Select[int] | None = None) -> Subquery:
    """`find_in_force` for many organizations at once, by default all: id, audience and the standard's id."""
    owner, place = aliased(Organization), aliased(Organization)
    near_first = (func.length(owner.path).desc(), Standard.year.desc())
    nearness = func.row_number().over(partition_by=(place.id, Standard.audience), order_by=near_first)
    columns = (place.id.label("organization_id"), Standard.audience, Standard.id.label("standard_id"))
    ranked = (
        select(*columns, nearness.label("nearness"))
        .join(owner, owner.id == Standard.organization_id)
        .join(place, and_(place.root_id == Standard.root_id, place.path.startswith(owner.path)))
        .where(Standard.year.in_(years_in_force(year)), Standard.in_force.is_(True))
        .where(true() if places is None else place.id.in_(places))
        .subquery()
    )
    return select(ranked).where(ranked.c.nearness == 1).subquery()


def published_years(session: Session, *, since: int) -> Sequence[int]:
    """Return the years from `since` on for which anybody has a version, published or carried forward."""
    years = select(Standard.year).where(Standard.year >= since, Standard.in_force.is_(True))
    return session.scalars(years.distinct().order_by(Standard.year)).all()


def in_force(session: Session, *, organization_id: int, year: int, audience: str = Audience.members) -> Standard:
    """Return the organization's own published version or the nearest above it. Raises DomainError `no_standard`."""
    ids = ancestor_ids(session, organization_id)
    return in_force_along(session, organization_ids=ids, year=year, audience=audience)


def in_force_along(
    session: Session, *, organization_ids: Sequence[int], year: int, audience: str = Audience.members
) -> Standard:
    """Return the published version nearest to the last of a path's organizations. Raises DomainError `no_standard`."""
    standard = find_in_force(session, organization_ids=organization_ids, year=year, audience=audience)
    if standard is None:
        raise no_standard(year)
    return standard


def no_standard(year: int) -> DomainError:
    return DomainError(StandardErrorCode.no_standard, f"{year} 年度积分标准尚未发布，党委组织部或党总支发布后开始计分")


def nearest_above(session: Session, standard: Standard, *, year: int) -> Standard | None:
    """Return the version of the nearest organization above that this one must refine in a year."""
    ids = ancestor_ids(session, standard.organization_id)[:-1]
    return find_in_force(session, organization_ids=ids, year=year, audience=standard.audience)


def document_of(session: Session, standard_id: int) -> StandardDocument:
    """Return what a version says; published documents never change, so each is parsed once per process."""
    return documents_of(session, [standard_id])[standard_id]


def documents_of(session: Session, standard_ids: Collection[int]) -> dict[int, StandardDocument]:
    """Return what versions say, by id; like `document_of`. A session queries once for each published one."""
    published: dict[int, StandardDocument] = session.info.setdefault("published_documents", {})
    found = {each: published[each] for each in standard_ids if each in published}
    says = select(Standard.id, Standard.status, Standard.content_hash)
    unread = set(standard_ids) - found.keys()
    for standard_id, status, digest in session.execute(says.where(Standard.id.in_(unread))) if unread else ():
        if status == StandardStatus.published and (parsed := _parsed.get(digest)) is not None:
            found[standard_id] = published[standard_id] = parsed
    unread -= found.keys()
    whole = select(Standard).where(Standard.id.in_(unread)).options(undefer(Standard.document_json))
    for standard in session.scalars(whole) if unread else ():
        found[standard.id] = document_in(standard)
        if standard.status == StandardStatus.published:
            published[standard.id] = found[standard.id]
    return found


def document_in(standard: Standard) -> StandardDocument:
    """Return what a version already read says, parsed once like `document_of`."""
    if standard.status != StandardStatus.published:
        return standard.document
    digest = standard.content_hash
    if (parsed := _parsed.get(digest)) is None:
        if len(_parsed) >= _MOST_PARSED:
            _parsed.clear()
        parsed = _parsed[digest] = standard.document
    return parsed


def versions(
    session: Session,
    *,
    organization_id: int,
    with_drafts: bool,
    year: int | None = None,
    audience: Audience | None = None,
    before_id: int | None = None,
    limit: int,
) -> list[Standard]:
    """Return an organization's own versions, latest first."""
    query = select(Standard).where(Standard.organization_id == organization_id)
    if not with_drafts:
        query = query.where(Standard.status == StandardStatus.published)
    if year is not None:
        query = query.where(Standard.year == year)
    if audience is not None:
        query = query.where(Standard.audience == audience)
    if before_id is not None:
        query = query.where(Standard.id < before_id)
    return list(
        session.scalars(query.options(undefer(Standard.document_json)).order_by(Standard.id.desc()).limit(limit))
    )


def altered(session: Session) -> list[int]:
    """Return the published versions whose document no longer matches its content hash; there should be none."""
    rows = session.execute(
        select(Standard.id, Standard.document_json, Standard.content_hash)
        .where(Standard.status == StandardStatus.published)
        .order_by(Standard.id)
    )
    return [standard_id for standard_id, data, digest in rows if content_hash(data) != digest]
