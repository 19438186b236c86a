"""Each kind of file an office sends, read cell by cell, or refused by name."""

import codecs
import io
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from server.errors import DomainError
from server.spreadsheets.cells import EPOCH_1904, Row, Sheet, Unread, address, shown
from server.spreadsheets.reading import read_sheets
from tests.workbooks import SHEET, book, old_excel, packed, parts, patched, strict

HEADING = ["姓名", "工号", "入党日期"]
ROWS: list[list[Any]] = [HEADING, ["张敏", "T1", date(2019, 7, 1)]]


def read(content: bytes) -> list[Sheet]:
    return read_sheets(io.BytesIO(content))


def rows_of(content: bytes) -> list[Row]:
    (sheet,) = read(content)
    return [row for _, row in sheet.rows]


def refusal(content: bytes) -> DomainError:
    with pytest.raises(DomainError) as refused:
        read(content)
    return refused.value


def formatted(value: Any, code: str) -> bytes:
    def change(made: Any) -> None:
        made.worksheets[0]["B2"].number_format = code

    return book({"名册": [HEADING, ["张敏", value]]}, change)


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (123, "00000", "00123"),
        (2019001, "0000000000", "0002019001"),
        (1, '"T"0000', "T0001"),
        (1, '"2019"000_ ', "2019001"),
        (7, "00000;[Red]-00000", "00007"),
        (13800001234, "000-0000-0000", "138-0000-1234"),
        (123456, "0000", "123456"),
        (201907, '0000"年"00"月"', "2019年07月"),
        (5, "[$-804]00", "05"),
        (5, "\\A000", "A005"),
    ],
)
def test_a_number_is_read_as_its_format_shows_it(number: int, code: str, text: str) -> None:
    assert shown(number, code) == text
    assert rows_of(formatted(number, code))[1][1] == text


@pytest.mark.parametrize("code", ["General", "0", "#,##0", "0.00", "0%", "0.00E+00", "@", "00:00", "", '"', "[", "\\"])
def test_a_format_that_adds_nothing_leaves_the_number(code: str) -> None:
    assert shown(123, code) is None


@pytest.mark.parametrize("number", [1.5, -3, 1e15, 0.1])
def test_only_whole_numbers_are_padded(number: float) -> None:
    assert shown(number, "00000") is None


@given(st.floats() | st.integers(), st.text(st.sampled_from('0#-"\\[]_*@; ;AT年'), max_size=12))
def test_any_number_has_a_form_in_any_format_or_none(number: float, code: str) -> None:
    shown(number, code)


def test_formulas_without_a_result_and_errors_are_named_by_their_cell() -> None:
    content = book({"名册": [HEADING, ["=A1", "#N/A", '=""'], ["李伟", "T2"]]})
    content = patched(content, SHEET, '<c r="C2"><f>""</f>(<v ?/>|<v></v>)', '<c r="C2" t="str"><f>""</f><v></v>')
    cells = rows_of(content)[1]
    assert [isinstance(cell, Unread) for cell in cells] == [True, True, False]
    assert [cell.why[:12] for cell in cells[:2] if isinstance(cell, Unread)] == [
        "单元格 A2 的公式没有",
        "单元格 B2 的公式出错",
    ]
    assert rows_of(content)[2][:2] == ["李伟", "T2"]


def test_a_formulas_stored_result_is_read_with_its_format() -> None:
    content = patched(formatted("=122+1", "00000"), SHEET, "<f>122\\+1</f>(<v ?/>|<v></v>)", "<f>122+1</f><v>123</v>")
    assert rows_of(content)[1][1] == "00123"


def test_a_merged_cell_counts_for_every_row_it_covers() -> None:
    def merge(made: Any) -> None:
        made.worksheets[0].merge_cells("A2:A4")
        made.worksheets[0].merge_cells("B1:C1")

    content = book(
        {"名册": [["支部", "人员"], ["一支部", "张敏"], [None, "李伟"], [None, "王芳"], [None, "赵强"]]}, merge
    )
    assert [row[:2] for row in rows_of(content)] == [
        *(["支部", "人员"], ["一支部", "张敏"], ["一支部", "李伟"], ["一支部", "王芳"]),
        ["", "赵强"],
    ]


def test_hidden_sheets_are_told_from_visible_ones_and_keep_their_place() -> None:
    def hide(made: Any) -> None:
        made.worksheets[0].sheet_state, made.worksheets[2].sheet_state = "hidden", "veryHidden"
        made.active = 1

    sheets = read(book({"字典": [["男"]], "名册": ROWS, "旧": [["x"]], "空": []}, hide))
    assert [(sheet.title, sheet.hidden, len(sheet.rows)) for sheet in sheets] == [
        *(("字典", True, 0), ("名册", False, 2), ("旧", True, 0), ("空", False, 0)),
    ]


def test_a_workbook_of_1904_reads_its_dates_and_tells_since_when_its_days_count() -> None:
    def since_1904(made: Any) -> None:
        made.epoch = CALENDAR_MAC_1904

    (sheet,) = read(book({"名册": ROWS}, since_1904))
    assert sheet.rows[1][1][2] == date(2019, 7, 1)
    assert sheet.epoch == EPOCH_1904


