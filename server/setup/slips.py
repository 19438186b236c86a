"""Activation slips: a code for each officer, as a table or as A4 sheets to be cut; nobody else may read the file."""

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.documents.typesetting import TypesettingJob, compiled
from server.errors import DomainError
from server.presentation import spoken_time
from server.setup.error_codes import SetupErrorCode
from server.spreadsheets.writing import guarded

HEADINGS = ("姓名", "工号/学号", "职务", "激活码", "有效期至")
_TEMPLATE = Path(__file__).parent / "data" / "slips.typ"


@dataclass(frozen=True, slots=True)
class Slip:
    """A code that is shown only this once, and the person it is for."""

    name: str
    work_number: str
    duty: str
    code: str
    expires_at: datetime

    @property
    def cells(self) -> tuple[str, ...]:
        return self.name, self.work_number, self.duty, self.code, spoken_time(self.expires_at)


def check_place(path: Path) -> None:
    """Raise DomainError `bad_slips_file` unless slips can be written there: .csv or .pdf, and not over other slips."""
    if path.suffix not in (".csv", ".pdf"):
        raise DomainError(SetupErrorCode.bad_slips_file, f"激活码文件 {path} 应以 .csv 或 .pdf 结尾")
    if path.exists():
        raise DomainError(SetupErrorCode.bad_slips_file, f"{path} 已经存在，为免覆盖已发的激活码，请换一个文件名")
    if not os.access(path.parent, os.W_OK):
        raise DomainError(SetupErrorCode.bad_slips_file, f"不能在 {path.parent} 中写入文件")


def write(path: Path, slips: Sequence[Slip], *, root_title: str, address: str) -> None:
    """Write the file whole or not at all, readable by its owner only, and durably."""
    content = _table(slips) if path.suffix == ".csv" else _sheets(slips, root_title, address)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _table(slips: Sequence[Slip]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows([guarded(cell) for cell in slip.cells] for slip in slips)
    return text.getvalue().encode("utf-8-sig")  # Excel reads it as Chinese only with the byte order mark


def _sheets(slips: Sequence[Slip], root_title: str, address: str) -> bytes:
    data = {"root": root_title, "address": address, "headings": HEADINGS, "slips": [slip.cells for slip in slips]}
    (made,) = compiled([TypesettingJob(_TEMPLATE, data, {"format": "pdf"})])
    return made
