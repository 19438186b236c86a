"""A fact that was posted under a standard."""

from sqlalchemy.orm import Session

from server.points.models import PointEntry, SourceKind
from tests.cast import NOW, TODAY, Cast
from tests.standards import YEAR


def post_fact(
    session: Session, cast: Cast, standard_id: int, kind: SourceKind = SourceKind.claim, seq: int = 900
) -> None:
    session.add(
        PointEntry(
            member_id=cast.zhang_min.member_id,
            seq=seq,
            root_id=cast.root,
            organization_id=cast.branch,
            year=YEAR,
            standard_id=standard_id,
            item_code="C04",
            points=1,
            occurred_on=TODAY,
            posted_at=NOW,
            source_kind=kind,
            source_id=seq,
            clause="《实施方案》二（二）",
            prev_hash="0" * 64,
            hash="0" * 64,
        )
    )
    session.flush()
