"""An .xlsx or .xlsm: repacked within limits, checked tag by tag, then read by calamine.

calamine reads what openpyxl refuses (strict Open XML, odd styles), but shows 00123 as 123, leaves a formula without
result empty, and makes a table as wide as its farthest cell. So each part is checked first, as a stream of tags.
"""

import io
import zipfile
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from server.errors import DomainError
from server.spreadsheets.cells import (
    EPOCH_1900,
    EPOCH_1904,
    MAX_CELLS,
    Area,
    Cell,
    Row,
    Sheet,
    failed,
    fill_down,
    no_result,
    numbered,
    shown,
)
from server.spreadsheets.error_codes import SpreadsheetErrorCode
from server.spreadsheets.reading import has_password, unreadable

MAX_PARTS = 5_000
MAX_XML_BYTES = 32 * 1024 * 1024
MAX_TAGS = 3_000_000
MAX_ROWS = 100_000
"""For one sheet, including empty ones and merged ranges."""
_MAX_COLUMNS = 16_384
_CHUNK = 256 * 1024
_OTHER_KINDS = {
    "xl/workbook.bin": "这是 .xlsb 二进制工作簿",
    "content.xml": "这是 .ods 表格",
    "word/document.xml": "这是 Word 文档",
}
_Start = Callable[[str, dict[str, str]], None]


def read_package(content: bytes) -> list[Sheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    packed = _repacked(content)
    outline = _Outline(packed)
    area = Area()
    sheets = []
    with CalamineWorkbook.from_filelike(io.BytesIO(packed)) as book:
        for metadata in book.sheets_metadata:
            if metadata.typ is not SheetTypeEnum.WorkSheet:
                continue
            if metadata.visible is not SheetVisibleEnum.Visible:
                sheets.append(Sheet(metadata.name, [], hidden=True))
                continue
            look = _Look(outline.formats)
            _parse(outline.part(metadata.name), look.start)
            area.add(look.rows * look.columns, look.rows - 1, look.columns - 1)
            sheet = book.get_sheet_by_name(metadata.name)
            rows: list[Row] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
            look.amend(rows)
            _fill_merged(rows, sheet.merged_cell_ranges or [])
            sheets.append(Sheet(metadata.name, numbered(rows), epoch=outline.epoch))
    return sheets


def _repacked(content: bytes) -> bytes:
    """Return the parts that hold cells, and no others, in an archive that is what it declares. Raises DomainError."""
    packed = io.BytesIO()
    left_bytes, left_tags = MAX_XML_BYTES, MAX_TAGS
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy,
    ):
        for name, part in _needed(archive):
            with archive.open(part) as source, copy.open(name, "w") as target:
                while chunk := source.read(_CHUNK):
                    left_bytes -= len(chunk)
                    left_tags -= chunk.count(b"<")
                    if left_bytes < 0 or left_tags < 0:
                        raise _too_large()
                    target.write(chunk)
    return packed.getvalue()


def _too_large() -> DomainError:
    return DomainError(
        SpreadsheetErrorCode.file_too_large, "文件解压后过大：请删除多余的工作表和只有格式的空行、空列后再上传"
    )


