"""Prints read, and the editions that there are to print. Nothing here writes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.prints.models import Print, PrintFile, PrintPiece
from server.annual.prints.rules import UNFINISHED, PrintForm, PrintFormat
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import is_current
from server.errors import not_found
from server.organizations.models import Organization


def find(session: Session, print_id: int) -> Print:
    """Return a print. Raises DomainError 404 `not_found`."""
    found = session.get(Print, print_id)
    if found is None:
        raise not_found("打印任务")
    return found


def editions(session: Session, organization_id: int, year: int) -> Sequence[AnnualEdition]:
    """Return the editions that hold of the branches at and below an organization, in the order of the branches."""
    path = session.get_one(Organization, organization_id).path
    rows = (
        select(AnnualEdition)
        .join(Organization, Organization.id == AnnualEdition.organization_id)
        .where(Organization.path.startswith(path, autoescape=True), AnnualEdition.year == year, is_current())
    )
    return session.scalars(rows.order_by(Organization.path, Organization.id)).all()


def unfinished_like(
    session: Session, organization_id: int, year: int, form: PrintForm, format: PrintFormat
) -> Print | None:
    """Return a print of the same that is still being made."""
    return session.scalar(
        select(Print)
        .where(
            Print.organization_id == organization_id,
            Print.year == year,
            Print.form == form,
            Print.format == format,
            Print.status.in_(UNFINISHED),
        )
        .limit(1)
    )


def of_organization(session: Session, organization_id: int, year: int) -> Sequence[Print]:
    """Return an organization's prints of a year that are still kept, the latest first."""
    rows = select(Print).where(Print.organization_id == organization_id, Print.year == year)
    return session.scalars(rows.order_by(Print.id.desc())).all()


def unfinished(session: Session) -> Sequence[int]:
    return session.scalars(select(Print.id).where(Print.status.in_(UNFINISHED)).order_by(Print.id)).all()


def files_of(session: Session, print_id: int) -> Sequence[PrintFile]:
    return session.scalars(select(PrintFile).where(PrintFile.print_id == print_id).order_by(PrintFile.number)).all()


def pieces_of(session: Session, print_id: int) -> Sequence[PrintPiece]:
    return session.scalars(select(PrintPiece).where(PrintPiece.print_id == print_id).order_by(PrintPiece.number)).all()


def all_current(session: Session, edition_ids: Sequence[int]) -> bool:
    """Whether each of these editions still holds."""
    wanted = set(edition_ids)
    current = session.scalars(select(AnnualEdition.id).where(AnnualEdition.id.in_(wanted), is_current())).all()
    return set(current) == wanted


def is_known(session: Session, public_id: str) -> bool:
    """Whether a row names the file."""
    of_file = select(PrintFile.id).where(PrintFile.public_id == public_id)
    of_piece = select(PrintPiece.print_id).where(PrintPiece.public_id == public_id)
    return session.scalar(of_file) is not None or session.scalar(of_piece) is not None
