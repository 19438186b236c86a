"""What a 更正通报 says of a superseding edition: read here, laid out by its builder."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.forms.correction import CorrectedFigure, CorrectedMember, Correction
from server.annual.forms.gathering import place_of, sections_of
from server.annual.results.changes import Change, changes, unlisted
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import Result, results_of
from server.annual.steps.corrections import pair_of
from server.annual.steps.error_codes import AnnualErrorCode
from server.annual.steps.models import AnnualCorrection, AnnualReport
from server.documents.blocks import legible
from server.documents.signing import PaperSignature
from server.errors import conflict
from server.meetings.models import Meeting
from server.points.ledger.chains import entries_of
from server.points.models import PointEntry, SourceKind
from server.presentation import points_text
from server.publicity.rules import code_of
from server.statements.bulletins.wording import NOTHING, full_day
from server.strokes import by_strokes
from server.years.models import BranchYear

_CAUSES = {
    SourceKind.meeting: "组织生活考勤",
    SourceKind.claim: "申报事项",
    SourceKind.dues: "党费登记",
    SourceKind.decision: "组织评定",
    SourceKind.opening: "起始分",
}
"""What kind of fact was corrected."""

TOTAL = "年度积分"


def correction_of(session: Session, branch_year: BranchYear, edition_id: int) -> Correction:
    """Return 更正通报 of an edition that corrects what members were told, made or owed.

    Raises DomainError 409 `no_correction_owed` for any other edition.
    """
    pair = pair_of(session, branch_year, edition_id)
    if pair is None:
        raise conflict(AnnualErrorCode.no_correction_owed, "这一版年度结果没有要更正通报的内容，请刷新后查看")
    place = place_of(session, pair.edition)
    found = changes(session, pair.told_edition_id, edition_id)
    told_on = full_day(pair.made.told_on) if pair.made is not None else ""
    made = Correction(
        branch=place.branch,
        year=pair.edition.year,
        told=_told(session, pair.told_edition_id),
        rows=tuple(_members(session, pair.edition, [each for each in found if each.listed])),
        unlisted=(_unlisted(session, pair.told_edition_id), _unlisted(session, edition_id)),
        positions=pair.edition.positions,
        telephones=place.telephones,
        signature=PaperSignature(place.branch, told_on),
        code=code_of(pair.edition.hash),
        dated=pair.edition.drawn_at,
    )
    return legible(made)


def _told(session: Session, edition_id: int) -> str:
    """Return how members knew an edition's figures: by the meeting that heard it, or a 更正通报, with the day."""
    heard = select(Meeting).join(AnnualReport, AnnualReport.meeting_id == Meeting.id)
    last = heard.where(AnnualReport.edition_id == edition_id).order_by(AnnualReport.id.desc()).limit(1)
    if (meeting := session.scalar(last)) is not None:
        return f"{full_day(meeting.day)}支部党员大会通报"
    made = session.scalars(select(AnnualCorrection).where(AnnualCorrection.edition_id == edition_id)).one()
    return f"{full_day(made.told_on)}更正通报"


def _unlisted(session: Session, edition_id: int) -> int:
    return unlisted(results_of(session, edition_id))


def _members(session: Session, edition: AnnualEdition, found: Sequence[Change]) -> Iterator[CorrectedMember]:
    ledgers = entries_of(session, [each.member_id for each in found], edition.year)
    of_all = [each.after for each in found if each.after is not None]
    titles = sections_of(session, [*of_all, *(each.before for each in found)])
    for each in sorted(found, key=lambda change: (by_strokes(change.before.name), change.member_id)):
        assert each.after is not None
        cause = _cause(each.before, each.after, ledgers[each.member_id])
        yield CorrectedMember(each.after.name, cause, tuple(_figures(each, titles)))


def _figures(change: Change, titles: Mapping[str, str]) -> Iterator[CorrectedFigure]:
    """Yield the parts and the total that changed. What a list did not tell before is a dash."""
    assert change.after is not None
    was_listed = change.totals[0] is not None
    before, after = dict(change.before.sections) if was_listed else {}, dict(change.after.sections)
    for code, title in titles.items():
        if before.get(code) != after.get(code):
            told, corrected = (points_text(side[code]) if code in side else NOTHING for side in (before, after))
            yield CorrectedFigure(title, told, corrected)
    told, corrected = (points_text(total) if total is not None else NOTHING for total in change.totals)
    if told != corrected:
        yield CorrectedFigure(TOTAL, told, corrected)


def _cause(before: Result, after: Result, ledger: Sequence[PointEntry]) -> str:
    """Say by kind what was corrected: the entries between where the two results were computed, reversed ones by what
    they take back."""
    by_seq = {entry.seq: entry for entry in ledger}
    between = [each for each in ledger if before.result.head_seq < each.seq <= after.result.head_seq]
    kinds = [SourceKind(by_seq[each.reverses_seq or each.seq].source_kind) for each in between]
    words = [title for kind, title in _CAUSES.items() if kind in kinds]
    kind_changed = (before.result.category, before.result.stage) != (after.result.category, after.result.stage)
    if kind_changed:
        words.append("人员类别")
    return f"{'、'.join(words)}更正" if words else "核实更正"
