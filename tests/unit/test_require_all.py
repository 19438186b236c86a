"""CI's promise that nothing was skipped."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPING = """
import pytest

@pytest.fixture
def missing():
    pytest.skip("no MariaDB here")

def test_in_the_fixture(missing): ...

@pytest.mark.skip(reason="later")
def test_by_mark(): ...

@pytest.mark.xfail(strict=True)
def test_known_to_fail():
    assert False

def test_that_runs(): ...
"""


@pytest.mark.parametrize(
    ("require_all", "outcome"), [("0", "1 passed, 2 skipped, 1 xfailed"), ("1", "1 passed, 1 xfailed")]
)
def test_a_skip_fails_only_where_everything_is_required(tmp_path: Path, require_all: str, outcome: str) -> None:
    (tmp_path / "conftest.py").write_text("from tests.require_all import pytest_runtest_makereport\n")
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    environment = {"PYTHONPATH": str(ROOT), "XIANFENG_REQUIRE_ALL": require_all, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert outcome in result.stdout
    assert result.returncode == int(require_all)
    if require_all == "1":
        assert "was skipped during setup: no MariaDB here" in result.stdout
