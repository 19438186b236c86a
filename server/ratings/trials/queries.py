"""Dry runs read."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.ratings.trials.models import DryRun


def latest(session: Session, organization_id: int, year: int) -> DryRun | None:
    """Return a branch's last dry run of a year."""
    of_branch = (DryRun.organization_id == organization_id, DryRun.year == year)
    return session.scalar(select(DryRun).where(*of_branch).order_by(DryRun.id.desc()).limit(1))
