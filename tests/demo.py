"""The demo in small, seeded once for all workers of a test run; whoever writes to it takes a copy."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.demo.writing import SMALL, Scale
from scripts.seed_demo import fill
from server import clock, config, migrations
from server.db import make_engine
from server.identity import consents, privacy_notice
from server.identity.models import Account


def small_demo(temporary: pytest.TempPathFactory) -> Path:
    """Return the data directory of the demo that this run's tests share; it is only read."""
    base = temporary.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    directory = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            unfinished = shared / "demo.unfinished"
            _copy_or_seed(unfinished)
            unfinished.rename(directory)
    return directory


def _copy_or_seed(directory: Path) -> None:
    """Fill it, or copy the demo that `XIANFENG_TEST_DEMO` names: for who runs browser tests again and again."""
    if kept := os.environ.get("XIANFENG_TEST_DEMO"):
        shutil.copytree(kept, directory)
        settings = config.load({"XIANFENG_DATA": str(directory)})
        _migrate(settings)
        _agree_for_all(settings)
    else:
        assert seeded(directory, SMALL)


def _agree_for_all(settings: config.Settings) -> None:
    """Let everyone agree to the privacy notice that is in force, which the kept demo may be older than."""
    engine = make_engine(settings.database_url)
    with Session(engine) as session:
        for account_id in session.scalars(select(Account.id).order_by(Account.id)):
            consents.agree(session, account_id=account_id, version=privacy_notice.current().version, now=clock.now())
        session.commit()
    engine.dispose()


def copy_of_demo(temporary: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(small_demo(temporary), temporary.mktemp("demo") / "var"))


def seeded(directory: Path, scale: Scale) -> bool:
    """Migrate and fill the data directory, as `make run` does; return whether it was empty."""
    settings = config.load({"XIANFENG_DATA": str(directory)})
    _migrate(settings)
    return fill(settings, scale)


def _migrate(settings: config.Settings) -> None:
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    engine.dispose()
