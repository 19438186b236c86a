"""Files made to break or to stop the reader: each is refused in words, at little cost."""

import io
import random
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from server.errors import DomainError
from server.spreadsheets import packages
from server.spreadsheets.reading import read_sheets
from tests.hostile_workbooks import GOOD, HOSTILE, TYPES, WORKBOOK
from tests.workbooks import old_excel, parts, patched, sheet_of, with_part


def attempt(content: bytes) -> DomainError | None:
    try:
        read_sheets(io.BytesIO(content))
    except DomainError as refused:
        return refused
    return None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_package_is_refused_in_words_at_once(name: str) -> None:
    content = HOSTILE[name]()
    began = time.process_time()
    refused = attempt(content)
    assert time.process_time() - began < 1
    assert refused is not None, "it was read"
    assert 400 <= refused.status < 500
    assert re.search("[\u4e00-\u9fff]{4}", refused.message)


def test_the_far_cell_is_named() -> None:
    refused = attempt(HOSTILE["far cell"]())
    assert refused is not None
    assert "XFD1048576" in refused.message


def broken() -> Iterator[tuple[str, str, bytes]]:
    for name, part in parts(GOOD).items():
        if name.endswith((".xml", ".rels")) and not name.startswith(("docProps/", "xl/theme/")):
            yield name, "cut", part[: len(part) // 2]
            yield name, "empty", b""
            yield name, "noise", random.Random(name).randbytes(200)
            yield name, "ends wrongly", part.replace(b"</", b"</x", 1) if b"</" in part else part + b"<"
            yield name, "U+FFFE", part + "\ufffe".encode()
            yield name, "nothing but a root", b"<a/>"


@pytest.mark.parametrize(("name", "how", "part"), [pytest.param(*each, id="-".join(each[:2])) for each in broken()])
def test_a_broken_part_is_never_more_than_a_refusal(name: str, how: str, part: bytes) -> None:
    refused = attempt(with_part(GOOD, name, part))
    if how != "nothing but a root":
        assert refused is not None
        assert refused.code == "unreadable_file"


def test_any_byte_changed_is_read_or_refused() -> None:
    chance = random.Random(7)
    for content in (GOOD, old_excel()):
        for _ in range(150):
            bent = bytearray(content)
            for _ in range(chance.choice((1, 3, 30))):
                bent[chance.randrange(len(bent))] = chance.randrange(256)
            attempt(bytes(bent))
        for _ in range(30):
            attempt(content[: chance.randrange(len(content))])


class PanicException(BaseException):
    """As pyo3 names what a Rust library raises when it breaks."""


@pytest.mark.parametrize("error", [PanicException, MemoryError, RecursionError, AssertionError, OSError, UnicodeError])
def test_whatever_a_reader_raises_is_one_refusal(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> None:
        raise error

    monkeypatch.setattr(packages, "read_package", fail)
    refused = attempt(GOOD)
    assert refused is not None
    assert refused.code == "unreadable_file"


def test_an_interruption_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(packages, "read_package", interrupt)
    with pytest.raises(KeyboardInterrupt):
        attempt(GOOD)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(with_part(GOOD, TYPES, None), id="none"),
        pytest.param(patched(GOOD, TYPES, "spreadsheetml.sheet.main", "wordprocessingml.document.main"), id="wrong"),
    ],
)
def test_a_workbook_is_read_whatever_its_content_types_say(content: bytes) -> None:
    (sheet,) = read_sheets(io.BytesIO(content))
    assert sheet.rows[2][1] == ["李伟", "00007"]


def test_what_is_scanned_is_what_is_read() -> None:
    """A part that two readers would see differently never reaches the second."""
    cells = '<row r="1"><c r="XFD99999"><v>1</v></c></row>'
    hidden_from_us = with_part(GOOD, "xl/far.xml", sheet_of(cells))
    double = patched(hidden_from_us, WORKBOOK, "r:id=", 'r:id="rId9" xmlns:q="q" q:id=')
    assert attempt(double) is not None
    repacked = packages._repacked(with_part(GOOD, "xl/media/image1.png", b"\x89PNG"))
    with zipfile.ZipFile(io.BytesIO(repacked)) as archive:
        assert all(not name.startswith("xl/media") for name in archive.namelist())
    assert CalamineWorkbook.from_filelike(io.BytesIO(repacked)).sheet_names == ["名册"]


@pytest.mark.parametrize("name", ["strings without end", "a million empty rows", "far cell", "spaces without end"])
def test_a_hostile_package_takes_little_memory(name: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.xlsx"
    file.write_bytes(HOSTILE[name]())
    watch = (
        "import pathlib, re, sys\n"
        "from server.errors import DomainError\n"
        "from server.spreadsheets.reading import read_sheets\n"
        "try:\n    read_sheets(open(sys.argv[1], 'rb'))\n"
        "except DomainError:\n"
        "    print(re.search(r'VmHWM:\\s*(\\d+) kB', pathlib.Path('/proc/self/status').read_text())[1])\n"
    )
    run = subprocess.run([sys.executable, "-c", watch, str(file)], capture_output=True, text=True, check=True)
    assert int(run.stdout.split()[-1]) < 250 * 1024
