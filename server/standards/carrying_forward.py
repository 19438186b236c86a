"""A year that begins without a standard: last year's is carried forward, in force until another is published."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session, aliased

from server.db import reading, transaction
from server.events import emit
from server.organizations.models import Organization
from server.standards.drafts import lock_organization, next_version, record
from server.standards.events import StandardPublished
from server.standards.models import Standard, StandardStatus
from server.standards.versions import find_own


def carry_forward(engine: Engine, *, year: int, now: datetime) -> int:
    """Carry every version of last year without a successor, each in a transaction of its own; return how many.

    Safe to run again, beside itself, and after it died half-way.
    """
    with reading(engine) as session:
        left = session.scalars(_without_successor(year)).all()
    return sum(transaction(engine, partial(carry, standard_id=each, year=year, now=now)) for each in left)


def carry(session: Session, *, standard_id: int, year: int, now: datetime) -> bool:
    """Put a copy of last year's version in force for the year unless its organization has one; return whether so."""
    last = session.get_one(Standard, standard_id)
    place, audience = last.organization_id, last.audience
    lock_organization(session, place)
    if find_own(session, organization_id=place, year=year, audience=audience) is not None:
        return False
    carried = Standard(
        root_id=last.root_id,
        organization_id=place,
        year=year,
        audience=audience,
        version=next_version(session, organization_id=place, year=year, audience=audience),
        status=StandardStatus.published,
        in_force=True,
        document_json=last.document_json,
        content_hash=last.content_hash,
        carried_from_id=last.id,
        created_at=now,
        updated_at=now,
        published_at=now,
    )
    session.add(carried)
    record(session, carried, "standard_carried_forward", None, now, carried_from_id=last.id)
    emit(session, StandardPublished(carried.id, place, year, now, first=True))
    return True


def _without_successor(year: int) -> Select[int]:
    """Last year's versions in force, root first, whose organization still exists and has none in force for the year."""
    successor = aliased(Standard)
    same = (
        successor.organization_id == Standard.organization_id,
        successor.audience == Standard.audience,
        successor.year == year,
        successor.in_force.is_(True),
    )
    return (
        select(Standard.id)
        .join(Organization, Organization.id == Standard.organization_id)
        .where(Standard.year == year - 1, Standard.in_force.is_(True), Organization.closed_on.is_(None))
        .where(~select(successor.id).where(*same).exists())
        .order_by(Organization.path, Standard.id)
    )
