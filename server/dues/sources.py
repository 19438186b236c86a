"""What the ledger's explanation says about a month's dues: the state and the day, never the amount."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues.models import DuesRecord
from server.dues.rules import STATE_TITLES, DuesState
from server.points.sources import Described


def describe(session: Session, ids: Sequence[int]) -> Mapping[int, Described]:
    records = session.scalars(select(DuesRecord).where(DuesRecord.id.in_(ids)))
    return {record.id: _described(record) for record in records}


def _described(record: DuesRecord) -> Described:
    details = [("状态", STATE_TITLES[DuesState(record.state)])]
    if record.paid_on:
        details.append(("交纳日期", record.paid_on.isoformat()))
    path = f"/api/v1/members/{record.member_id}/dues?year={record.month[:4]}"
    return Described(title=f"{record.month} 党费登记", path=path, details=tuple(details))
