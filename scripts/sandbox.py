"""WeChat's stand-in as a process of its own, for simulations and benchmarks."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextmanager
def sandbox(*options: str) -> Iterator[str]:
    """Yield the address of a sandbox. `--unbounded` is one that forgets nothing."""
    command = [sys.executable, "-m", "server.wechat.sandbox", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
