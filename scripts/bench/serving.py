"""The server as people run it, in processes of its own."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

from tests.waiting import LONG

LISTENING = "0A"
"""How the kernel writes that state in /proc/net/tcp."""

PORTS = range(20_000, 32_000)
"""Below those that Linux gives to connections and to binds to port 0 (ip_local_port_range)."""

XIANFENG_RUN = ("-m", "server.cli", "run")


class Server:
    """A running `xianfeng run` on a free loopback port."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.pid = process.pid
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._process = process
        self._log = log

    def get(self, path: str) -> int:
        """Return the status of one GET over a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def wait_until_ready(self, *, workers: int = 1) -> None:
        """Wait until that many workers take connections and one has answered."""
        deadline = time.monotonic() + LONG
        while time.monotonic() < deadline and self.is_running():
            try:
                if self.get("/healthz") == 200 and _listeners(self.port) >= workers:
                    return
            except OSError:
                pass
            time.sleep(0.005)
        raise RuntimeError(f"the server did not become ready:\n{self._log.read_text()[-4000:]}")

    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End it as a crash would: SIGKILL to it and to all it started."""
        for pid in (self.pid, *_children(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def worker_pids(self) -> list[int]:
        """Return the processes that answer requests: the server's children that hold the app."""
        return [pid for pid in _children(self.pid) if resident_mb(pid) > 30]


@contextmanager
def serving(
    url: str,
    data_dir: Path,
    *,
    workers: int = 1,
    threads: int = 32,
    environment: Mapping[str, str] | None = None,
    program: Sequence[str] = XIANFENG_RUN,
    port: int | None = None,
) -> Iterator[Server]:
    """Start the server on the database at `url` and stop it at the end. Not yet ready when yielded.

    `environment` adds to its settings; `program` is what Python runs, if not `xianfeng run`. Without `port` it takes
    a free one.
    """
    port = port or free_port()
    variables = {
        **os.environ,
        **(environment or {}),
        "XIANFENG_DATABASE_URL": url,
        "XIANFENG_DATA": str(data_dir),
        "XIANFENG_WORKERS": str(workers),
        "XIANFENG_THREADS": str(threads),
        "PORT": str(port),
    }
    log = data_dir / "server.log"
    with log.open("ab") as output:
        command = [sys.executable, *program]
        process = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield Server(process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def resident_mb(pid: int | str) -> float:
    """Return a process's resident memory in MB (2²⁰ bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def program_serving(app: str) -> Sequence[str]:
    """Return a program for `serving` that serves another `module:name` just as `xianfeng run` serves the product."""
    return ("-c", f"from server import config, serve; serve.run(config.load(), app={app!r})")


def _listeners(port: int) -> int:
    """Return how many sockets listen on a port: granian's workers have one each."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == LISTENING for row in rows)


def free_port() -> int:
    """Return a port that nobody listens on, from those that the kernel never hands out for port 0: other runs at the
    same time hardly ever choose it before it is taken."""
    while True:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
