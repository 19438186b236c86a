"""How soon the server answers, and what a worker weighs."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from scripts.bench.serving import resident_mb, serving

STARTS = {"default": 3, "full": 15}
READY_GOAL_SECONDS = 2
MEMORY_GOAL_MB = 130
STACK = (
    "flask",
    "flask_openapi3",
    "sqlalchemy.orm",
    "pymysql",
    "cryptography.fernet",
    "structlog",
    "granian",
)
WARMING = ("/healthz", "/readyz", "/", "/api/v1/openapi.json")


def run(size: str) -> Iterator[Line]:
    """Start on an up-to-date database several times; the medians count."""
    bare_mb = _bare_import_mb()
    for database, url, directory in each_database():
        starts = [_start(url, directory) for _ in range(STARTS[size])]
        seconds, memory_mb = (median(figures) for figures in zip(*starts, strict=True))
        yield measured(
            "start",
            "ready",
            seconds,
            "s",
            database=database,
            goal=f"< {READY_GOAL_SECONDS} s",
            met=seconds < READY_GOAL_SECONDS,
        )
        yield measured(
            "start",
            "worker_memory",
            memory_mb,
            "MB",
            database=database,
            against=f"bare import of the stack: {bare_mb:.0f} MB",
            ratio=memory_mb / bare_mb,
            goal=f"<= {MEMORY_GOAL_MB} MB",
            met=memory_mb <= MEMORY_GOAL_MB,
        )


def _start(url: str, directory: Path) -> tuple[float, float]:
    """Return seconds from the command to the first answer, and the heaviest worker's memory after some requests."""
    began = time.perf_counter()
    with serving(url, directory) as server:
        server.wait_until_ready()
        seconds = time.perf_counter() - began
        for path in WARMING * 5:
            server.get(path)
        return seconds, max(map(resident_mb, server.worker_pids()))


def _bare_import_mb() -> float:
    """Return what the libraries alone weigh; the child reports itself, since it is gone when it has answered."""
    report = "print(open('/proc/self/status').read().partition('VmRSS:')[2].split()[0])"
    command = [sys.executable, "-c", f"import {', '.join(STACK)}; {report}"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024
