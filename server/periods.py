"""What holds from a day, inclusive, until a day, exclusive; without an end it is open."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.ext.hybrid import hybrid_method
from sqlalchemy.orm import Mapped


class InForce:
    """A row with `from_date` (None: it has not begun) and `until_date`: whether it holds, here or in a query."""

    from_date: Mapped[date] | Mapped[date | None]
    until_date: Mapped[date | None]

    def _holds_on(self, day: date) -> bool:
        return self.from_date is not None and self.from_date <= day and self.ends_after(day)

    def _ends_after(self, day: date) -> bool:
        return self.until_date is None or self.until_date > day

    @classmethod
    def _holding_on(cls, day: date) -> ColumnElement[bool]:
        return and_(cls.from_date <= day, cls.ends_after(day))

    @classmethod
    def _ending_after(cls, day: date) -> ColumnElement[bool]:
        return or_(cls.until_date.is_(None), cls.until_date > day)

    holds_on = hybrid_method(_holds_on, _holding_on)
    """Whether the day is one of its days."""

    ends_after = hybrid_method(_ends_after, _ending_after)
    """Whether it is open, or ends later than the day: it may begin later, too."""
