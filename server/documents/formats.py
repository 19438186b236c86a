"""The files that documents become, and how they are handed out."""

from enum import StrEnum
from typing import Any
from urllib.parse import quote

from flask import Response


class FileFormat(StrEnum):
    word = "word"
    pdf = "pdf"


MEDIA_TYPES = {
    FileFormat.word: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileFormat.pdf: "application/pdf",
}
ENDINGS = {FileFormat.word: "docx", FileFormat.pdf: "pdf"}


def described(*media_types: str) -> dict[str, Any]:
    """Return the API's description of an answer that is a file of one of these types."""
    return {"content": {each: {"schema": {"type": "string", "format": "binary"}} for each in media_types}}


FILE_RESPONSE = described(*MEDIA_TYPES.values())


def attached(content: bytes, *, name: str, media_type: str) -> Response:
    """Return a file to be saved under a name; nothing on the way keeps it."""
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, mimetype=media_type, headers=headers)
