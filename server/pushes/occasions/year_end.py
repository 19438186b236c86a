"""年终: the steps of a year's close, told by the feature that takes them."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from server.clock import shanghai_date
from server.organizations.models import Organization
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import Message, places_of, to_member
from server.pushes.rules import Occasion


class YearStep(StrEnum):
    """What of a year's close people are told."""

    closing = "closing"  # facts of the year may be claimed until a day
    publicity = "publicity"  # the results are on show
    filed = "filed"
    stars_publicity = "stars_publicity"
    published = "published"


_WORDS = {
    YearStep.closing: ("申报截止", "未申报的事项请及时申报"),
    YearStep.publicity: ("积分公示", "公示期内可提出异议"),
    YearStep.filed: ("积分已报备案", wording.OPEN),
    YearStep.stars_publicity: ("星级公示", "公示期内可提出异议"),
    YearStep.published: ("积分与星级已公布", wording.OPEN),
}


def announce(
    session: Session,
    *,
    organization_id: int,
    year: int,
    step: YearStep,
    on: date,
    member_ids: Collection[int],
    now: datetime,
    round_number: int = 1,
) -> int:
    """Tell members of a step; return how many are newly told. `on` is its day, or the last one of a period.

    A step taken again (publicity after an upheld objection, say) has another `round_number`. Callers keep a
    transaction to some 1,000 members.
    """
    title, hint = _WORDS[step]
    organization = session.get_one(Organization, organization_id)
    message = Message(
        Occasion.year_end,
        subject=f"{organization_id}:{year}:{step}:{round_number}",
        page=pages.year(year),
        due_at=now,
    )
    content = wording.year_end(f"{year}年度{title}", organization.title, on, hint)
    places = places_of(session, member_ids, shanghai_date(now))
    drafts = [to_member(message, member_id, place, content) for member_id, place in places.items()]
    return outbox.enqueue(session, drafts, now=now)
