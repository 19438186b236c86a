"""What months and bulletins do by the clock."""

from datetime import datetime

from sqlalchemy import Engine

from server.config import Settings
from server.scheduling import CatchUp, Job, daily, monthly, quarterly
from server.statements import confirming
from server.statements.bulletins import due as bulletins
from server.statements.freezing.service import freeze
from server.statements.rules import FREEZE_DAY, FREEZE_TIME, month_before


def freeze_statements(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Draw up the month before the period, as the ledger was at that instant."""
    freeze(engine, month_before(period), now=now)


def draw_up_bulletins(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Draft the bulletins of the quarter before the period."""
    bulletins.draw_up_due(engine, period=period, now=now)


def confirm_statements(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Confirm the months whose working days for it have passed."""
    confirming.confirm_overdue(engine, now=now)


FREEZING = Job("freeze_statements", "生成月汇总", monthly(FREEZE_DAY, FREEZE_TIME), CatchUp.every, freeze_statements)
JOBS = (
    FREEZING,
    Job("confirm_statements", "月汇总到期自动确认", daily("08:30"), CatchUp.latest, confirm_statements),
    Job("draw_up_bulletins", "生成季通报草稿", quarterly(8, "03:00"), CatchUp.every, draw_up_bulletins, after=FREEZING),
)
