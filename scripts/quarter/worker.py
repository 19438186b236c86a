"""python -m scripts.quarter.worker CLOCK IDLE: a scheduler that goes by the simulated clock, until it is killed.

It works the jobs off as `xianfeng scheduler` does. Each time it finds nothing to do it writes the step of the clock to
the file IDLE. Leases are shorter than usual, and calls given up sooner: what a killed worker
leaves is soon taken up.
"""

import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

from scripts.quarter.simulated import SimulatedClock
from server import (
    app,  # noqa: F401  (its subscriptions tell the features above)
    config,
    leases,
    logs,
)
from server.db import make_engine
from server.jobs import runs
from server.jobs.table import JOBS
from server.pushes.channels import accounts
from server.pushes.sending import rules
from server.wechat.transport import Transport

LEASE = timedelta(seconds=3)
LONGEST_CALL = timedelta(seconds=30)
CALL_SECONDS = 0.5
"""How long a call is waited for: the sandbox stands beside us, and what it never answers holds up the day."""

PAUSE_SECONDS = 0.02
OTHERS_TURN_SECONDS = 0.5
"""Between two looks at what another scheduler is doing: it needs the processor."""


def main(clock_file: str, idle_file: str) -> None:
    settings = config.load()
    logs.configure_logging(settings)
    engine = make_engine(settings.database_url)
    simulated, idle = SimulatedClock(Path(clock_file)), Path(idle_file)
    simulated.rule()
    _hurry()
    while True:
        step = simulated.step
        done = [runs.work_off(engine, settings, job) for job in JOBS]
        if not any(runs.due(engine, job) for job in JOBS):
            idle.write_text(str(step))
            while simulated.step == step:  # nothing becomes due while the clock stands
                time.sleep(PAUSE_SECONDS)
        elif not any(done):
            time.sleep(OTHERS_TURN_SECONDS)


def _hurry() -> None:
    leases.take = partial(leases.take, lasts=LEASE)
    leases.renew = partial(leases.renew, lasts=LEASE)
    leases.RENEWED_AFTER_SECONDS = 1
    rules.LONGEST_CALL = LONGEST_CALL
    accounts.Transport = partial(Transport, timeout_seconds=CALL_SECONDS)  # type: ignore[attr-defined, assignment]


if __name__ == "__main__":
    main(*sys.argv[1:])
