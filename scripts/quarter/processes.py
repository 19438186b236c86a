"""The schedulers of a simulation, each a process of its own that can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from scripts.sandbox import ROOT


@dataclass(slots=True)
class Schedulers:
    """Some schedulers at once, on the simulated clock. One that is killed is started again."""

    directory: Path
    clock_file: Path
    environment: Mapping[str, str]
    count: int = 2
    kills: int = 0
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> "Schedulers":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return bool(self._running)

    def start(self) -> None:
        """Start all of them, unless they run."""
        self._running = self._running or [self._start(number) for number in range(self.count)]

    def stop(self) -> None:
        """End all of them as a power cut would."""
        for number, process in enumerate(self._running):
            process.kill()
            process.wait()
            self._idle_file(number).unlink(missing_ok=True)
        self._running.clear()

    def kill_one(self, chance: Random) -> None:
        """End one as a crash would, and start another in its place."""
        number = chance.randrange(self.count)
        os.kill(self._running[number].pid, signal.SIGKILL)
        self._running[number].wait()
        self._idle_file(number).unlink(missing_ok=True)
        self._running[number] = self._start(number)
        self.kills += 1

    def are_idle(self, step: int) -> bool:
        """Whether all that run found nothing left to do in this step. Raises RuntimeError if one gave up."""
        if any(process.poll() is not None for process in self._running):
            raise RuntimeError(f"a scheduler ended by itself; see {self.directory}")
        return all(self._idle_step(number) == step for number in range(len(self._running)))

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "scripts.quarter.worker", str(self.clock_file), str(self._idle_file(number))]
        with (self.directory / f"scheduler-{number}.log").open("ab") as log:
            return subprocess.Popen(
                command, env={**os.environ, **self.environment}, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )

    def _idle_file(self, number: int) -> Path:
        return self.directory / f"idle-{number}"

    def _idle_step(self, number: int) -> int | None:
        try:
            return int(self._idle_file(number).read_text() or -1)
        except FileNotFoundError:
            return None
