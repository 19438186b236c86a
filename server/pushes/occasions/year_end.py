"""年终: the steps of a year's close, announced by the feature that takes them, and the cut-off of claims."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.claims.rules import cut_off_reminder, year_to_claim_for
from server.days import day_end, shanghai_date
from server.organizations.models import Member, Membership, Organization
from server.points.scores.timelines import MemberTimelines
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, places_of, to_member
from server.pushes.rules import Occasion
from server.years.queries import cut_off_of_root, own_cut_offs


class YearStep(StrEnum):
    """The steps of a year's close that people are told of."""

    report = "report"  # the members' meeting heard the results
    publicity = "publicity"  # the results are on show
    filed = "filed"
    stars_publicity = "stars_publicity"
    published = "published"


_WORDS = {
    YearStep.report: ("积分已向党员大会通报", "可查看本人年度积分，有异议可提出"),
    YearStep.publicity: ("积分公示", "公示期内可提出异议"),
    YearStep.filed: ("积分已报备案", wording.OPEN),
    YearStep.stars_publicity: ("星级公示", "公示期内可提出异议"),
    YearStep.published: ("积分与星级已公布", wording.OPEN),
}

CUT_OFF_HINT = "未申报的请及时申报，当天提交算数"


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
    """Tell members of a step; return how many were not told before. `on` is its day, or the last one of a period.

    A step taken again (publicity after an upheld objection, say) has another `round_number`. Callers pass about 1,000
    members per transaction.
    """
    title, hint = _WORDS[step]
    organization = session.get_one(Organization, organization_id)
    message = DraftedMessage(
        Occasion.year_end,
        subject=f"{organization_id}:{year}:{step}:{round_number}",
        page=pages.year(year),
        due_at=now,
    )
    content = wording.year_end(f"{year}年度{title}", organization.title, on, hint)
    places = places_of(session, member_ids, shanghai_date(now))
    drafts = [to_member(message, member_id, place, content) for member_id, place in places.items()]
    return outbox.enqueue(session, drafts, now=now)


def remind_of_cut_off(session: Session, *, root_id: int, now: datetime, after_id: int, limit: int) -> int | None:
    """Remind the next members after `after_id` of the last day for claims of the year; return the last of them, or
    None where nobody is left or no reminder is due.

    There are two reminders, each once per person and year, and again if the day was moved for the branch. Run every
    day, it catches up by itself.
    """
    today = shanghai_date(now)
    year = year_to_claim_for(today)
    usual, own = cut_off_of_root(session, root_id, year), own_cut_offs(session, root_id, year)
    if all(cut_off_reminder(today, last) is None for last in {usual, *own.values()}):
        return None
    rows = session.execute(
        select(Member.id, Organization.id, Organization.title)
        .join(Membership, and_(Membership.member_id == Member.id, Membership.holds_on(today)))
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Member.root_id == root_id, Member.id > after_id)
        .order_by(Member.id)
        .limit(limit)
    ).all()
    standing = MemberTimelines(session, [member_id for member_id, _, _ in rows])
    drafts = []
    for member_id, branch_id, branch in rows:
        held = standing.last_in(member_id, year)
        last = own.get(held.organization_id, usual) if held is not None else usual
        message = _reminder(year, today, last, usual, now)
        if message is not None and _is_measured(standing, member_id, year):
            content = wording.year_end(f"{year}年度申报截止", branch, last, CUT_OFF_HINT)
            drafts.append(to_member(message, member_id, HomePlace(root_id, branch_id), content))
    outbox.enqueue(session, drafts, now=now)
    return rows[-1][0] if len(rows) == limit else None


def _reminder(year: int, today: date, last: date, usual: date, now: datetime) -> DraftedMessage | None:
    """Return the reminder of a last day that is due today, if there is one."""
    number = cut_off_reminder(today, last)
    if number is None:
        return None
    subject = f"{year}:cut_off:{number}" if last == usual else f"{year}:cut_off:{number}:{last.isoformat()}"
    return DraftedMessage(Occasion.year_end, subject, pages.claim_for(year), due_at=now, expires_at=day_end(last))


def _is_measured(standing: MemberTimelines, member_id: int, year: int) -> bool:
    """Whether the member was managed on some day of the year, under a standard: only then can they claim anything."""
    return standing.first_day_in(member_id, year) is not None and standing.year_standard_id(member_id, year) is not None
