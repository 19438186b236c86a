"""Turn a branch's year into what goes over the wire."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.annual.results.queries import current_edition
from server.annual.steps import conditions, corrections, due, reporting, shown, undoing
from server.annual.steps import filing as filings
from server.annual.steps.actions import actions
from server.annual.steps.charge import Charge, charge_of, delegate_of
from server.annual.steps.courses import Way
from server.annual.steps.gates import Missing
from server.annual.steps.left import left
from server.annual.steps.models import AnnualReportAbsentee, StarsStep
from server.annual.steps.rules import CONSEQUENCE_WORDS, DOERS, STEP_TITLES, Track, next_step
from server.annual.steps.schemas import (
    BranchesOut,
    BranchStandingOut,
    BranchYearOut,
    CorrectionOut,
    DelegateOut,
    HistoryOut,
    LeftOut,
    MissingOut,
    ReportOut,
    StandingEditionOut,
    StepOut,
    StepStanding,
    UndoOptionOut,
)
from server.annual.steps.supervising import BranchStanding
from server.days import shanghai_date
from server.deadlines.queries import DueDay, terms_of_organization
from server.deadlines.rules import counted_words
from server.identity.access import Context
from server.identity.rules import Permission, allows, roles_at
from server.identity.schemas import PlaceOut
from server.meetings.models import Meeting
from server.organizations.filings import latest_filing
from server.organizations.models import FilingSubject
from server.organizations.queries import account_names
from server.years.models import BranchYearStep
from server.years.queries import standing_of
from server.years.rules import YearState

_LEFT_IN = (YearState.open, YearState.closing)


def branch_year_out(context: Context, way: Way) -> BranchYearOut:
    """A branch's year as one of its readers sees it, with what they may do."""
    session, branch_year = context.session, way.branch_year
    charge = charge_of(
        session, way.organization, branch_year_id=branch_year.id, account_id=context.account_id, now=context.now
    )
    edition = current_edition(session, way.organization.id, branch_year.year)
    filing = (
        latest_filing(session, subject_kind=FilingSubject.annual_result, subject_id=edition.id)
        if edition is not None and allows(context.actor, Permission.filing_read, context.target)
        else None
    )
    on_show = conditions.publicity_of(session, way)
    remaining = left(session, branch_year, now=context.now) if way.progress.points in _LEFT_IN else []
    lacking = {
        (track, step): conditions.missing(session, way, track, step, now=context.now)
        for track in Track
        if (step := next_step(way.course, way.progress, track)) is not None
    }
    owed, anew = corrections.owed(session, branch_year), filings.waits_anew(session, way)
    return BranchYearOut(
        organization=PlaceOut(id=way.organization.id, title=way.organization.title),
        year=branch_year.year,
        state=way.progress.points,
        stars_state=way.progress.stars,
        flow=way.course.flow,
        cut_off=standing_of(session, way.organization.id, branch_year.year).cut_off,
        edition=StandingEditionOut.model_validate(edition, from_attributes=True) if edition is not None else None,
        report=_report_out(session, branch_year.id),
        correction=CorrectionOut(
            owed=owed is not None,
            members=len(owed.member_ids) if owed else 0,
            edition_id=corrections.printable(session, branch_year),
            lines=len(shown.unshown(session, edition)),
            lacks=[each.words for each in conditions.to_be_filed_anew(session, way)] if anew else [],
        ),
        publicity_id=on_show.id if on_show is not None else None,
        filing_id=filing.id if filing is not None else None,
        delegate=_delegate_out(session, branch_year.id),
        steps=list(_steps(session, way, lacking, shanghai_date(context.now))),
        left=[LeftOut.model_validate(each, from_attributes=True) for each in remaining],
        actions=actions(
            session,
            way,
            charge,
            open_steps={step for (track, step), each in lacking.items() if track is Track.points and not each},
            owes=owed is not None,
            roles=roles_at(context.actor, way.organization.ancestor_ids),
            account_id=context.account_id,
            now=context.now,
        ),
        undo=list(_undo_options(context, way, charge)),
        history=_history(session, way),
    )


def branches_out(found: Sequence[BranchStanding]) -> BranchesOut:
    """All branches of a unit; 未含 says how many a summary drawn now leaves out."""
    filed = sum(each.filed for each in found)
    open_ones = len(found) - filed
    return BranchesOut(
        items=[
            BranchStandingOut(
                organization=PlaceOut(id=each.way.organization.id, title=each.way.organization.title),
                state=each.way.progress.points,
                stars_state=each.way.progress.stars,
                next=each.next,
                next_title=STEP_TITLES[each.next] if each.next is not None else None,
                due=each.due_on,
                late=each.late,
                delegate=each.delegate,
                filed=each.filed,
            )
            for each in found
        ],
        filed=filed,
        not_filed=open_ones,
        words=f"未含 {open_ones} 个党支部" if open_ones else None,
    )


