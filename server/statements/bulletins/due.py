"""The quarterly job: draft the bulletin of every organization above branches."""

from datetime import datetime

from sqlalchemy import Engine

from server.days import shanghai_date
from server.db import reading, transaction
from server.statements.bulletins import service
from server.statements.bulletins.issuers import issuers
from server.statements.bulletins.rules import Quarter, quarter_due


def draw_up_due(engine: Engine, *, period: datetime, now: datetime) -> int:
    """Draft the bulletins of the quarter that had ended by a period, one transaction each; return how many there are.

    Safe to run again and in parallel: existing drafts stay.
    """
    return draw_up_quarter(engine, quarter_due(shanghai_date(period)), as_of=period, now=now)


def draw_up_quarter(engine: Engine, quarter: Quarter, *, as_of: datetime, now: datetime) -> int:
    with reading(engine) as session:
        ids = [organization.id for organization in issuers(session)]
    drawn = 0
    for organization_id in ids:
        bulletin = transaction(
            engine,
            lambda session, place=organization_id: service.draw_up_draft(  # type: ignore[misc]
                session, organization_id=place, quarter=quarter, as_of=as_of, now=now
            ),
        )
        drawn += bulletin is not None
    return drawn
