"""积分证明: what someone who leaves takes along, their year as it stood on their last day here. Nothing is written."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.annual.results.rules import TERM_TO_OBJECT
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.organizations.models import Category, Organization, Stage
from server.organizations.queries import supervising_organization
from server.organizations.workdays import calendar_of
from server.points.decisions.negative_years import negative_members
from server.points.models import LedgerHead
from server.points.scores.rules import SectionScore
from server.points.scores.timelines import MemberTimelines
from server.statements.freezing.figures import LineMeasure, computed


@dataclass(frozen=True, slots=True)
class Certificate:
    """A member's year up to a day, that day included. `total` None: not managed (不列入) on any day of it so far.

    Who leaves may object until the end of `object_until`; `note` says where that day is not certain yet. `unit` is
    the 总支 above the branch, None for a 直属支部. The figures rest on entries up to `head_seq`.
    """

    member_id: int
    name: str
    category: Category
    stage: Stage
    organization_id: int
    branch: str
    unit: str | None
    year: int
    on: date
    standard_title: str
    total_cap: Decimal
    total: Decimal | None
    negative: bool
    sections: tuple[SectionScore, ...]
    head_seq: int
    object_until: date
    note: str | None


def certificate(session: Session, member_id: int, *, on: date, now: datetime) -> Certificate:
    """Return a member's 积分证明 for a day on which they still belonged to a branch.

    Raises DomainError `in_the_future`, `no_membership`, `no_standard`, 404.
    """
    if on > shanghai_date(now):
        raise DomainError(CoreErrorCode.in_the_future, "日期不能晚于今天")
    standing = MemberTimelines(session, [member_id])
    member = standing.member(member_id)
    place = session.get_one(Organization, standing.branch_on(member_id, on))
    above = supervising_organization(session, place.id)
    standard_id = standing.standard_id(member_id, place.id, on)
    document = standing.document(standard_id)
    kinds = standing.kinds_on(member_id, on)
    head = session.get(LedgerHead, member_id)
    measure = LineMeasure(
        statement_id=0,  # of none
        member_id=member_id,
        standard_id=standard_id,
        category=kinds.category,
        stage=kinds.stage,
        negative=bool(negative_members(session, [member_id], on.year)),
        head_seq=head.seq if head else 0,
    )
    begins = standing.first_day_in(member_id, on.year)
    managed = [measure] if begins is not None and begins <= on else []
    score = computed(session, managed, year=on.year, until=on, year_closed=False).get(member_id)
    calendar = calendar_of(session, root_id=member.root_id, around=on)
    object_until = calendar.workday_after(on, TERM_TO_OBJECT)
    return Certificate(
        member_id=member_id,
        name=member.name,
        category=measure.category,
        stage=measure.stage,
        organization_id=place.id,
        branch=place.title,
        unit=above.title if above is not None and above.parent_id is not None else None,
        year=on.year,
        on=on,
        standard_title=document.title,
        total_cap=document.total_cap,
        total=score.total if score else None,
        negative=measure.negative,
        sections=score.sections if score else (),
        head_seq=measure.head_seq,
        object_until=object_until,
        note=calendar.note(on, object_until),
    )
