"""What must hold for each step (year.md §3): shown before, and asked again inside the step's locked transaction."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.results.queries import current_edition
from server.annual.steps import corrections, due, shown
from server.annual.steps.courses import Way
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.gates import Missing, held_up
from server.annual.steps.left import left
from server.annual.steps.rules import STEP_TITLES, Course, Track, next_step
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import conflict
from server.organizations.filings import latest_filing
from server.organizations.models import FilingStatus, FilingSubject
from server.publicity.models import Publicity
from server.pushes import pages
from server.years.queries import standing_of
from server.years.rules import YearState


def refuse(session: Session, way: Way, track: Track, step: YearState, *, now: datetime) -> None:
    """Raise DomainError 409 `wrong_status` where a step does not follow, `step_incomplete` while it lacks something."""
    _refuse_other(way, track, step)
    _refuse_lacking(step, missing(session, way, track, step, now=now))


def refuse_filing(session: Session, way: Way, track: Track = Track.points) -> None:
    """As `refuse`, for the filing, which waits for no day."""
    _refuse_other(way, track, YearState.filed)
    gates = held_up(session, way.branch_year, track, YearState.filed)
    _refuse_lacking(YearState.filed, [*to_be_filed_anew(session, way), *gates])


def refuse_untold(session: Session, way: Way) -> None:
    """Raise DomainError 409 `step_incomplete` while figures that members know have changed and they were not told."""
    _refuse_lacking(YearState.publicized, [*_told(session, way)])


def refuse_filing_anew(session: Session, way: Way) -> None:
    """Raise DomainError 409 `step_incomplete` while an edition that supersedes what was filed may not be filed yet."""
    _refuse_lacking(YearState.filed, to_be_filed_anew(session, way))


def to_be_filed_anew(session: Session, way: Way) -> list[Missing]:
    """Return what a superseding edition lacks before it is filed: members are told of it, what was on show is shown."""
    return [*_told(session, way), *_corrected(session, way, None)]


def _refuse_other(way: Way, track: Track, step: YearState) -> None:
    if next_step(way.course, way.progress, track) is not step:
        state = way.progress.of(track) or YearState.open
        message = f"本年度工作目前是“{STEP_TITLES[state]}”，不能办理“{STEP_TITLES[step]}”，请刷新后查看"
        raise conflict(CoreErrorCode.wrong_status, message, state=state)


def _refuse_lacking(step: YearState, lacking: Collection[Missing]) -> None:
    if not lacking:
        return
    words = "；".join(each.words for each in lacking)
    raise conflict(
        AnnualErrorCode.step_incomplete,
        f"还不能办理“{STEP_TITLES[step]}”：{words}",
        missing=[{"kind": each.kind, "words": each.words, "page": each.page} for each in lacking],
    )


def missing(session: Session, way: Way, track: Track, step: YearState, *, now: datetime) -> list[Missing]:
    """Return what a step still lacks, the gates of other features included."""
    return [*_own(session, way, track, step, now), *held_up(session, way.branch_year, track, step)]


def _own(session: Session, way: Way, track: Track, step: YearState, now: datetime) -> Iterator[Missing]:
    match step:
        case YearState.closing:
            yield from _cut_off(session, way, now)
        case YearState.drafted:
            yield from _cut_off(session, way, now)
            for each in left(session, way.branch_year, now=now):
                if each.blocks:
                    yield Missing(each.kind, f"{each.words} {each.count} 项", each.page)
        case YearState.settled:
            yield from _told(session, way) if track is Track.points else ()
            yield from _heard(session, way, track, now)
        case YearState.archived:
            yield from _received(session, way)
        case YearState.filed if track is Track.points:
            yield from to_be_filed_anew(session, way)
        case _:
            yield from _told(session, way)


def _cut_off(session: Session, way: Way, now: datetime) -> Iterator[Missing]:
    last = standing_of(session, way.organization.id, way.branch_year.year).cut_off
    if shanghai_date(now) <= last:
        yield Missing("cut_off", f"申报截止到 {last.month} 月 {last.day} 日，截止后才能办理")


def _told(session: Session, way: Way) -> Iterator[Missing]:
    """Figures that were told and have changed are told anew first."""
    if (owed := corrections.owed(session, way.branch_year)) is not None:
        page = pages.branch_year(way.organization.id, way.branch_year.year)
        yield Missing("correction", f"已通报的积分有 {len(owed.member_ids)} 人改变，须先作更正通报", page)


def _heard(session: Session, way: Way, track: Track, now: datetime) -> Iterator[Missing]:
    """The last day for objections is over: that of the publicity, or of the window after the report. Of the stars'
    publicity the gate of the feature that rates them speaks."""
    today = shanghai_date(now)
    if shows_points(way.course, track):
        row = shown.of_points(session, standing_edition(session, way))
        if row is None or row.approved_at is None:
            yield Missing("publicity", "尚未公示")
        elif today <= row.last_day:
            yield Missing("publicity", f"公示到 {row.last_day.month} 月 {row.last_day.day} 日为止")
        yield from _corrected(session, way, today)
    elif YearState.publicized not in way.course.steps(track):
        window = due.window_of(session, way.branch_year)
        if window is None or today <= window.due_on:
            until = f"到 {window.due_on.month} 月 {window.due_on.day} 日为止" if window else "尚未开始"
            yield Missing("objections", f"提出异议的期限{until}")


def _corrected(session: Session, way: Way, today: date | None) -> Iterator[Missing]:
    """Lines on show that have changed are on show again, for their days. `today` None: until the clock has ended it."""
    edition = standing_edition(session, way)
    if lines := shown.unshown(session, edition):
        page = pages.branch_year(way.organization.id, way.branch_year.year)
        yield Missing("correction_publicity", f"更正后的积分有 {len(lines)} 人尚未公示", page)
    for row in shown.running(session, edition):
        if today is None or today <= row.last_day:
            yield Missing("correction_publicity", f"更正公示到 {row.last_day.month} 月 {row.last_day.day} 日为止")


def is_filed(session: Session, edition: AnnualEdition) -> bool:
    """Whether an edition lies with the level above, or was received there."""
    filing = latest_filing(session, subject_kind=FilingSubject.annual_result, subject_id=edition.id)
    return filing is not None and filing.status != FilingStatus.returned


def _received(session: Session, way: Way) -> Iterator[Missing]:
    edition = standing_edition(session, way)
    assert edition is not None
    filing = latest_filing(session, subject_kind=FilingSubject.annual_result, subject_id=edition.id)
    if filing is None or filing.status != FilingStatus.received:
        yield Missing("receipt", "上级党组织尚未收悉备案")


def shows_points(course: Course, track: Track) -> bool:
    """Whether what a track puts on show is the points; otherwise it is the stars, or nothing."""
    together = course.rates_stars and not course.has_two_tracks
    return track is Track.points and not together and YearState.publicized in course.steps(track)


def standing_edition(session: Session, way: Way) -> AnnualEdition | None:
    """Return the edition of a branch's results that stands, if one does."""
    return current_edition(session, way.organization.id, way.branch_year.year)


def publicity_of(session: Session, way: Way) -> Publicity | None:
    """Return what is, or is to be, on show of the points that stand and is not withdrawn: the lines that have changed,
    where they are proposed or on show by themselves, otherwise the list."""
    edition = standing_edition(session, way)
    return shown.of_correction(session, edition) or shown.of_points(session, edition)
