"""Packages made to break or to stop their reader, by what is wrong with them."""

import re
from collections.abc import Callable
from typing import Any

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
