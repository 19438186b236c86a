"""Turn scores and explanations into what goes over the wire."""

from collections.abc import Sequence
from decimal import Decimal

from server.points.explain.explanation import ExplainedEntry, ExplainedLine, ExplainedSection, Explanation
from server.points.models import PointEntry, Score
from server.points.schemas import (
    NEGATIVE_NOTE,
    DetailOut,
    EntryOut,
    ExplainedEntryOut,
    ExplanationOut,
    LineOut,
    MemberScoreOut,
    QuantitiesOut,
    ScoreOut,
    SectionOut,
    SectionPoints,
    SourceOut,
    StillPossibleOut,
)
from server.points.scores.listing import MemberFigures
from server.points.scores.queries import TOTAL
from server.points.scores.rules import Quantities

ZERO = Decimal(0)


def score_out(rows: Sequence[Score]) -> ScoreOut:
    """Present the stored rows of one member and year, of which one is the total."""
    total = next(row for row in rows if row.section == TOTAL)
    return ScoreOut(
        member_id=total.member_id,
        year=total.year,
        total=None if total.negative else total.points,
        note=NEGATIVE_NOTE if total.negative else None,
        sections=[SectionPoints(code=row.section, points=row.points) for row in rows if row.section != TOTAL],
        updated_at=max(row.updated_at for row in rows),
    )


def computed_score_out(explanation: Explanation) -> ScoreOut:
    """Present a year in which nothing was posted yet."""
    score = explanation.score
    return ScoreOut(
        member_id=explanation.member_id,
        year=explanation.year,
        total=None if score.negative else score.total,
        note=NEGATIVE_NOTE if score.negative else None,
        sections=[SectionPoints(code=section.section.code, points=section.points) for section in score.sections],
        updated_at=None,
    )


def member_score_out(figures: MemberFigures) -> MemberScoreOut:
    return MemberScoreOut(
        member_id=figures.member_id,
        name=figures.name,
        work_number=figures.work_number,
        total=None if figures.negative else figures.total,
        note=NEGATIVE_NOTE if figures.negative else None,
        sections=[SectionPoints(code=code, points=points) for code, points in figures.sections],
    )


def entry_out(entry: PointEntry, text: str | None) -> EntryOut:
    fields = {name: getattr(entry, name) for name in EntryOut.model_fields if name not in ("quantities", "text")}
    return EntryOut(quantities=_quantities(entry), text=text, **fields)


def explanation_out(explanation: Explanation) -> ExplanationOut:
    score = explanation.score
    return ExplanationOut(
        member_id=explanation.member_id,
        year=explanation.year,
        standard_id=explanation.standard_id,
        standard_title=explanation.standard_title,
        total=None if score.negative else score.total,
        total_cap=explanation.total_cap,
        note=NEGATIVE_NOTE if score.negative else None,
        sections=[_section_out(section) for section in explanation.sections],
        still_possible=[
            StillPossibleOut(item_code=offer.item_code, title=offer.title, points=offer.points, sentence=offer.sentence)
            for offer in explanation.still_possible
        ],
    )


def _section_out(explained: ExplainedSection) -> SectionOut:
    score = explained.score
    return SectionOut(
        code=score.section.code,
        title=score.section.title,
        clause=score.section.clause,
        cap=score.section.cap,
        opening=sum((line.opening for line in score.lines), ZERO),
        earned=sum((line.earned for line in score.lines), ZERO),
        points=score.points,
        uncounted=score.uncounted,
        lines=[_line_out(line) for line in explained.lines],
    )


def _line_out(explained: ExplainedLine) -> LineOut:
    score = explained.score
    return LineOut(
        code=score.code,
        title=explained.title,
        clause=explained.clause,
        method=score.items[0].method,
        cap=score.cap,
        floor=score.floor,
        opening=score.opening,
        earned=score.earned,
        points=score.points,
        uncounted=score.uncounted,
        quantities=_quantities(score.quantities) if score.quantities else None,
        remark=score.remark,
        entries=[_explained_entry_out(entry) for entry in explained.entries],
    )


def _explained_entry_out(explained: ExplainedEntry) -> ExplainedEntryOut:
    entry, share = explained.entry, explained.share
    return ExplainedEntryOut(
        seq=entry.seq,
        item_code=entry.item_code,
        item_title=explained.item_title,
        points=entry.points,
        counted=share.counted if share else None,
        uncounted=share.uncounted if share else None,
        quantities=_quantities(entry),
        level=entry.level,
        achievement=entry.achievement,
        occurred_on=entry.occurred_on,
        posted_at=entry.posted_at,
        reverses_seq=entry.reverses_seq,
        reversed_by=explained.reversed_by,
        clause=entry.clause,
        text=explained.text,
        decided_by=explained.decided_by,
        source=_source_out(explained),
    )


def _source_out(explained: ExplainedEntry) -> SourceOut:
    about = explained.source
    return SourceOut(
        kind=explained.entry.source_kind,
        id=explained.entry.source_id,
        title=about.title if about else None,
        path=about.path if about else None,
        details=[DetailOut(label=label, text=text) for label, text in about.details] if about else [],
        photo_ids=list(about.photo_ids) if about else [],
    )


def _quantities(of: PointEntry | Quantities) -> QuantitiesOut:
    return QuantitiesOut(owed=of.owed, attended=of.attended, made_up=of.made_up, excused=of.excused)
