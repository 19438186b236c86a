"""Someone outside the managed range (不列入管理范围), for tests that need one who is."""

from datetime import date

from sqlalchemy.orm import Session

from server.organizations.models import Exemption, Filing, FilingStatus, FilingSubject
from tests.cast import NOW, Cast


def exempt(
    session: Session, cast: Cast, member_id: int, since: date, *, until: date | None = None, reason: str = "长期患病"
) -> None:
    """Write an exemption whose filing was received as it stands in the tables; its steps are not gone through."""
    secretary = cast.li_wei.account_id
    filing = Filing(
        root_id=cast.root,
        subject_kind=FilingSubject.exemption,
        subject_id=member_id,
        title="不列入管理范围",
        from_organization_id=cast.branch,
        to_organization_id=cast.general_branch,
        status=FilingStatus.received,
        submitted_by=secretary,
        submitted_at=NOW,
    )
    session.add(filing)
    session.flush()
    session.add(
        Exemption(
            member_id=member_id,
            organization_id=cast.branch,
            open=True if until is None else None,
            reason=reason,
            studied_on=since,
            studied_note="支委会研究",
            studied_by=secretary,
            from_date=since,
            until_date=until,
            filing_id=filing.id,
            created_at=NOW,
        )
    )
    session.flush()
