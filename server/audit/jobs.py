"""What the audit trail does by the clock."""

from datetime import datetime

from sqlalchemy import Engine

from server.audit import sealing
from server.config import Settings
from server.scheduling import WEEK, CatchUp, Job, every_minutes


def seal_audit_lines(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Seal the lines of the audit trail that have settled."""
    sealing.seal_due(engine, now=now)


JOBS = (Job("seal_audit_lines", "封存审计记录", every_minutes(10), CatchUp.latest, seal_audit_lines, keeps=WEEK),)
