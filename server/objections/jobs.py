"""What objections do by the clock."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from server.config import Settings
from server.days import shanghai_date
from server.db import transaction
from server.objections import queries, service
from server.scheduling import WEEK, CatchUp, Job, every_minutes

AT_ONCE = 200


def lapse_answers(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """End answered objections to which nothing was said in time, each in a transaction of its own."""
    due = transaction(engine, lambda session: queries.lapsing(session, today=shanghai_date(now), limit=AT_ONCE))
    for objection_id in due:
        transaction(engine, partial(service.lapse, objection_id=objection_id, now=now))


JOBS = (
    Job("lapse_objections", "异议答复逾期未提出的办结", every_minutes(30), CatchUp.latest, lapse_answers, keeps=WEEK),
)
