"""Serve the app with granian; in the sandbox, fill an empty database with the demo first."""

from granian import Granian
from granian.constants import Interfaces
from rich.console import Console
from sqlalchemy import Engine, select

from server.config import Settings
from server.db import reading
from server.organizations.models import Organization

console = Console()


def run(settings: Settings, engine: Engine) -> None:
    """Seed if needed, print the address and serve until stopped."""
    if settings.sandbox and is_empty(engine):
        seed(settings, engine)
    engine.dispose()
    console.print(f"先锋积分已启动： [bold]http://{settings.host}:{settings.port}/[/]  （Ctrl-C 停止）", soft_wrap=True)
    Granian(
        "server.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backlog=2048,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=15,
        process_name="xianfeng",
    ).serve()


def is_empty(engine: Engine) -> bool:
    with reading(engine) as session:
        return session.scalar(select(Organization.id).limit(1)) is None


def seed(settings: Settings, engine: Engine) -> None:
    from scripts import seed_demo

    seed_demo.seed(settings, engine)
