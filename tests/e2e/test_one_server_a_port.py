"""Two `xianfeng run`: never on one port, on two ports as one likes, and again right after a stop."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from scripts.bench.serving import XIANFENG_RUN, free_port, serving
from server import migrations
from server.db import make_engine
from tests.waiting import LONG

"""Seconds after which a server that should have ended is given up."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return installed(tmp_path / "var")


def installed(directory: Path) -> Path:
    """Return a data directory with an empty database."""
    directory.mkdir()
    engine = make_engine(database(directory))
    migrations.upgrade(engine)
    engine.dispose()
    return directory


def database(directory: Path) -> str:
    return f"sqlite:///{directory}/xianfeng.db"


def start(directory: Path, port: int) -> "subprocess.Popen[str]":
    environment = {**os.environ, "XIANFENG_DATA": str(directory), "PORT": str(port), "XIANFENG_SCHEDULER": "none"}
    command = [sys.executable, *XIANFENG_RUN]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def assert_refused(server: "subprocess.Popen[str]", port: int) -> None:
    words, _ = server.communicate(timeout=LONG)
    assert server.returncode == 1, words
    assert f"端口 {port} 已被占用" in words
    assert "已启动" not in words
    assert "Traceback" not in words


def _until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + LONG
    while not condition():
        assert monotonic() < deadline
        sleep(0.05)


def test_a_second_server_on_the_port_is_refused_and_the_first_one_goes_on(data: Path, tmp_path: Path) -> None:
    with serving(database(data), data, workers=2) as first:
        first.wait_until_ready(workers=2)
        assert_refused(start(installed(tmp_path / "other"), first.port), first.port)
        assert first.get("/readyz") == 200


def test_of_two_started_in_the_same_moment_one_serves(data: Path, tmp_path: Path) -> None:
    port = free_port()
    other = installed(tmp_path / "other")
    servers = [start(data, port), start(other, port)]
    try:
        _until(lambda: any(server.poll() is not None for server in servers))
        loser, winner = sorted(servers, key=lambda server: server.poll() is None)
        assert_refused(loser, port)
        assert winner.poll() is None
    finally:
        for server in servers:
            server.terminate()
            server.communicate(timeout=LONG)


def test_two_servers_on_two_ports_share_one_directory(data: Path) -> None:
    with serving(database(data), data) as one, serving(database(data), data) as other:
        for server in (one, other):
            server.wait_until_ready()
        assert [server.get("/readyz") for server in (one, other)] == [200, 200]


def test_a_server_starts_again_right_after_it_was_stopped_or_killed(data: Path) -> None:
    port = free_port()
    for end in ("stopped", "killed", "stopped"):
        with serving(database(data), data, port=port) as server:
            server.wait_until_ready()
            if end == "killed":
                server.kill()
