"""The demo in small, seeded once for all workers of a test run; whoever writes to it takes a copy."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from scripts.demo.writing import SMALL, Scale
from scripts.seed_demo import fill
from server import config, migrations
from server.db import make_engine


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
        _migrate(config.load({"XIANFENG_DATA": str(directory)}))
    else:
        assert seeded(directory, SMALL)


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
