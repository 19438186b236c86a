"""python -m scripts.faults [only=claims] [jobs=2]: plant one fault after another in a copy, and see a test fail.

`faults.toml` lists them: what the fault `says`, the `file`, the text `old` that becomes `new`, and the `tests` that
should notice. Its table `utc` has the tests of each file that asks what day it is: UTC is asked at one place after
another, except where that comes to the `same`, with the reason. It fails where no test notices, and where the text is
no longer there exactly once. `only` picks those whose file or words contain it, or the name of whose place does
(`years/service.py#0`); commas part several. `jobs` is how many are tried at once.
UTC is tried in one run with forks first (`day_forks.py`), and only what is not noticed there like the others.
What was noticed is kept in `faults/noticed.jsonl`, and not tried again while its file and its tests read the same: a
run that was cut off goes on where it stopped. At the end the tests that noticed run once more without any fault.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

from scripts import day_forks
from scripts.day_faults import DayFault, faults_of

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".toml")
COPIED = ("bot", "docs", "scripts", "server", "tests", "pyproject.toml", "README.md", "CONTRIBUTING.md")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "node_modules", "dist")
KEPT = "faults/noticed.jsonl"
SECONDS = 900
"""How long the tests of one fault may take: a fault may also make them wait for ever."""

FEW = 8
"""So many day faults are not worth a run with forks, which tries all their tests once without any fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the code made wrong."""

    says: str
    file: str
    old: str
    new: str
    tests: str

    def planted(self, text: str) -> str:
        """Return the file with the fault. Raises ValueError where the text is not there exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has it {text.count(self.old)} times: {self.old}")
        return text.replace(self.old, self.new)


def faults() -> list[Fault]:
    """Return the faults that are listed one by one."""
    return [Fault(**each) for each in listed()["fault"]]


def day_faults() -> list[DayFault]:
    """Return the faults of the files that ask what day it is."""
    table, same = listed()["utc"], listed()["same"]
    found = [
        fault
        for file, tests in table.items()
        for fault in faults_of(file, (ROOT / file).read_text(encoding="utf-8"), tests)
    ]
    return [fault for fault in found if fault.says not in same.get(fault.file, ())]


def is_meant(fault: Fault | DayFault, only: str) -> bool:
    """Whether a fault is one of those that `only` picks."""
    words = f"{fault.file}\n{fault.says}\n{fault.name if isinstance(fault, DayFault) else ''}"
    return any(each in words for each in only.split(","))


