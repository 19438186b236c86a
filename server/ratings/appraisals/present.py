"""Turn appraisals into what goes over the wire."""

from sqlalchemy.orm import Session

from server.organizations.members import names
from server.ratings.appraisals.queries import of_branch
from server.ratings.appraisals.rules import APPRAISAL_TITLES, AppraisalGrade
from server.ratings.appraisals.schemas import AppraisalOut, AppraisalsOut
from server.strokes import by_strokes


def appraisals_out(session: Session, organization_id: int, year: int) -> AppraisalsOut:
    found = of_branch(session, organization_id, year)
    called = names(session, [each.member_id for each in found])
    items = [
        AppraisalOut(
            id=each.id,
            member_id=each.member_id,
            name=called[each.member_id],
            grade=AppraisalGrade(each.grade),
            title=APPRAISAL_TITLES[AppraisalGrade(each.grade)],
            meeting_id=each.meeting_id,
            recorded_at=each.recorded_at,
            withdrawn_at=each.withdrawn_at,
            withdrawn_reason=each.withdrawn_reason,
        )
        for each in found
    ]
    return AppraisalsOut(items=sorted(items, key=lambda each: (each.withdrawn_at is not None, by_strokes(each.name))))
