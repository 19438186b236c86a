"""A score explained: section → line → entry → source → clause. Assembled from what was read; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from server.points.explain.possible import StillPossible
from server.points.models import PointEntry
from server.points.scores.rules import LineScore, SectionScore, Share, YearScore
from server.points.sources import Described
from server.standards.rules import StandardDocument

SourceKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class ExplainedEntry:
    """An entry and what became of it: its `share` of the line, or the reversal that took it back."""

    entry: PointEntry
    item_title: str
    share: Share | None
    reversed_by: int | None
    text: str | None
    decided_by: str | None
    source: Described | None


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    title: str
    clause: str
    score: LineScore
    entries: tuple[ExplainedEntry, ...]


@dataclass(frozen=True, slots=True)
class ExplainedSection:
    score: SectionScore
    lines: tuple[ExplainedLine, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A member's year, down to who decided what and by which clause."""

    member_id: int
    year: int
    standard_id: int
    standard_title: str
    total_cap: Decimal
    score: YearScore
    sections: tuple[ExplainedSection, ...]
    still_possible: tuple[StillPossible, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """What the entries' own rows do not hold: words by seq, names by account, sources by kind and id."""

    texts: Mapping[int, str]
    names: Mapping[int, str]
    sources: Mapping[SourceKey, Described]


def explained_sections(
    document: StandardDocument,
    score: YearScore,
    entries: Sequence[PointEntry],
    item_codes: Mapping[int, str],
    background: Background,
) -> tuple[ExplainedSection, ...]:
    """Lay the entries out under the lines of the score, in the order they happened.

    `item_codes` says by seq under which of the document's items an entry counts; one without stays in the archive.
    """
    undone = {entry.reverses_seq: entry.seq for entry in entries if entry.reverses_seq is not None}
    items = {item.code: item for item in document.items}
    shares = {share.seq: share for section in score.sections for line in section.lines for share in line.shares}
    by_line: dict[str, list[ExplainedEntry]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.occurred_on, entry.seq)):
        if entry.seq in item_codes:
            item = items[item_codes[entry.seq]]
            explained = _explained(entry, item.title, shares.get(entry.seq), undone.get(entry.seq), background)
            by_line.setdefault(item.line_code, []).append(explained)
    return tuple(_section(section, by_line) for section in score.sections)


def _section(score: SectionScore, by_line: Mapping[str, Sequence[ExplainedEntry]]) -> ExplainedSection:
    return ExplainedSection(
        score,
        tuple(
            ExplainedLine(line.items[0].title, line.items[0].clause, line, tuple(by_line.get(line.code, ())))
            for line in score.lines
        ),
    )


def _explained(
    entry: PointEntry, item_title: str, share: Share | None, reversed_by: int | None, background: Background
) -> ExplainedEntry:
    return ExplainedEntry(
        entry=entry,
        item_title=item_title,
        share=share,
        reversed_by=reversed_by,
        text=background.texts.get(entry.seq),
        decided_by=background.names.get(entry.decided_by) if entry.decided_by is not None else None,
        source=background.sources.get((entry.source_kind, entry.source_id)),
    )