Lacking = Mapping[tuple[Track, YearState], Sequence[Missing]]


def _steps(session: Session, way: Way, lacking: Lacking, today: date) -> Iterator[StepOut]:
    ids = [way.branch_year.id] if way.branch_year.id is not None else []
    days = due.due_days(session, ids).get(way.branch_year.id, {})
    names = account_names(session, [step.account_id for track in Track for step in _moves(session, way, track)])
    for track in Track:
        steps, state = way.course.steps(track), way.progress.of(track)
        reached = steps.index(state) if state is not None and state in steps else -1
        taken = {YearState(each.after): each for each in _moves(session, way, track)}
        for place, step in enumerate(steps):
            done = taken.get(step) if place <= reached else None
            found = days.get(due.kind_of(track, step))
            is_next = (track, step) in lacking
            account_id = done.account_id if done is not None else None
            yield StepOut(
                track=track,
                step=step,
                title=STEP_TITLES[step],
                state=StepStanding.done if place <= reached else StepStanding.next if is_next else StepStanding.ahead,
                who=DOERS[step],
                due=found.row.due_on if found is not None and (found.row.open or done is not None) else None,
                due_note=_due_note(session, way, found) if found is not None and found.row.open else None,
                late=found is not None and bool(found.row.open) and today > found.row.due_on,
                done_at=done.at if done is not None else None,
                done_by=names.get(account_id) if account_id is not None else None,
                missing=[
                    MissingOut(kind=each.kind, words=each.words, page=each.page)
                    for each in lacking.get((track, step), ())
                ],
            )


def _due_note(session: Session, way: Way, found: DueDay) -> str:
    """How a due day is counted, and from where it moved last."""
    row = found.row
    terms = terms_of_organization(session, way.organization.id, around=row.counted_from)
    words = counted_words(terms, row.basis, row.due_on)
    if not found.moves:
        return words
    last = found.moves[-1]
    return f"{words}（{last.reason}，由 {last.old_day.month} 月 {last.old_day.day} 日改期）"


def _undo_options(context: Context, way: Way, charge: Charge) -> Iterator[UndoOptionOut]:
    for each in undoing.what_falls(context.session, way, charge, account_id=context.account_id):
        yield UndoOptionOut(
            track=each.track,
            to=each.to,
            title=STEP_TITLES[each.to],
            falls=list(each.falls),
            consequences=list(each.consequences),
            words=[CONSEQUENCE_WORDS[consequence] for consequence in each.consequences],
            allowed=each.allowed,
        )


def _report_out(session: Session, branch_year_id: int | None) -> ReportOut | None:
    row = reporting.open_report(session, branch_year_id)
    if row is None:
        return None
    told = select(func.count()).where(AnnualReportAbsentee.report_id == row.id)
    return ReportOut(
        meeting_id=row.meeting_id,
        held_on=session.get_one(Meeting, row.meeting_id).day,
        expected=row.expected,
        present=row.present,
        told=session.scalar(told) or 0,
        reported_at=row.reported_at,
    )


def _delegate_out(session: Session, branch_year_id: int | None) -> DelegateOut | None:
    row = delegate_of(session, branch_year_id)
    if row is None:
        return None
    return DelegateOut(
        account_id=row.account_id,
        name=account_names(session, [row.account_id])[row.account_id],
        reason=row.reason,
        appointed_at=row.appointed_at,
    )


def _moves(session: Session, way: Way, track: Track) -> Sequence[BranchYearStep | StarsStep]:
    if track is Track.stars:
        stars = select(StarsStep).where(StarsStep.branch_year_id == way.branch_year.id)
        return session.scalars(stars.order_by(StarsStep.id)).all()
    points = select(BranchYearStep).where(BranchYearStep.branch_year_id == way.branch_year.id)
    return session.scalars(points.order_by(BranchYearStep.id)).all()


def _history(session: Session, way: Way) -> list[HistoryOut]:
    moves = [(track, move) for track in Track for move in _moves(session, way, track)]
    names = account_names(session, [move.account_id for _, move in moves])
    found = [
        HistoryOut(
            track=track,
            before=YearState(move.before),
            after=YearState(move.after),
            at=move.at,
            by=names.get(move.account_id) if move.account_id is not None else None,
            reason=move.reason,
            claim_until=move.claim_until if isinstance(move, BranchYearStep) else None,
        )
        for track, move in moves
    ]
    return sorted(found, key=lambda each: each.at)
