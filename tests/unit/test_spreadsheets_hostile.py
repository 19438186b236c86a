"""Files made to break or to stop the reader: each is refused in words, at little cost."""

import io
import random
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from server.errors import DomainError
from server.spreadsheets import packages
from server.spreadsheets.reading import read_sheets
from tests.unit.test_spreadsheets import old_excel
from tests.workbooks import MAIN, SHEET, book, packed, parts, patched, sheet_of, with_part


def padded(made: Any) -> None:
    made.worksheets[0]["B3"].number_format = "00000"


GOOD = book({"名册": [["姓名", "工号"], ["张敏", "T1"], ["李伟", 7]]}, padded)
A1 = '<c r="A1"><v>1</v></c>'
TYPES, TEXTS, WORKBOOK = "[Content_Types].xml", "xl/sharedStrings.xml", "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
LAUGHS = '<!DOCTYPE w [<!ENTITY a "哈">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
LAUGHTER = f"{LAUGHS}]><w>&i;</w>".encode()


def with_sheet(cells: str, after: str = "") -> bytes:
    return with_part(GOOD, SHEET, sheet_of(cells, after))


def with_merged(cells: str, area: str, times: int) -> bytes:
    merged = f'<mergeCell ref="{area}"/>' * times
    return with_sheet(cells, f"<mergeCells>{merged}</mergeCells>")


def a_million_rows() -> bytes:
    return with_sheet("".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(1, 1_000_001)))


def with_target(target: str) -> bytes:
    return patched(GOOD, RELATIONS, "worksheets/sheet1.xml", target)


def declaring(offset: int, value: bytes) -> bytes:
    """Return an archive with a field of each entry of its directory overwritten."""
    bent = bytearray(GOOD)
    for match in re.finditer(b"PK\x01\x02", GOOD):
        bent[match.start() + offset : match.start() + offset + len(value)] = value
    return bytes(bent)


def quadratic() -> bytes:
    return f'<!DOCTYPE w [<!ENTITY a "{"哈" * 90_000}">]><w>{"&a;" * 90_000}</w>'.encode()


def sheet_twice() -> bytes:
    return patched(GOOD, WORKBOOK, "(<sheet [^>]*>(</sheet>)?)", r'\1<sheet name="名册" sheetId="7" r:id="rId2"/>')


HOSTILE: dict[str, Callable[[], bytes]] = {
    "far cell": lambda: with_sheet(f'{A1}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "far cell outside a row": lambda: with_sheet(f'{A1}<c r="XFD1048576" t="str"><v>1</v></c>'),
    "far formula": lambda: with_sheet(f'{A1}<row r="9"><c r="XFD900000"><f>1</f></c></row>'),
    "column beyond the last": lambda: with_sheet('<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>'),
    "row beyond every number": lambda: with_sheet(f'<row r="{10**30}"><c r="A{10**30}"><v>1</v></c></row>'),
    "row of 5,000 digits": lambda: with_sheet(f'<row r="{"9" * 5_000}"><c><v>1</v></c></row>'),
    "no row": lambda: with_sheet('<row r="0"><c r="A0"><f>1</f></c></row>'),
    "address in words": lambda: with_sheet('<row r="eins"><c r="甲1"><v>1</v></c></row>'),
    "a million empty rows": a_million_rows,
    "a million merged ranges": lambda: with_merged(A1, "A1:A9", 1_000_000),
    "merged ranges one above the other": lambda: with_merged(f'{A1}<c r="A20000"><v>1</v></c>', "A1:A20000", 9_000),
    "merged nonsense": lambda: with_merged(A1, "ZZ", 1),
    "strings without end": lambda: with_part(GOOD, TEXTS, f'<sst xmlns="{MAIN}">{"<si/>" * 4_000_000}</sst>'.encode()),
    "spaces without end": lambda: with_part(GOOD, SHEET, b" " * 100_000_000),
    "parts without end": lambda: packed({**parts(GOOD), **{f"xl/{number}.xml": b"" for number in range(6_000)}}),
    "laughs in the workbook": lambda: with_part(GOOD, WORKBOOK, LAUGHTER),
    "laughs in the sheet": lambda: with_part(GOOD, SHEET, LAUGHTER),
    "laughs in the texts": lambda: with_part(GOOD, TEXTS, LAUGHTER),
    "quadratic entity": lambda: with_part(GOOD, SHEET, quadratic()),
    "a file from outside": lambda: with_part(
        GOOD, SHEET, b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>'
    ),
    "UTF-16": lambda: with_part(GOOD, SHEET, parts(GOOD)[SHEET].decode().encode("utf-16")),
    "an unknown entity": lambda: with_sheet('<c r="A1"><v>&nix;</v></c>'),
    "no workbook": lambda: with_part(GOOD, WORKBOOK, None),
    "no relations": lambda: with_part(GOOD, RELATIONS, None),
    "sheet not among the relations": lambda: patched(GOOD, WORKBOOK, 'r:id="rId1"', 'r:id="rId99"'),
    "sheet that is not there": lambda: with_target("worksheets/sheet9.xml"),
    "sheet out of the folder": lambda: with_target("../../etc/passwd"),
    "sheet twice": sheet_twice,
    "absolute path": lambda: with_part(GOOD, "/etc/passwd", b"root"),
    "path upwards": lambda: with_part(GOOD, "xl/../../etc/cron.d/x", b"root"),
    "the same name in capitals": lambda: packed({**parts(GOOD), SHEET.upper(): b"<w/>"}),
    "cut off": lambda: GOOD[: len(GOOD) // 2],
    "cut at the end": lambda: GOOD[:-30],
    "only the head": lambda: GOOD[:30],
    "an encrypted part": lambda: declaring(8, b"\x01\x00"),
    "an unknown compression": lambda: declaring(10, b"\x63\x00"),
    "a size that lies": lambda: declaring(24, b"\x01\x00\x00\x00"),
    "a checksum that lies": lambda: declaring(16, b"\x01\x02\x03\x04"),
}


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
    double = patched(hidden_from_us, "xl/workbook.xml", "r:id=", 'r:id="rId9" xmlns:q="q" q:id=')
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
