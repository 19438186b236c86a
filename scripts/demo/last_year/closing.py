"""How the pioneers' branches end the last year: day by day since 1 January, by the clock and by their officers."""

import random
from collections.abc import Iterator
from datetime import date

from scripts.demo.gatherings import meeting
from scripts.demo.last_year.branch import GENERAL_BRANCH, SHOWING, ClosingBranch
from scripts.demo.people import PIONEERS
from scripts.demo.university import University, at
from server.annual.steps import clock
from server.meetings.settlement.due import count_missed_makeups
from server.organizations import service as organizations
from server.organizations.workdays import calendar_of
from server.publicity import service as publicities
from server.workdays import ONE_DAY
from server.years.rules import YearState

SEED = 2016
TELEPHONES = {SHOWING: "0535-5550158", GENERAL_BRANCH: "0535-5550150"}


def close(university: University) -> None:
    """Take every step that was taken by now."""
    records = meeting.records_of(university, random.Random(SEED))
    with university.transaction() as session:
        calendar = calendar_of(session, root_id=university.places[""].id, around=university.today)
    branches = [ClosingBranch(university, records, calendar, path) for path in PIONEERS]
    _say_how_it_ends(university, branches[0])
    for day in _days(university):
        _pass_the_night(university, day)
        branches = [branch for branch in branches if branch.state() is not YearState.archived]
        if not branches:
            break
        for branch in branches:
            branch.act(day)


def _say_how_it_ends(university: University, showing: ClosingBranch) -> None:
    """One branch has decided that it puts its points on show; it and its 总支 name a telephone."""
    with university.transaction() as session:
        for path, number in TELEPHONES.items():
            settings = {"office_telephone": number} | ({"points_publicized": True} if path == showing.path else {})
            place, now = university.places[path].id, at(university.tried_from, 12)
            organizations.change_settings(session, place, settings=settings, account_id=showing.secretary, now=now)


def _days(university: University) -> Iterator[date]:
    """Yield the days since 1 January of which the small hours are over."""
    day = date(university.today.year, 1, 1)
    while at(day, 1) <= university.now:
        yield day
        day += ONE_DAY


def _pass_the_night(university: University, day: date) -> None:
    """Let the clock do what its jobs do."""
    for job in (count_missed_makeups, publicities.end_due, clock.close_due, clock.settle_due, clock.archive_due):
        job(university.engine, now=at(day, 0, 30))
