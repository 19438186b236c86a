"""What README.md tells a newcomer to type works, word for word."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from scripts.bench.serving import Server

ROOT = Path(__file__).resolve().parents[2]
TITLE = "社区防诈骗宣讲"


def newcomers_commands() -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    path = readme.partition("<!-- newcomer's path: begin -->")[2].partition("<!-- newcomer's path: end -->")[0]
    blocks = re.findall(r"^```bash\n(.*?)^```$", path, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


def test_a_newcomers_claim_is_approved_and_its_score_explained(server: Server, tmp_path: Path) -> None:
    output = _typed(newcomers_commands(), server, tmp_path)
    status, _, explanation = output.partition("\n")
    assert status == "已通过"
    entry = _entry_of_the_claim(json.loads(explanation))
    assert entry["decided_by"] == "李伟"
    assert {"label": "审核人", "text": "李伟"} in entry["source"]["details"]
    assert len(entry["source"]["photo_ids"]) == 1
    assert entry["clause"] == "《实施方案》二（二）：联系服务师生群众"
    assert entry["points"] == "1.00"


def test_at_a_wrong_address_the_commands_stop_at_once(server: Server, tmp_path: Path) -> None:
    script = tmp_path / "newcomer.sh"
    script.write_text(newcomers_commands())
    nowhere = {**os.environ, "API": f"{server.address}/nowhere"}
    stopped = subprocess.run(["bash", "-eu", str(script)], cwd=ROOT, env=nowhere, capture_output=True, check=False)
    assert stopped.returncode != 0
    assert "已通过" not in stopped.stdout.decode()


def _typed(commands: str, server: Server, directory: Path) -> str:
    script = directory / "newcomer.sh"
    script.write_text(commands)
    result = subprocess.run(
        ["bash", "-eu", str(script)],
        cwd=ROOT,
        env={**os.environ, "API": f"{server.address}/api/v1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr + result.stdout
    return result.stdout


def _entry_of_the_claim(explanation: dict[str, Any]) -> Any:
    lines = [line for section in explanation["sections"] for line in section["lines"]]
    found = [
        entry
        for line in lines
        for entry in line["entries"]
        if str(entry["source"]["title"]).startswith(f"个人申报：{TITLE}（")
    ]
    assert len(found) == 1
    return found[0]
