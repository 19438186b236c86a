"""Appraisals read."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.ratings.appraisals.models import Appraisal
from server.ratings.appraisals.rules import AppraisalGrade


def grades_for(session: Session, member_ids: Collection[int], year: int) -> Mapping[int, AppraisalGrade]:
    """Return members' grades for a year; who has none yet is left out."""
    query = select(Appraisal.member_id, Appraisal.grade).where(
        Appraisal.member_id.in_(member_ids), Appraisal.for_year == year, Appraisal.open.is_(True)
    )
    return {member_id: AppraisalGrade(grade) for member_id, grade in session.execute(query)}


def of_branch(session: Session, organization_id: int, year: int) -> Sequence[Appraisal]:
    """Return the grades that a branch has recorded for a year, withdrawn ones too, in the order of their recording."""
    of_year = (Appraisal.organization_id == organization_id, Appraisal.for_year == year)
    return session.scalars(select(Appraisal).where(*of_year).order_by(Appraisal.id)).all()


def excellent_in(session: Session, organization_id: int, year: int) -> int:
    """Return how many of a branch are 优秀 for a year."""
    query = select(func.count()).where(
        Appraisal.organization_id == organization_id,
        Appraisal.for_year == year,
        Appraisal.open.is_(True),
        Appraisal.grade == AppraisalGrade.excellent,
    )
    return session.scalar(query) or 0