@pytest.mark.parametrize("format_id", [14, 22, 27, 31, 36, 57])
def test_a_date_in_a_format_that_only_the_system_knows_is_a_date(format_id: int) -> None:
    content = patched(book({"名册": ROWS}), "xl/styles.xml", '<xf numFmtId="164"', f'<xf numFmtId="{format_id}"')
    cell = rows_of(content)[1][2]
    assert (cell.date() if isinstance(cell, datetime) else cell) == date(2019, 7, 1)


def test_strict_open_xml_is_read() -> None:
    content = patched(formatted(123, "00000"), SHEET, 't="n"><v>123</v>', "><v>123</v>")
    assert rows_of(strict(content))[1][1] == "00123"
    dated = patched(book({"名册": ROWS}), SHEET, 't="n"><v>43647</v>', 't="d"><v>2019-07-01</v>')
    cell = rows_of(strict(dated))[1][2]
    assert str(cell).startswith("2019-07-01")


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ('<color theme="1" ?/>', '<color rgb="red"/>'),
        ('<family val="2" ?/>', '<family val="99"/>'),
        ("<patternFill ?/>", '<patternFill patternType="sprinkled"/>'),
        ("<fills", '<fills bogus="1"'),
    ],
)
def test_styles_that_openpyxl_refuses_or_may_refuse_do_no_harm(pattern: str, replacement: str) -> None:
    assert rows_of(patched(book({"名册": ROWS}), "xl/styles.xml", pattern, replacement))[1][:2] == ["张敏", "T1"]


def test_prefixes_missing_addresses_and_other_capitals_are_fine() -> None:
    content = formatted(123, "00000")
    found = parts(content)
    text = found[SHEET].decode()
    bare = text.replace(' r="', ' x="')
    assert rows_of(packed({**found, SHEET: bare.encode()}))[1][1] == "00123"
    prefixed = text.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=").replace("<x:?", "<?")
    assert rows_of(packed({**found, SHEET: prefixed.encode()}))[1][1] == "00123"
    other = {name.replace("xl/worksheets/sheet1", "xl\\Worksheets\\Sheet1"): part for name, part in found.items()}
    assert rows_of(packed(other))[1][1] == "00123"


def test_macros_are_no_hindrance_and_never_run() -> None:
    found = parts(book({"名册": ROWS}))
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = found["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", kind
    )
    content = packed({**found, "[Content_Types].xml": types, "xl/vbaProject.bin": b"Sub Auto_Open()"})
    assert rows_of(content)[1][:2] == ["张敏", "T1"]


def test_an_old_workbook_is_read_with_formats_dates_and_merged_cells() -> None:
    hidden, sheet = read(old_excel())
    assert (hidden.title, hidden.hidden) == ("字典", True)
    assert sheet.rows == [
        (1, ["党支部", "姓名", "工号", "入党日期"]),
        (2, ["一支部", "张敏", "00123", datetime(2019, 7, 1)]),
        (3, ["一支部", "李伟", 2019002.0]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_text_table_is_read_in_the_encodings_of_excel(encoding: str, separator: str) -> None:
    lines = [["姓名", "工号", "职务"], ["买买提·吐尔逊", "00123", f'"支委{separator}\n组长"'], ["𬭎敏", '="00007"', ""]]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    (sheet,) = read(content)
    assert sheet.title is None
    assert [row for _, row in sheet.rows] == [
        ["姓名", "工号", "职务"],
        ["买买提·吐尔逊", "00123", f"支委{separator}\n组长"],
        ["𬭎敏", "00007", ""],
    ]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "file_has_password", "密码"),
        (OLE + b" an old .xls", "unreadable_file", "损坏"),
        (b"", "unreadable_file", "空的"),
        (b"  \r\n", "unreadable_file", "空的"),
        (b"<html><table><tr><td>", "unreadable_file", "网页"),
        (codecs.BOM_UTF8 + b'<?xml version="1.0"?><Workbook/>', "unreadable_file", "网页"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "unreadable_file", "不是 Excel 工作簿"),
        (b"%PDF-1.7\n\xff\xff\xff", "unreadable_file", "不是 Excel 工作簿"),
        (packed({"xl/workbook.bin": b""}), "unreadable_file", ".xlsb"),
        (packed({"content.xml": b"", "mimetype": b""}), "unreadable_file", ".ods"),
        (packed({"word/document.xml": b""}), "unreadable_file", "Word"),
        (packed({"readme.txt": b""}), "unreadable_file", "不是 Excel 工作簿"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, code: str, word: str) -> None:
    refused = refusal(content)
    assert (refused.code, refused.status) == (code, 422)
    assert word in refused.message


@pytest.mark.parametrize(("place", "name"), [((0, 0), "A1"), ((4, 2), "C5"), ((1048575, 16383), "XFD1048576")])
def test_a_cell_has_the_name_that_excel_gives_it(place: tuple[int, int], name: str) -> None:
    assert address(*place) == name
