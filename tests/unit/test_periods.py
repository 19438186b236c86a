"""A row holds from a day, inclusive, until a day, exclusive, in Python as in a query."""

from datetime import date

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from server.periods import InForce

BEFORE, FIRST, LAST, AFTER = date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)


class Table(DeclarativeBase):
    pass


class Office(InForce, Table):
    __tablename__ = "offices"
    id: Mapped[int] = mapped_column(primary_key=True)
    from_date: Mapped[date | None]
    until_date: Mapped[date | None]


TERM = {"from_date": FIRST, "until_date": AFTER}
OPEN = {"from_date": FIRST, "until_date": None}
NEVER = {"from_date": FIRST, "until_date": FIRST}
NOT_BEGUN = {"from_date": None, "until_date": None}


@pytest.mark.parametrize(
    ("dates", "held", "later"),
    [
        (TERM, [FIRST, LAST], [BEFORE, FIRST, LAST]),
        (OPEN, [FIRST, LAST, AFTER], [BEFORE, FIRST, LAST, AFTER]),
        (NEVER, [], [BEFORE]),
        (NOT_BEGUN, [], [BEFORE, FIRST, LAST, AFTER]),
    ],
)
def test_a_row_holds_on_its_days(dates: dict[str, date | None], held: list[date], later: list[date]) -> None:
    engine = create_engine("sqlite://")
    Table.metadata.create_all(engine)
    with Session(engine) as session:
        office = Office(**dates)
        session.add(office)
        session.flush()
        days = [BEFORE, FIRST, LAST, AFTER]
        assert [day for day in days if office.holds_on(day)] == held
        assert [day for day in days if session.scalar(select(Office.id).where(Office.holds_on(day)))] == held
        assert [day for day in days if office.ends_after(day)] == later
        assert [day for day in days if session.scalar(select(Office.id).where(Office.ends_after(day)))] == later
