"""The app's types are those of the API as it is now."""

import shutil
import subprocess
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "miniprogram"


def test_the_apps_types_say_what_the_api_document_says() -> None:
    node = shutil.which("node")
    if node is None or not (APP / "node_modules" / "openapi-typescript").is_dir():
        pytest.skip("the app's libraries are not installed (needs Node ≥ 20: make app)")
    checked = subprocess.run(
        [node, "scripts/types.mjs", "--check"], cwd=APP, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
