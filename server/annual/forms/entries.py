"""The entries behind a 附件一, one line each, in the order they happened."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from server.annual.forms.register import RegisterEntry
from server.days import shanghai_date
from server.organizations.queries import account_names
from server.points.explain.explanation import Background, ExplainedEntry, explained_sections
from server.points.models import PointEntry, SourceKind
from server.points.scores.carrying import measured_by
from server.points.scores.queries import sources_of, texts_of
from server.points.scores.rules import YearScore
from server.presentation import points_text
from server.standards.rules import StandardDocument
from server.standards.versions import document_of
from server.statements.bulletins.wording import spoken_day

_SOURCES = {
    SourceKind.meeting: "组织生活",
    SourceKind.claim: "个人申报",
    SourceKind.dues: "党费登记",
    SourceKind.decision: "支部登记",
    SourceKind.opening: "起始分",
    SourceKind.reversal: "冲销",
}


def listed(
    session: Session, document: StandardDocument, score: YearScore, posted: Sequence[PointEntry]
) -> tuple[RegisterEntry, ...]:
    """Return the entries of one member that their result counted; `posted` are those of the year up to its head."""
    posted_under = {entry.standard_id: document_of(session, entry.standard_id) for entry in posted}
    carried, facts = measured_by(document, posted, posted_under)
    background = Background(
        texts=texts_of(session, posted[0].member_id, posted) if posted else {},
        names=account_names(session, [entry.decided_by for entry in posted]),
        sources=sources_of(session, posted),
    )
    sections = explained_sections(carried, score, posted, {fact.seq: fact.item_code for fact in facts}, background)
    found = [entry for section in sections for line in section.lines for entry in line.entries]
    found.sort(key=lambda each: (each.entry.occurred_on, each.entry.seq))
    numbers = {each.entry.seq: number for number, each in enumerate(found, start=1)}
    return tuple(_entry(each, numbers) for each in found)


def _entry(explained: ExplainedEntry, numbers: dict[int, int]) -> RegisterEntry:
    entry, share, about = explained.entry, explained.share, explained.source
    kind = SourceKind(entry.source_kind)
    points = points_text(entry.points) if not entry.owed or entry.points else f"应到{entry.owed} 实到{entry.attended}"
    return RegisterEntry(
        on=spoken_day(entry.occurred_on),
        item=f"{entry.item_code} {explained.item_title}",
        words=explained.text or (about.title if about else ""),
        source=_SOURCES[kind],
        claimed=points if kind is SourceKind.claim else "",
        approved=points,
        counted=points_text(share.counted) if share is not None else "",
        evidence="、".join(f"P{photo_id}" for photo_id in about.photo_ids) if about else "",
        decided=_decided(explained),
        correction=_correction(explained, numbers),
    )


def _decided(explained: ExplainedEntry) -> str:
    if explained.decided_by is None:
        return "系统"
    return f"{explained.decided_by} {spoken_day(shanghai_date(explained.entry.posted_at))}"


def _correction(explained: ExplainedEntry, numbers: dict[int, int]) -> str:
    reverses, reversed_by = explained.entry.reverses_seq, explained.reversed_by
    if reverses is not None:
        return f"冲销第 {numbers.get(reverses, reverses)} 条"
    return f"已由第 {numbers.get(reversed_by, reversed_by)} 条冲销" if reversed_by is not None else ""
