"""Steps of a year that wait for the secretary or a 代办."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.results.queries import OF_YEAR, is_current
from server.annual.results.rules import TOLD, EditionKind
from server.annual.steps import conditions, corrections, due, filing, shown
from server.annual.steps.charge import LEADERS, delegate_of
from server.annual.steps.conditions import publicity_of, shows_points
from server.annual.steps.courses import Way
from server.annual.steps.holding import seen
from server.annual.steps.rules import DOERS, STEP_TITLES, Doer, Track, next_step
from server.days import shanghai_date
from server.identity.rules import RULES, Permission
from server.organizations.officers import Officers
from server.organizations.waiting import WaitingItem, WaitingKind, within
from server.publicity.rules import PublicityStatus
from server.years.models import BranchYear
from server.years.rules import YearState

_APPROVING = RULES[Permission.publicity_approve].roles


def _steps(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """The next step of each year that has begun to close, with the day it is due."""
    query = select(BranchYear).where(
        BranchYear.root_id == officers.root_id,
        BranchYear.state.not_in((YearState.open, YearState.archived)),
        *within(officers, BranchYear.organization_id),
    )
    years = session.scalars(query.order_by(BranchYear.id)).all()
    days = due.due_days(session, [each.id for each in years])
    for branch_year in years:
        way = seen(session, branch_year.organization_id, branch_year.year, now=now)
        track, step = _next(way)
        if step is None or DOERS[step] is not Doer.secretary:
            continue
        shows = step is YearState.publicized and shows_points(way.course, track)
        row = publicity_of(session, way) if shows else None
        if row is not None and row.status == PublicityStatus.proposed:
            in_turn = officers.in_turn(branch_year.organization_id, _APPROVING, not_accounts={row.proposed_by})
        else:
            in_turn = officers.in_turn(branch_year.organization_id, LEADERS)
        if (delegate := delegate_of(session, branch_year.id)) is not None:
            in_turn += officers.of_account(delegate.account_id)
        found = days[branch_year.id].get(due.kind_of(track, step))
        due_on = found.row.due_on if found is not None else shanghai_date(branch_year.moved_at)
        words = f"{branch_year.year} 年度：{STEP_TITLES[step]}"
        yield WaitingItem(branch_year.organization_id, branch_year.year, due_on, in_turn, words)


def _corrections(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """What a superseding edition still has before it: members are told, changed lines shown, and it is filed anew."""
    query = (
        select(BranchYear, AnnualEdition)
        .join(AnnualEdition, OF_YEAR)
        .where(
            BranchYear.root_id == officers.root_id,
            BranchYear.state.in_(TOLD),
            AnnualEdition.kind == EditionKind.superseding,
            is_current(),
            *within(officers, BranchYear.organization_id),
        )
    )
    for branch_year, edition in session.execute(query.order_by(BranchYear.id)).all():
        way = seen(session, branch_year.organization_id, branch_year.year, now=now)
        proposed = shown.of_correction(session, edition)
        waits = proposed is not None and proposed.status == PublicityStatus.proposed
        if corrections.owed(session, branch_year) is not None:
            words, roles, out = "作更正通报", LEADERS, frozenset[int]()
        elif proposed is not None and waits:
            words, roles, out = "批准更正公示", _APPROVING, frozenset({proposed.proposed_by})
        elif shown.unshown(session, edition):
            words, roles, out = "提出更正公示", LEADERS, frozenset[int]()
        elif filing.waits_anew(session, way) and not conditions.to_be_filed_anew(session, way):
            words, roles, out = "更正后重新报上级备案", LEADERS, frozenset[int]()
        else:
            continue
        in_turn = officers.in_turn(branch_year.organization_id, roles, not_accounts=out)
        if (delegate := delegate_of(session, branch_year.id)) is not None and roles is LEADERS:
            in_turn += officers.of_account(delegate.account_id)
        since = shanghai_date(edition.drawn_at)
        yield WaitingItem(
            branch_year.organization_id, branch_year.year, since, in_turn, f"{branch_year.year} 年度：{words}"
        )


def _next(way: Way) -> tuple[Track, YearState | None]:
    """Return the next step of a year, on the track on which one may be taken: stars begin where points are filed."""
    of_stars = next_step(way.course, way.progress, Track.stars)
    if of_stars is not None:
        return Track.stars, of_stars
    return Track.points, next_step(way.course, way.progress, Track.points)


KINDS = (
    WaitingKind(
        code="year_steps",
        title="年度工作待办理",
        place=38,
        turns=_steps,
        digest=("months", "年度工作 {} 项"),
        in_workdays=True,
    ),
    WaitingKind(
        code="year_corrections",
        title="年度积分更正待办理",
        place=37,
        turns=_corrections,
        digest=("months", "年度积分更正 {} 项"),
        in_workdays=True,
    ),
)