def listed() -> dict[str, Any]:
    """Return what the list says."""
    return {"fault": [], "utc": {}, "same": {}} | tomllib.loads(LIST.read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    options = dict(argument.partition("=")[::2] for argument in arguments)
    only, jobs = options.pop("only", ""), int(options.pop("jobs", "2"))
    if options:
        print(__doc__, file=sys.stderr)
        return 2
    every: list[Fault | DayFault] = [*faults(), *day_faults()]
    chosen = [fault for fault in every if is_meant(fault, only)]
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        copies: Queue[Path] = Queue()
        for number in range(jobs):
            copies.put(_copy(Path(folder) / str(number)))
        _try_in_forks([fault for fault in chosen if isinstance(fault, DayFault)], Path(folder) / "forks")
        kept = _kept()
        with ThreadPoolExecutor(jobs) as pool:
            by = list(pool.map(lambda fault: _tried(fault, copies, kept), chosen))
        anyway = _fail_without(by, copies.get())
    for test in anyway:
        print(f"FAILS ANYWAY  {test}: it fails without a fault, too")
    noticed = sum(each is not None and _function(each) not in anyway for each in by)
    print(f"{noticed} of {len(chosen)} faults noticed")
    return 1 if noticed < len(chosen) else 0


def _tried(fault: Fault | DayFault, copies: "Queue[Path]", kept: dict[str, str]) -> str | None:
    """Return the test that notices the fault, or None."""
    copy, by, says = copies.get(), None, fault.says
    try:
        key = _key(fault, copy)
        by = kept.get(key)
        if by is None:
            with _planted(fault, copy):
                by = _noticed_by(fault, copy)
            if by is not None:
                _keep(key, fault, by)
    except ValueError as error:
        says += f" — {error}"
    finally:
        copies.put(copy)
    print(f"{'noticed' if by else 'UNNOTICED'}  {fault.file}: {says}  → {by or 'by nothing'}", flush=True)
    return by


def _try_in_forks(chosen: Sequence[DayFault], copy: Path) -> None:
    """Try day faults in one run of their tests, and keep what is noticed, also if the run is cut off."""
    _copy(copy)
    kept = _kept()
    waiting = {fault.name: (fault, key) for fault in chosen if (key := _key(fault, copy)) not in kept}
    if len(waiting) <= FEW:
        return
    for file in {fault.file for fault, _ in waiting.values()}:
        path = copy / file
        path.write_text(day_forks.switched(file, path.read_text(encoding="utf-8")), encoding="utf-8")
    listed, found = copy / "places.json", copy / "found.jsonl"
    listed.write_text(json.dumps({name: fault.tests.split() for name, (fault, _) in waiting.items()}))
    found.touch()
    tests = sorted({test for fault, _ in waiting.values() for test in fault.tests.split()})
    environment = {day_forks.LISTED: str(listed), day_forks.FOUND: str(found)}
    print(f"{len(waiting)} places that ask for the day are tried in one run of {len(tests)} files", flush=True)
    try:
        _pytest(["-p", "scripts.day_forks", *tests], copy, environment=environment)
    finally:
        for line in map(json.loads, found.read_text(encoding="utf-8").splitlines()):
            fault, key = waiting[line["place"]]
            if line["by"] is not None:
                _keep(key, fault, line["by"])


def _key(fault: Fault | DayFault, copy: Path) -> str:
    """Return what is the same as long as the file with its fault and the tests read the same."""
    read = [fault.says, fault.file, fault.planted((copy / fault.file).read_text(encoding="utf-8"))]
    for each in fault.tests.split():
        path = copy / each
        read += [file.read_text(encoding="utf-8") for file in sorted(path.rglob("*.py")) or [path]]
    return hashlib.sha256(json.dumps(read).encode()).hexdigest()


def _kept() -> dict[str, str]:
    """Return the tests that noticed, by key."""
    if not (ROOT / KEPT).exists():
        return {}
    lines = [json.loads(line) for line in (ROOT / KEPT).read_text(encoding="utf-8").splitlines()]
    return {line["key"]: line["by"] for line in lines}


def _keep(key: str, fault: Fault | DayFault, by: str) -> None:
    (ROOT / KEPT).parent.mkdir(exist_ok=True)
    line = json.dumps({"file": fault.file, "says": fault.says, "by": by, "key": key}, ensure_ascii=False)
    with (ROOT / KEPT).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def _function(test: str) -> str:
    return test.partition("[")[0]


def _fail_without(noticed: Sequence[str | None], copy: Path) -> set[str]:
    """Return which tests of those that noticed fail where nothing is planted: they prove nothing."""
    tests = sorted({_function(each) for each in noticed if each is not None and "::" in each})
    if not tests:
        return set()
    run = _pytest(tests, copy)
    return {_function(each) for each in _failed(run.stdout)}


@contextmanager
def _planted(fault: Fault | DayFault, copy: Path) -> Iterator[None]:
    path = copy / fault.file
    right = path.read_text(encoding="utf-8")
    path.write_text(fault.planted(right), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(right, encoding="utf-8")


def _noticed_by(fault: Fault | DayFault, copy: Path) -> str | None:
    """Return the first test that fails, on SQLite alone, or None."""
    try:
        run = _pytest(["-x", *fault.tests.split()], copy, SECONDS)
    except subprocess.TimeoutExpired:
        return f"tests that take more than {SECONDS} s"
    if run.returncode == 0:
        return None
    failed = _failed(run.stdout)
    if run.returncode != 1 or not failed:
        raise ValueError(run.stdout[-500:] + run.stderr[-500:])
    return failed[0]


def _pytest(
    tests: Sequence[str], copy: Path, seconds: int | None = None, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run tests on SQLite alone. Raises TimeoutExpired."""
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=no", "-k", "not mariadb", *tests]
    variables = {**os.environ, **(environment or {})}
    return subprocess.run(
        command, cwd=copy, env=variables, capture_output=True, text=True, timeout=seconds, check=False
    )


def _failed(said: str) -> list[str]:
    lines = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return [line.split(" - ")[0].partition(" ")[2] for line in lines]


def _copy(place: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=NOT_COPIED)
        else:
            shutil.copy(source, place / name)
    return place


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
