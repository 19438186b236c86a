"""What is killed, and what brings it back."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from scripts.bench.hall import ENVIRONMENT
from scripts.bench.serving import XIANFENG_RUN, Server, serving
from scripts.crash.report import Fault
from tests.mariadb import PrivateMariaDB

WORKERS = 2


class Machine:
    """A running server and, if it is not SQLite, its database."""

    def __init__(self, start: Callable[[], Server], database: PrivateMariaDB | None, chance: Random) -> None:
        self.faults: Sequence[Fault] = tuple(Fault) if database else (Fault.worker, Fault.server)
        self._start = start
        self._database = database
        self._chance = chance
        self.server = start()

    def suffer(self, fault: Fault) -> None:
        """Kill, and bring back what does not come back by itself."""
        match fault:
            case Fault.worker:
                self._kill_a_worker()
            case Fault.server:
                self.server.kill()
            case Fault.database if self._database is not None:
                self._database.restart()
        self.revive()

    def revive(self) -> None:
        """Start a server that is gone: granian gives up when a worker dies twice within five seconds."""
        if not self.server.is_running():
            self.server = self._start()

    def _kill_a_worker(self) -> None:
        if pids := self.server.worker_pids():
            os.kill(self._chance.choice(pids), signal.SIGKILL)


@contextmanager
def machine(
    url: str,
    directory: Path,
    chance: Random,
    *,
    database: PrivateMariaDB | None = None,
    program: Sequence[str] = XIANFENG_RUN,
) -> Iterator[Machine]:
    """Serve the database at `url`, again after every kill."""
    with ExitStack() as running:

        def start() -> Server:
            running.close()
            one = serving(url, directory, workers=WORKERS, environment=ENVIRONMENT, program=program)
            server = running.enter_context(one)
            server.wait_until_ready(workers=WORKERS)
            return server

        besieged = Machine(start, database, chance)
        try:
            yield besieged
        finally:
            besieged.server.kill()  # as it lived
