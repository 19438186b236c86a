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
            assert seeded(unfinished, SMALL)
            unfinished.rename(directory)
    return directory


def copy_of_demo(temporary: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(small_demo(temporary), temporary.mktemp("demo") / "var"))


def seeded(directory: Path, scale: Scale) -> bool:
    """Migrate and fill the data directory, as `make run` does; return whether it was empty."""
    settings = config.load({"XIANFENG_DATA": str(directory)})
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    engine.dispose()
    return fill(settings, scale)
