"""The month from which an organization is summed up, reminded and reported: the first in which it was here throughout.

Organizations from before beginnings were recorded have had their months and keep them.
"""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_

from server.organizations.models import Organization


def first_month(began_on: date) -> date:
    """Return the first day of the first full month."""
    return began_on if began_on.day == 1 else (began_on.replace(day=1) + timedelta(days=31)).replace(day=1)


def has_begun(day: date) -> ColumnElement[bool]:
    """The condition that a day's month is the organization's first full one, or a later one."""
    return or_(Organization.began_on.is_(None), Organization.began_on <= day.replace(day=1))


def had_begun(day: date) -> ColumnElement[bool]:
    """The condition that an organization existed on a day: one founded in October has a year, if not all its months."""
    return or_(Organization.began_on.is_(None), Organization.began_on <= day)
