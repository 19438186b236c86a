"""A port is served by one `xianfeng run` and nobody else."""

import os
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from subprocess import run

import pytest

from scripts.bench.serving import free_port
from server import serve
from server.errors import DomainError
from tests.at_once import at_once
from tests.refusing import refused

HERE = "127.0.0.1"
ROOT = Path(__file__).parents[2]
LONG = 240
"""Seconds after which a server that should have ended is given up."""

SERVING = """
import sys, time
from itertools import count
from types import SimpleNamespace
import granian.server.common
from server import config, serve
from server.errors import DomainError
hurried = SimpleNamespace(monotonic=count(step=60).__next__, sleep=time.sleep)
granian.server.common.time = hurried  # as if each start took longer than the seconds that granian calls a loop
try:
    serve.run(config.load(), app=sys.argv[1])
except DomainError as refusal:
    print(refusal.code, flush=True)
    sys.exit(3)
"""


def held(port: int, host: str = HERE) -> None:
    with serve.held(host, port):
        pass


def listening(host: str, *, reuses_port: bool = True) -> socket.socket:
    """Return a socket that listens as a worker does: with SO_REUSEPORT."""
    return socket.create_server((host, 0), reuse_port=reuses_port)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.mark.parametrize("host", [HERE, "0.0.0.0"])
@pytest.mark.parametrize("others", [HERE, "0.0.0.0"])
@pytest.mark.parametrize("reuses_port", [True, False])
def test_a_port_on_which_someone_listens_is_refused(host: str, others: str, reuses_port: bool) -> None:
    with listening(others, reuses_port=reuses_port) as other:
        port = other.getsockname()[1]
        refusal = refused("port_taken", lambda: held(port, host))
        assert f"端口 {port} 已被占用" in refusal.message
    held(port, host)


def test_of_several_that_start_together_one_gets_the_port(port: int) -> None:
    with ExitStack() as serving:

        def start() -> str:
            try:
                serving.enter_context(serve.held(HERE, port))
            except DomainError as refusal:
                return refusal.code
            return "serves"

        assert sorted(at_once(*[start] * 8)) == ["port_taken"] * 7 + ["serves"]
    held(port)


def test_another_port_is_free_at_the_same_time(port: int) -> None:
    with serve.held(HERE, port):
        held(free_port())


def test_a_connection_that_has_just_closed_keeps_nobody_from_starting_again() -> None:
    with listening(HERE) as server:
        port = server.getsockname()[1]
        with socket.create_connection((HERE, port)) as phone:
            server.accept()[0].close()  # who closes first waits: here the server
            assert phone.recv(1) == b""
    assert f":{port:04X}" in _waiting()
    held(port)


def _waiting() -> str:
    """Return the local addresses of the kernel's connections in TIME_WAIT."""
    rows = (row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return " ".join(row[1] for row in rows if row[3] == "06")


@pytest.mark.parametrize(
    "death",
    ["raise RuntimeError('no database')", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
    ids=["fails", "is killed"],
)
def test_a_server_of_which_no_worker_comes_up_ends_and_leaves_the_port(tmp_path: Path, port: int, death: str) -> None:
    (tmp_path / "dying.py").write_text(f"{death}\n")
    out = run(
        [sys.executable, "-c", SERVING, "dying:app"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{tmp_path}:{ROOT}", "PORT": str(port)}
        | {"XIANFENG_DATA": str(tmp_path / "data"), "XIANFENG_WORKERS": "2"},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert (out.returncode, out.stdout.splitlines()[-1]) == (3, "not_started")
    held(port)


def test_an_address_that_is_not_ours_is_refused_in_words(port: int) -> None:
    assert "XIANFENG_HOST" in refused("port_unusable", lambda: held(port, "192.0.2.1")).message