def _needed(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield workbook, styles, texts and sheets, in small letters: names in a package are case-insensitive."""
    parts: dict[str, zipfile.ZipInfo] = {}
    if len(archive.infolist()) > MAX_PARTS:
        raise _too_large()
    for part in archive.infolist():
        name = part.filename.replace("\\", "/").lower()
        if name.startswith("/") or ".." in name.split("/") or name in parts:
            raise unreadable("文件的内部结构不正常")
        if part.flag_bits & 1:
            raise has_password()
        parts[name] = part
    for name, kind in _OTHER_KINDS.items():
        if name in parts:
            raise unreadable(kind)
    if "xl/workbook.xml" not in parts:
        raise unreadable("这不是 Excel 工作簿")
    for name, part in parts.items():
        folder, _, file = name.rpartition("/")
        if folder in ("", "_rels", "xl", "xl/_rels", "xl/worksheets") and file.endswith((".xml", ".rels")):
            yield name, part


def _parse(part: bytes, start: _Start | None = None) -> None:
    """Call `start` for every tag. No DTD, and UTF-8 only (UTF-16 has zero bytes), so that all readers agree."""
    if b"\0" in part:
        raise unreadable("文件的内部结构不正常")
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _no_doctype
    if start is not None:
        parser.StartElementHandler = start
    parser.Parse(part, True)


def _no_doctype(*_: object) -> None:
    raise unreadable("文件的内部结构不正常")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Outline:
    """What reading the sheets needs of a workbook: where they are, the formats of cells, when days start to count."""

    def __init__(self, packed: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(packed))
        self._sheets: dict[str, str] = {}
        self._targets: dict[str, str] = {}
        self._section, self._count = "", 0
        self._codes: dict[str, str] = {}
        self.formats: dict[str, str] = {}
        """Format codes by cell style."""
        self.epoch = EPOCH_1900
        starts = {
            "xl/workbook.xml": self._workbook,
            "xl/_rels/workbook.xml.rels": self._relationship,
            "xl/styles.xml": self._style,
        }
        for name in self._archive.namelist():
            if not name.startswith("xl/worksheets/"):
                _parse(self._archive.read(name), starts.get(name))

    def part(self, title: str) -> bytes:
        """Return a sheet's XML. Raises LookupError if the workbook does not say which it is."""
        return self._archive.read(self._targets[self._sheets[title]])

    def _workbook(self, name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            (identifier,) = {value for key, value in attributes.items() if _local(key) == "id"}
            _add(self._sheets, attributes["name"], identifier)
        elif _local(name) == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = EPOCH_1904

    def _relationship(self, name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            target = attributes["Target"].replace("\\", "/").lstrip("/").lower()
            _add(self._targets, attributes["Id"], target if target.startswith("xl/") else f"xl/{target}")

    def _style(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local in ("numFmts", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            self._section, self._count = local, 0
        elif local == "numFmt" and self._section == "numFmts":
            self._codes[attributes["numFmtId"]] = attributes["formatCode"]
        elif local == "xf" and self._section == "cellXfs":
            if code := self._codes.get(attributes.get("numFmtId", "0")):
                self.formats[str(self._count)] = code
            self._count += 1


def _add(found: dict[str, str], key: str, value: str) -> None:
    if found.setdefault(key, value) != value:
        raise unreadable("文件的内部结构不正常")


class _Look:
    """How far a sheet reaches, and which of its cells calamine would not show as a person sees them."""

    def __init__(self, formats: dict[str, str]) -> None:
        self.rows = self.columns = 0
        self._formats = {style: code for style, code in formats.items() if shown(1, code)}
        self._shown: dict[str, array[int]] = defaultdict(_places)
        self._formulas, self._failed = _places(), _places()
        self._columns: dict[str, int] = {}
        self._row = self._column = self._counted = 0
        self._type = "n"
        self._code: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Rows and cells may lack their address: then each follows the one before."""
        if ":" in name:
            name = _local(name)
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "is"):
            self._reach()
            if self._code is not None:
                self._shown[self._code].append(self._place())
        elif name == "f":
            self._reach()
            if self._type != "str":
                self._formulas.append(self._place())
        elif name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            self._count_one()
        elif name == "mergeCell":
            self._count_one()

    def _count_one(self) -> None:
        self._counted += 1
        if self._counted > MAX_ROWS:
            raise _too_large()

    def _cell(self, attributes: dict[str, str]) -> None:
        if place := attributes.get("r"):
            letters = place.rstrip("0123456789")
            self._column = self._columns.get(letters) or self._number(letters)
            self._row = int(place[len(letters) :])
        else:
            self._column += 1
        self._type = attributes.get("t", "n")
        self._code = self._formats.get(attributes.get("s", ""))
        if self._type != "n":
            self._reach()
            if self._type == "e":
                self._failed.append(self._place())

    def _number(self, letters: str) -> int:
        column = 0
        for letter in letters.upper():
            column = column * 26 + ord(letter) - ord("A") + 1
            if not "A" <= letter <= "Z" or column > _MAX_COLUMNS:
                raise unreadable("文件的内部结构不正常")
        self._columns[letters] = column
        return column

    def _reach(self) -> None:
        if self._row > self.rows or self._column > self.columns:
            self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)

    def _place(self) -> int:
        return (self._row - 1) * _MAX_COLUMNS + self._column - 1

    def amend(self, rows: list[Row]) -> None:
        """Put what a person would see into the table that calamine read."""
        for row, column in _rows_and_columns(self._formulas):
            if _at(rows, row, column) in ("", None):
                _put(rows, row, column, no_result(row, column))
        for row, column in _rows_and_columns(self._failed):
            _put(rows, row, column, failed(row, column))
        for code, places in self._shown.items():
            for row, column in _rows_and_columns(places):
                number = _at(rows, row, column)
                if isinstance(number, int | float) and (text := shown(number, code)):
                    _put(rows, row, column, text)


def _places() -> "array[int]":
    """An array with one number per cell: a sheet may have a million."""
    return array("q")


def _rows_and_columns(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    return (divmod(place, _MAX_COLUMNS) for place in places)


def _at(rows: list[Row], row: int, column: int) -> Cell:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else None


def _put(rows: list[Row], row: int, column: int, cell: Cell) -> None:
    """A cell without a value may lie beyond the table that was read; the area was checked before."""
    while len(rows) <= row:
        rows.append([])
    rows[row] += [None] * (column + 1 - len(rows[row]))
    rows[row][column] = cell


def _fill_merged(rows: list[Row], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Ranges of a sound file do not overlap, so filling them costs no more than the table."""
    filled = 0
    for (top, left), (bottom, _) in ranges:
        if top < len(rows):
            filled += fill_down(rows, top, bottom, left)
        if filled > MAX_CELLS:
            raise unreadable("文件的内部结构不正常")
