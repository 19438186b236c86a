"""What pushes do by the clock."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from server.config import Settings
from server.pushes import upkeep as pushes
from server.pushes.occasions import due as occasions
from server.pushes.robots import sending as robots
from server.pushes.sending import sender
from server.scheduling import WEEK, CatchUp, Job, daily, every_minutes, monthly, to_the_end


def prepare_pushes(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Turn notices, meetings, months and bulletins into pushes for each person."""
    occasions.prepare(engine, now=now)


def remind_of_dues(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Remind members of dues that are not registered as paid."""
    occasions.remind_of_dues(engine, now=now, period=period)


def remind_of_cut_off(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Remind members of the last day for claims of the year, in its season."""
    occasions.remind_of_cut_off(engine, now=now)


def send_pushes(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Send what is due, until nothing is."""
    sender.send_due(engine, settings)


def say_in_groups(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Have the branches' robots post what is due."""
    robots.send_due(engine, settings)


def purge_pushes(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete old pushes and the record of calls."""
    for purge in (pushes.purge_receipts, pushes.purge_attempts, pushes.purge_pushes):
        to_the_end(engine, partial(purge, now=now), pushes.BATCH)


JOBS = (
    Job("prepare_pushes", "推送逐人展开", every_minutes(1), CatchUp.latest, prepare_pushes, keeps=WEEK),
    Job("send_pushes", "发送推送", every_minutes(1), CatchUp.latest, send_pushes, keeps=WEEK),
    Job("say_in_groups", "群机器人播报", every_minutes(1), CatchUp.latest, say_in_groups, keeps=WEEK),
    Job("remind_of_dues", "党费交纳提醒", monthly(25, "10:00"), CatchUp.every, remind_of_dues),
    Job("remind_of_cut_off", "年度申报截止提醒", daily("09:00"), CatchUp.latest, remind_of_cut_off),
    Job("purge_pushes", "清理过期推送记录", daily("03:30"), CatchUp.latest, purge_pushes, deletes=True),
)
