"""The export as files: a workbook to read, and an archive with the workbook, the same as JSON, and the photos."""

import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from server.export.queries import ExportTable
from server.photos.models import Photo
from server.photos.rules import Variant
from server.photos.storage import Storage
from server.presentation import local_time, spoken_time
from server.spreadsheets.writing import WrittenSheet, WrittenWorkbook, written

_EXPLANATION = (
    "这里是系统中保存的关于您的全部信息。",
    "涉及其他人的姓名和手机号已隐去，写作“（他人）”。",
    "时间为北京时间；“校验值”可用来核对台账没有被改动。",
    "发现有误，请联系支部书记更正，或在系统里提出异议。",
)


def workbook(tables: Sequence[ExportTable], *, name: str, now: datetime) -> bytes:
    """Return one sheet per table that has rows, after one that explains and counts."""

    def fill(book: WrittenWorkbook) -> None:
        _cover(book.sheet("说明"), tables, name, now, book.bold)
        for table in tables:
            if table.rows:
                sheet = book.sheet(table.title)
                sheet.raw.set_column(0, len(table.headings) - 1, 18)
                sheet.table(table.headings, table.rows, head=book.bold)

    return written(fill, row_by_row=True)


def _cover(sheet: WrittenSheet, tables: Sequence[ExportTable], name: str, now: datetime, bold: Any) -> None:
    sheet.raw.set_column(0, 0, 44)
    lines = [(f"{name}的个人数据", ""), (f"导出于 {spoken_time(now)}", ""), *((line, "") for line in _EXPLANATION)]
    lines += [(table.title, f"{len(table.rows)} 条") for table in tables]
    for row, (left, right) in enumerate(lines):
        sheet.write(row, 0, left, bold if row == 0 else None)
        sheet.write(row, 1, right)


def archive(
    file: BinaryIO,
    tables: Sequence[ExportTable],
    photos: Iterable[Photo],
    storage: Storage,
    *,
    name: str,
    now: datetime,
) -> None:
    """Write everything into a zip: the workbook, the same as JSON, and each photo as it is kept."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("我的数据.xlsx", workbook(tables, name=name, now=now))
        packed.writestr("我的数据.json", as_json(tables, now=now))
        for photo in photos:
            try:
                with storage.open(photo.key(Variant.full)) as stored:
                    packed.writestr(f"照片/{photo.id}.jpg", stored.read(), zipfile.ZIP_STORED)
            except FileNotFoundError:  # removed since it was listed
                continue


def as_json(tables: Sequence[ExportTable], *, now: datetime) -> str:
    """Return all tables, each row an object of heading and text."""
    held = [
        {
            "table": table.name,
            "title": table.title,
            "rows": [dict(zip(table.headings, row, strict=True)) for row in table.rows],
        }
        for table in tables
    ]
    return json.dumps({"exported_at": local_time(now), "held": held}, ensure_ascii=False, indent=1)
