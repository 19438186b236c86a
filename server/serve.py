"""Serve the app with granian (chosen in docs/adr/0001), on a port that nobody else serves (docs/adr/0018)."""

import errno
import gc
import multiprocessing
import os
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from rich.console import Console

from server import logs, receiving
from server.config import Settings
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict
from server.receiving import Receiver

console = Console()
CONNECTIONS = 2048
"""Of each worker; further ones wait for one of them to end."""

SILENT_MS = 15_000
"""How long a connection may take for a request's head, or wait for the next one."""

MAX_HEAD_BYTES = 32 * 1024
STARTS_EACH = 2
"""How often each worker is started while none has come up. Then the operator is told."""


class Starts:
    """The starts of workers, as all processes see them: how many there were, and whether one has come up."""

    def __init__(self, workers: int) -> None:
        processes = multiprocessing.get_context("spawn")  # its counters can be inherited and passed on
        self._begun = processes.Value("i", 0)
        self._came_up = processes.Event()
        self._given_up = processes.Event()
        self._most = workers * STARTS_EACH
        self._server_id = os.getpid()

    @property
    def failed(self) -> bool:
        return not self._came_up.is_set()

    @property
    def given_up(self) -> bool:
        return self._given_up.is_set()

    def load(self, target: str) -> Receiver:
        """Load the app in a worker. A worker that finds that none has come up in so many starts stops the server.

        Granian stops by itself only where a worker dies twice within five seconds: not one that takes longer to start,
        or is killed for its memory.
        """
        with self._begun.get_lock():
            self._begun.value += 1
            hopeless = self._begun.value > self._most and self.failed
        if hopeless:
            self._given_up.set()
            os.kill(self._server_id, signal.SIGTERM)
            raise SystemExit(1)
        gc.disable()  # what is imported stays: looking through it time and again was a tenth of a start
        receiver = receiving.load(target)
        gc.enable()
        self._came_up.set()
        return receiver


def run(settings: Settings, *, app: str = "server.wsgi:app") -> None:
    """Print the address and serve until stopped. `app` is `module:name`, imported by each worker.

    Raise DomainError `port_taken`, `port_unusable`, or `not_started` if no worker comes up.
    """
    logs.configure_logging(settings)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a socket and a body's file for each connection
    with held(settings.host, settings.port):
        address = f"http://{settings.host}:{settings.port}/"
        console.print(f"先锋积分已启动： [bold]{address}[/]  （Ctrl-C 停止）", soft_wrap=True)
        starts = Starts(settings.workers)
        server = Granian(
            app,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,  # one HTTP/2 connection may hold hundreds of requests
            http1_settings=HTTP1Settings(header_read_timeout=SILENT_MS, max_buffer_size=MAX_HEAD_BYTES),
            workers=settings.workers,
            backlog=CONNECTIONS,
            backpressure=CONNECTIONS,
            respawn_failed_workers=True,
            workers_kill_timeout=15,
            websockets=False,
            log_dictconfig=logs.GRANIAN_LOGGING,
            log_level=LogLevels.error,  # below it granian only narrates, and doubts the thread count chosen here
        )
        try:
            server.serve(target_loader=starts.load)
        except SystemExit:
            if starts.failed:
                raise _not_started() from None
            raise
        if starts.given_up:
            raise _not_started()


def _not_started() -> DomainError:
    return conflict(
        CoreErrorCode.not_started, "服务没有启动：没有一个工作进程能够启动，原因见上面的日志。请排除后重新启动"
    )


@contextmanager
def held(host: str, port: int) -> Iterator[None]:
    """Keep a port to this process and its workers. Raise DomainError `port_taken`, `port_unusable`.

    Workers listen with SO_REUSEPORT, with which the kernel lets a stranger listen beside them and gives each a share of
    the requests. A bind without it fails while anyone listens, and not because of connections that have just closed.
    Of two that start together, one gets the name that the kernel keeps as long as the process lives.
    """
    name = socket.socket(socket.AF_UNIX)
    probe = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with name:
        with probe:
            try:
                name.bind(f"\0xianfeng run {port}")
                probe.bind((host, port))
            except OSError as error:
                raise _refusal(host, port, error) from None
        yield


def _refusal(host: str, port: int, error: OSError) -> DomainError:
    if error.errno == errno.EADDRINUSE:
        advice = "请先停止它（ss -ltnp 可查是哪个进程），或用 PORT 换一个端口"
        cause = "可能是先锋积分已在运行，或上次被强行结束后还有进程没有退出"
        return conflict(CoreErrorCode.port_taken, f"端口 {port} 已被占用，{cause}。{advice}")
    return conflict(
        CoreErrorCode.port_unusable, f"无法在 {host}:{port} 上提供服务：{error.strerror}。请检查 XIANFENG_HOST 和 PORT"
    )
