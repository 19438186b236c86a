"""What meetings do by the clock."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from server.config import Settings
from server.meetings import upkeep as meetings
from server.meetings.settlement import due
from server.scheduling import WEEK, CatchUp, Job, daily, every_minutes, to_the_end


def settle_meetings(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Post the presence of meetings that closed a day ago."""
    while due.settle_due(engine, now=now) >= due.AT_ONCE:
        continue


def count_missed_makeups(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Count what was not made up for by its day, and go on with long lists."""
    while due.count_missed_makeups(engine, now=now) >= due.AT_ONCE:
        continue


def purge_meetings(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete counters of wrong digits and links to screens."""
    for purge in (meetings.purge_digit_tries, meetings.purge_screen_links):
        to_the_end(engine, partial(purge, now=now), meetings.BATCH)


JOBS = (
    Job("settle_meetings", "会议到期结算", every_minutes(5), CatchUp.latest, settle_meetings, keeps=WEEK),
    Job("count_missed_makeups", "逾期未补课计缺", every_minutes(5), CatchUp.latest, count_missed_makeups, keeps=WEEK),
    Job("purge_meetings", "清理会议数字码与投屏链接", daily("03:30"), CatchUp.latest, purge_meetings, deletes=True),
)
