"""A private MariaDB: its own directory and socket, thrown away at the end. For tests and benchmarks."""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import pymysql

READY_SECONDS = 120
SERVER_OPTIONS = (
    "--skip-networking",
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=128M",
    "--max-connections=600",
)
FORGETFUL = (
    "--loose-innodb-flush-log-at-trx-commit=0",
    "--loose-innodb-flush-method=nosync",
    "--loose-innodb-doublewrite=0",
    "--loose-innodb-log-file-size=16M",
    "--loose-debug-no-sync",
)
"""Options for data that nobody will look for after a crash: nothing waits for the disk.

A version that does not know one of them goes without."""

MEMORY = Path("/dev/shm")
ROOM_BYTES = 2**30
"""Of which a server takes an eighth; a container often has no more than a sixteenth of it."""


class MariaDBFailed(RuntimeError):
    """The server could not be installed or did not start; the message carries the end of its log."""


def missing_mariadb() -> str | None:
    """Return why no private MariaDB can run here, or None if one can."""
    absent = [name for name in ("mariadbd", "mariadb-install-db") if _program(name) is None]
    return f"{' and '.join(absent)} not installed (apt install mariadb-server)" if absent else None


class PrivateMariaDB:
    """A mariadbd with its data on disk and a socket only this user reaches; commits are durable.

    Dies with the thread that started it (so a killed test run leaves none behind): start it from one that lives on.
    """

    def __init__(self, directory: Path | None = None, *, options: Sequence[str] = ()) -> None:
        """Keep the data in the empty `directory` (default: a new one under /var/tmp, which is not in memory)."""
        self.directory = directory or Path(tempfile.mkdtemp(prefix="xianfeng-mariadb-", dir="/var/tmp"))
        self._options = (*SERVER_OPTIONS, *options)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def socket(self) -> Path:
        return self.directory / "socket"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise MariaDBFailed("the private MariaDB is not running")
        return self._process.pid

    def url(self, schema: str = "", *, user: str = "root", password: str = "") -> str:
        """Return a SQLAlchemy URL for `schema` over the socket; without TLS, which costs 30 ms a connection."""
        login = f"{quote(user)}:{quote(password)}" if password else quote(user)
        return f"mysql+pymysql://{login}@localhost/{schema}?unix_socket={self.socket}&ssl_disabled=1"

    def create_schema(self, name: str) -> str:
        """Create the schema `name`, empty even if there was one, and return its URL."""
        self.execute(f"CREATE OR REPLACE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        return self.url(name)

    def execute(self, statement: str) -> None:
        """Run one statement as the server's root."""
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def start(self) -> None:
        """Start the server, on the data it left if it ran before, and wait until it answers."""
        if not (self.directory / "data").exists():
            atexit.register(self.close)
            _install(self.directory)
        with (self.directory / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [
                    *_dies_with_us(),
                    *(_required("mariadbd"), "--no-defaults", *_as_root()),
                    *(f"--datadir={self.directory / 'data'}", f"--socket={self.socket}"),
                    f"--tmpdir={self.directory / 'tmp'}",
                    *(f"--pid-file={self.directory / 'pid'}", *self._options),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._await_ready(self._process)

    def kill(self) -> None:
        """Stop the server as a crash would: SIGKILL, nothing flushed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill the server and start it again on its data."""
        self.kill()
        self.start()

    def close(self) -> None:
        """Kill the server and remove its data."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
        atexit.unregister(self.close)

    def _connect(self) -> "pymysql.Connection[pymysql.cursors.Cursor]":
        return pymysql.connect(unix_socket=str(self.socket), user="root", autocommit=True, ssl_disabled=True)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                self._connect().close()
            except pymysql.OperationalError:
                time.sleep(0.02)
            else:
                return
        self.kill()
        raise MariaDBFailed((self.directory / "output").read_text(errors="replace")[-2000:])


def forgetful_directory() -> Path | None:
    """Return a new directory in memory, or None where there is little room. Takes away what killed runs left there."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return None
    for left in MEMORY.glob("xianfeng-tests-*"):
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"xianfeng-tests-{os.getpid()}-", dir=MEMORY))


def _install(directory: Path) -> None:
    """Make the data directory. Servers that install side by side take each other's files in a shared TMPDIR."""
    (directory / "tmp").mkdir(parents=True)
    result = subprocess.run(
        [
            *(_required("mariadb-install-db"), "--no-defaults", "--auth-root-authentication-method=normal"),
            *("--skip-test-db", f"--datadir={directory / 'data'}", *_as_root()),
        ],
        env={**os.environ, "TMPDIR": str(directory / "tmp")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise MariaDBFailed((result.stdout + result.stderr)[-2000:])


def _as_root() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


def _dies_with_us() -> list[str]:
    return ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")


def _required(name: str) -> str:
    path = _program(name)
    if path is None:
        raise MariaDBFailed(f"{name} is not installed (apt install mariadb-server)")
    return path
