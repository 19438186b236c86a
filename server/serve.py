"""Serve the app with granian (chosen in docs/adr/0001), on a port that nobody else serves (docs/adr/0018)."""

import errno
import resource
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
from server.errors import DomainError, conflict

console = Console()
CONNECTIONS = 2048
"""Of each worker; further ones wait for one of them to end."""

SILENT_MS = 15_000
"""How long a connection may take for a request's head, or wait for the next one."""

MAX_HEAD_BYTES = 32 * 1024


def run(settings: Settings, *, app: str = "server.wsgi:app") -> None:
    """Print the address and serve until stopped. `app` is `module:name`, imported by each worker.

    Raise DomainError `port_taken`, `port_unusable`.
    """
    logs.configure_logging(settings)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a socket and a body's file for each connection
    with held(settings.host, settings.port):
        address = f"http://{settings.host}:{settings.port}/"
        console.print(f"先锋积分已启动： [bold]{address}[/]  （Ctrl-C 停止）", soft_wrap=True)
        Granian(
            app,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,  # of HTTP/2 one connection may hold hundreds of requests
            http1_settings=HTTP1Settings(header_read_timeout=SILENT_MS, max_buffer_size=MAX_HEAD_BYTES),
            workers=settings.workers,
            backlog=CONNECTIONS,
            backpressure=CONNECTIONS,
            respawn_failed_workers=True,
            workers_kill_timeout=15,
            websockets=False,
            log_dictconfig=logs.GRANIAN_LOGGING,
            log_level=LogLevels.error,  # below it granian only narrates, and doubts the thread count chosen here
        ).serve(target_loader=receiving.load)


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
        return conflict("port_taken", f"端口 {port} 已被占用，{cause}。{advice}")
    return conflict("port_unusable", f"无法在 {host}:{port} 上提供服务：{error.strerror}。请检查 XIANFENG_HOST 和 PORT")
