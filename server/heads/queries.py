"""Check whether today's books still lead to a head (docs/adr/0032)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.heads import chains
from server.heads.models import ChainKind, DailyHead
from server.heads.rules import Books, Head, key_of
from server.organizations.models import Organization


class HeadVerdict(StrEnum):
    """What today's books say of a head that somebody kept."""

    leads = "leads"
    differs = "differs"
    gone = "gone"  # it was issued, but is not in the database
    foreign = "foreign"  # no key of ours made it, or it was mistyped


@dataclass(frozen=True, slots=True)
class CheckedHead:
    """A verdict, with the root and when the head was made if they are known."""

    verdict: HeadVerdict
    root_id: int | None = None
    made_at: datetime | None = None


def check(session: Session, head: Head, keys: Sequence[bytes]) -> CheckedHead:
    """Say whether today's books still lead to a head that somebody printed or was sent."""
    roots = session.scalars(select(Organization.id).where(Organization.parent_id.is_(None))).all()
    known = session.scalars(select(DailyHead.root_id).distinct()).all()
    for root_id in sorted({*roots, *known}):
        key = key_of(head, keys, root_id)
        if key is None:
            continue
        row = session.scalar(select(DailyHead).where(DailyHead.root_id == root_id, DailyHead.day == head.day))
        if row is None:
            return CheckedHead(HeadVerdict.gone, root_id)
        tags = worked_out(session, root_id, [row], [key])
        verdict = HeadVerdict.leads if tags[row.number] == head.tag else HeadVerdict.differs
        return CheckedHead(verdict, root_id, row.made_at)
    return CheckedHead(HeadVerdict.foreign)


def worked_out(session: Session, root_id: int, heads: Sequence[DailyHead], keys: Sequence[bytes]) -> dict[int, str]:
    """Return, by number, the tag that today's rows give for each of these heads, under its own key, in one pass."""
    books = {head.number: Books(key, root_id, head.day) for head, key in zip(heads, keys, strict=True)}
    numbers = sorted(books)
    for kind in ChainKind:
        for subjects in chains.positions_by_subject(session, root_id, kind, numbers[-1] if numbers else 0):
            hashes = chains.worked_out(session, kind, {subject: [at for _, at in steps] for subject, steps in subjects})
            for subject, steps in subjects:
                for number, at in _at_each(numbers, steps):
                    books[number].add(kind, subject, at, hashes.get((subject, at)))
    return {number: each.tag for number, each in books.items()}


def _at_each(numbers: Sequence[int], steps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where a chain stood at each of these heads, from the first head that covers any of it."""
    at, coming = 0, iter([*steps, (numbers[-1] + 1, 0)])
    since, position = next(coming)
    for number in numbers:
        while since <= number:
            at = max(at, position)
            since, position = next(coming)
        if at:
            yield number, at
