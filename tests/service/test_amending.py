"""Taking back and posting as one, which settling a meeting rests on."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.points import service as points
from server.points.models import EntryText, PointEntry, SourceKind
from server.points.service import Posting
from tests.cast import NOW, Cast
from tests.settling import check_books

MAY = date(2026, 5, 4)


def posting(member_id: int, amount: str, revision: int = 1, code: str = "C04") -> Posting:
    return Posting(member_id, code, MAY, SourceKind.meeting, 7, points=Decimal(amount), revision=revision)


def amend(session: Session, reversing: list[PointEntry], postings: list[Posting]) -> list[PointEntry]:
    return points.amend(session, reversing=reversing, postings=postings, reason="更正", decided_by=None, now=NOW)


def test_what_is_taken_back_and_what_is_posted_go_in_together(session: Session, cast: Cast) -> None:
    ours, hers = cast.zhang_min.member_id, cast.wang_fang.member_id
    old = points.post(session, [posting(ours, "1"), posting(hers, "1")], now=NOW)
    (new,) = amend(session, old, [posting(ours, "2", revision=2)])
    session.commit()
    assert [each.points for each in _of_meeting(session, ours)] == [1, -1, 2]
    assert [each.points for each in _of_meeting(session, hers)] == [1, -1]
    assert new.revision == 2
    assert session.scalars(select(EntryText.text)).all() == ["更正", "更正"]
    check_books(session)


def test_the_same_again_changes_nothing(session: Session, cast: Cast) -> None:
    old = points.post(session, [posting(cast.zhang_min.member_id, "1")], now=NOW)
    (new,) = amend(session, old, [posting(cast.zhang_min.member_id, "2", revision=2)])
    assert amend(session, old, [posting(cast.zhang_min.member_id, "2", revision=2)]) == [new]
    assert len(_of_meeting(session, cast.zhang_min.member_id)) == 3
    assert amend(session, [], []) == []


def test_one_bad_posting_leaves_everything_as_it_was(session: Session, cast: Cast) -> None:
    old = points.post(session, [posting(cast.zhang_min.member_id, "1")], now=NOW)
    session.commit()
    with pytest.raises(DomainError, match="unknown_item"):
        amend(session, old, [posting(cast.zhang_min.member_id, "1", code="Z9")])
    session.rollback()
    assert len(_of_meeting(session, cast.zhang_min.member_id)) == 1


def test_an_opening_is_not_taken_back(session: Session, cast: Cast) -> None:
    points.open_year(session, member_ids=[cast.zhang_min.member_id], year=2026, now=NOW)
    opening = session.scalars(select(PointEntry).limit(1)).one()
    with pytest.raises(DomainError, match="not_reversible"):
        amend(session, [opening], [])


def _of_meeting(session: Session, member_id: int) -> list[PointEntry]:
    kinds = (SourceKind.meeting, SourceKind.reversal)
    rows = select(PointEntry).where(PointEntry.member_id == member_id, PointEntry.source_kind.in_(kinds))
    return list(session.scalars(rows.order_by(PointEntry.seq)))
