"""季通报 of the quarters that are over: all published but the latest of the 党委, which is left as a draft."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.demo.university import University, at
from server.identity.models import Grant
from server.identity.rules import Role
from server.organizations.models import Organization
from server.statements.bulletins import due, service
from server.statements.bulletins.rules import Quarter
from server.statements.models import Bulletin

SIGNING = (Role.general_secretary, Role.organization_department)
DUE_DAY = 8
"""Of the month after the quarter; the office signs the day after."""


def report(university: University) -> None:
    """Draw up what was due by now; a quarter without statements is left out."""
    quarters = [Quarter(university.today.year, number) for number in (1, 2, 3)]
    over = [quarter for quarter in quarters if at(_due(quarter) + timedelta(days=1), 9) < university.now]
    for quarter in over:
        as_of = at(_due(quarter), 3)
        due.draw_up_quarter(university.engine, quarter, as_of=as_of, now=as_of)
        with university.transaction() as session:
            _publish(university, session, quarter, latest=quarter == over[-1])


def _due(quarter: Quarter) -> date:
    return quarter.ends + timedelta(days=DUE_DAY)


def _publish(university: University, session: Session, quarter: Quarter, *, latest: bool) -> None:
    root, now = university.places[""], at(_due(quarter) + timedelta(days=1), 9)
    rows = select(Bulletin).where(Bulletin.quarter == quarter.name, Bulletin.root_id == root.id)
    for bulletin in session.scalars(rows.order_by(Bulletin.id)).all():
        if not (latest and bulletin.organization_id == root.id):
            _sign(session, bulletin, quarter, root, now)


def _sign(session: Session, bulletin: Bulletin, quarter: Quarter, root: Organization, now: datetime) -> None:
    issuer = session.get_one(Organization, bulletin.organization_id)
    held = select(Grant.account_id).where(Grant.role.in_(SIGNING), Grant.organization_id.in_((issuer.id, root.id)))
    account_id = session.scalars(held.order_by(Grant.organization_id.desc())).first()
    if account_id is None:
        return
    words = "党委组" if issuer.id == root.id else issuer.title[:2] + "总支"
    number = f"{words}〔{quarter.year}〕{10 + quarter.number}号"
    service.describe(session, bulletin.id, document_number=number, remarks=None, account_id=account_id, now=now)
    service.publish(session, bulletin.id, account_id=account_id, now=now)
