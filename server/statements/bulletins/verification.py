"""Proof that the statements still give what the bulletins say."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.statements.bulletins import queries
from server.statements.bulletins.rules import content_hash
from server.statements.models import Bulletin
from server.verifying import Findings, Verification

BULLETINS_AT_ONCE = 20


def verify_bulletins(session: Session) -> Findings:
    """Yield every bulletin that would come out differently today, or whose content does not match its hash."""
    looked = after = 0
    while bulletins := _after(session, after):
        for bulletin in bulletins:
            if {queries.verify(session, bulletin), content_hash(bulletin.content)} != {bulletin.hash}:
                yield f"季通报 {bulletin.id}（{bulletin.quarter}）：与月汇总重算的结果不符"
        looked, after = looked + len(bulletins), bulletins[-1].id
        session.expunge_all()
    return looked


def _after(session: Session, after: int) -> Sequence[Bulletin]:
    query = select(Bulletin).where(Bulletin.id > after).order_by(Bulletin.id)
    return session.scalars(query.limit(BULLETINS_AT_ONCE)).all()


BULLETINS = Verification("bulletins", "季通报", "份", "都与月汇总相符", lambda session, _: verify_bulletins(session))
