"""Serve the app with granian (chosen in docs/adr/0001)."""

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from rich.console import Console

from server import logs
from server.config import Settings

console = Console()


def run(settings: Settings, *, app: str = "server.wsgi:app") -> None:
    """Print the address and serve until stopped. `app` is `module:name`, imported by each worker."""
    logs.configure_logging(settings)
    console.print(f"先锋积分已启动： [bold]http://{settings.host}:{settings.port}/[/]  （Ctrl-C 停止）", soft_wrap=True)
    Granian(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backlog=2048,
        respawn_failed_workers=True,
        workers_kill_timeout=15,
        websockets=False,
        log_dictconfig=logs.GRANIAN_LOGGING,
        log_level=LogLevels.error,  # below it granian only narrates, and doubts the thread count chosen here
    ).serve()
