"""Turn exceptions into what goes over the wire."""

from sqlalchemy.orm import Session

from server.organizations.members import names
from server.ratings.exceptions.models import ExceptionKind
from server.ratings.exceptions.queries import of_branch
from server.ratings.exceptions.schemas import StarExceptionOut, StarExceptionsOut
from server.ratings.rules import UNRATED_TITLES

EXCEPTION_TITLES = {
    **{ExceptionKind(ground.value): f"不定星级：{title}" for ground, title in UNRATED_TITLES.items()},
    ExceptionKind.influence: "处分影响期内，不评最高星级",
}


def exceptions_out(session: Session, organization_id: int, year: int) -> StarExceptionsOut:
    found = of_branch(session, organization_id, year)
    called = names(session, [each.member_id for each in found])
    return StarExceptionsOut(
        items=[
            StarExceptionOut(
                id=each.id,
                member_id=each.member_id,
                name=called[each.member_id],
                kind=ExceptionKind(each.kind),
                title=EXCEPTION_TITLES[ExceptionKind(each.kind)],
                reason=each.reason,
                decided_on=each.decided_on,
                entered_at=each.entered_at,
                withdrawn_at=each.withdrawn_at,
                withdrawn_reason=each.withdrawn_reason,
            )
            for each in found
        ]
    )
