"""What the kernel saw of one check-in on SQLite: the data reaches the disk before the answer reaches the network."""

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path

from scripts.bench.databases import disk_directory, migrated
from scripts.bench.hall import ENVIRONMENT, Room, Seat, furnish
from scripts.bench.serving import Server, serving
from server import clock
from server.db import make_engine

CHECK_INS = 10
ATTACHED = "attached"
_SYNC = re.compile(r"(?:fsync|fdatasync)(?:\(\d+| resumed>)\)\s+= 0$")
_ANSWER = re.compile(r"^\d+ +(?:write|writev|sendto)\(.*HTTP/1\.1 201")


def missing_strace() -> str | None:
    """Return why nothing can be traced here, or None if it can."""
    return None if shutil.which("strace") else "strace not installed (apt install strace)"


def traced() -> list[str]:
    """Return, as the kernel saw them, each "sync" to the disk and each "answer" 201 of a few check-ins in turn."""
    with disk_directory() as directory:
        url = migrated(f"sqlite:///{directory}/xianfeng.db")
        engine = make_engine(url)
        hall = furnish(engine, seats=CHECK_INS, rooms=1, now=clock.now())
        engine.dispose()
        with serving(url, directory, environment=ENVIRONMENT) as server:
            server.wait_until_ready()
            return events(_trace(server, hall.rooms[0], hall.seats, directory / "trace"))


def events(trace: str) -> list[str]:
    """Return the syncs that ended and the answers that began in strace's output, in its order."""
    kinds = ((_SYNC, "sync"), (_ANSWER, "answer"))
    return [kind for line in trace.splitlines() for pattern, kind in kinds if pattern.search(line)]


def synced_first(order: Sequence[str]) -> bool:
    """Whether every answer came after a sync of its own."""
    return all(before == "sync" for before, event in pairwise(["", *order]) if event == "answer")


def _trace(server: Server, room: Room, seats: Sequence[Seat], output: Path) -> str:
    (worker,) = server.worker_pids()
    calls = "trace=fsync,fdatasync,write,writev,sendto"
    command = ["strace", "-f", "-s", "32", "-e", calls, "-o", str(output), "-p", str(worker)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        if ATTACHED not in (line := strace.stderr.readline()):
            raise RuntimeError(f"strace could not watch the server: {line}")
        _check_in(server, room, seats)
        strace.send_signal(signal.SIGINT)
    return output.read_text()


def _check_in(server: Server, room: Room, seats: Sequence[Seat]) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    for seat in seats:
        headers = {"Authorization": f"Bearer {seat.token}", "Content-Type": "application/json"}
        body = json.dumps({"ticket": room.ticket(seat, clock.now())})
        connection.request("POST", "/api/v1/check-ins", body, headers)
        response = connection.getresponse()
        response.read()
        if response.status != 201:
            raise RuntimeError(f"a check-in was answered {response.status}")
    connection.close()
