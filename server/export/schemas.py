"""The export on the wire."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from server.spreadsheets.writing import XLSX


class ExportForm(StrEnum):
    archive = "zip"  # everything, with the photos
    workbook = "xlsx"  # to read on a phone, without photos


class ExportQuery(BaseModel):
    form: ExportForm = ExportForm.archive


MEDIA_TYPES = {
    ExportForm.archive: "application/zip",
    ExportForm.workbook: XLSX,
}
FILE_RESPONSE: dict[str, Any] = {
    "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}
}
