"""Tables saved as text: comma or tab between cells, in the encodings Excel and WPS write."""

import codecs
import csv
import io
import re

from server.errors import DomainError
from server.spreadsheets.cells import Area, Row, Sheet, numbered
from server.spreadsheets.error_codes import SpreadsheetErrorCode

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""How exports keep a cell's leading zeros: ="00123"."""


def read_text(content: bytes) -> list[Sheet]:
    text = _decoded(content)
    separator = max(",\t;", key=text[:4096].count)
    area, rows = Area(), list[Row]()
    for number, fields in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator)):
        area.add(len(fields), number, len(fields) - 1)
        rows.append([_AS_TEXT.sub(r"\1", field) if field.startswith("=") else field for field in fields])
    return [Sheet(None, numbered(rows))]


def _decoded(content: bytes) -> str:
    """Return the text. Raises DomainError `unreadable_file`; GB18030 refuses most of what is not text."""
    if not content.strip():
        raise DomainError(SpreadsheetErrorCode.unreadable_file, "文件是空的")
    marked = [encoding for bom, encoding in _BOMS.items() if content.startswith(bom)]
    for encoding in marked or ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise DomainError(
        SpreadsheetErrorCode.unreadable_file, "文件无法读取：不是 Excel 工作簿，也不是 .csv。请另存为 .xlsx 后再上传"
    )
