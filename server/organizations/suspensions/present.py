"""Turn suspensions into what goes over the wire."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from server.identity.schemas import PlaceOut
from server.organizations.models import Member, Organization
from server.organizations.queries import account_names
from server.organizations.suspensions.models import Suspension
from server.organizations.suspensions.schemas import SuspensionOut


def suspensions_out(session: Session, found: Sequence[tuple[Suspension, Member, Organization]]) -> list[SuspensionOut]:
    names = account_names(session, [row.recorded_by for row, _, _ in found])
    return [
        SuspensionOut(
            id=row.id,
            member_id=member.id,
            name=member.name,
            branch=PlaceOut(id=branch.id, title=branch.title),
            from_date=row.from_date,
            until_date=row.until_date,
            document=row.document,
            note=row.note,
            ended_note=row.ended_note,
            recorded_by=names[row.recorded_by],
            recorded_at=row.recorded_at,
        )
        for row, member, branch in found
    ]
