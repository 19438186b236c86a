"""Branches paste full months of dues from Excel and close them."""

import calendar
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from scripts.demo.people import DemoMember
from scripts.demo.university import University, at
from server.dues.bulk import register_pasted
from server.dues.service import close_month

DUES = {"教职工": "60", "学生": "0.2", "离退休": "30"}
"""Yuan a month."""


def register_dues(university: University, months: Iterable[date]) -> None:
    """Register months, given by their first days, in every branch of these people."""
    for month in months:
        for path in sorted({person.path for person in university.people}):
            _dues_of(university, path, month, registered_at(month))


def registered_at(month: date) -> datetime:
    """Return when a month, given by its first day, is registered and closed: on the 3rd of the next."""
    return at(month + timedelta(days=calendar.monthrange(month.year, month.month)[1] + 2), 15)


def last_months(university: University, count: int) -> list[date]:
    """Return the first days of the last full months."""
    full_months = _full_months(university.begin, university.today)
    return full_months[max(len(full_months) - count, 0) :]


def _full_months(begin: date, today: date) -> list[date]:
    """Return the first days of the months that lie wholly between."""
    firsts = [date(today.year, month, 1) for month in range(1, today.month)]
    return [first for first in firsts if first >= begin]


def _dues_of(university: University, path: str, month: date, now: datetime) -> None:
    branch = [person for person in university.people if person.path == path]
    secretary, other = (university.actors[person.work_number].account_id or 0 for person in branch[:2])
    place = university.places[path].id
    own, *others = ("\t".join(_payment(university, person, month)) for person in branch)
    with university.transaction() as session:
        for account, text in ((secretary, "\n".join(others)), (other, own)):  # nobody registers their own
            register_pasted(session, organization_id=place, text=text, apply=True, account_id=account, now=now)
        close_month(session, organization_id=place, month=f"{month:%Y-%m}", due_cents=0, account_id=secretary, now=now)


def _payment(university: University, person: DemoMember, month: date) -> list[str]:
    """One in forty paid late or not at all."""
    due = DUES[person.category]
    day = month.replace(day=university.chance.randint(3, 26))
    dice = university.chance.random()
    if dice < 1 / 80:
        return [person.work_number, f"{month:%Y-%m}", due, "0", ""]
    if dice < 1 / 40:
        day += timedelta(days=31)
    return [person.work_number, f"{month:%Y-%m}", due, due, day.isoformat()]
