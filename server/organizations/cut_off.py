"""申报截止: until when facts of a year may be claimed, which each university sets as MM-DD of the next year."""

from datetime import date

from sqlalchemy.orm import Session

from server.organizations.models import Organization

SETTING = "claim_cut_off"
DEFAULT = "01-10"


def cut_off_of(session: Session, root_id: int, year: int) -> date:
    """Return the last day on which facts of a year may be claimed in this university."""
    return last_claim_day(year, session.get_one(Organization, root_id).settings.get(SETTING, DEFAULT))


def last_claim_day(year: int, cut_off: str = DEFAULT) -> date:
    """Return the last day on which facts of `year` may be claimed; `cut_off` is MM-DD of the next year."""
    month, day = cut_off.split("-")
    return date(year + 1, int(month), int(day))
