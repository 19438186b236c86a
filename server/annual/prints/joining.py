"""Pieces put together into the files of a print."""

import io
import zipfile
from collections.abc import Sequence

from pypdf import PdfWriter

from server.annual.prints.papers import packed
from server.annual.prints.rules import PrintFormat


def joined(pieces: Sequence[bytes], format: PrintFormat, *, title: str) -> bytes:
    """Return one file of several pieces, in order."""
    return _pages(pieces, title) if format is PrintFormat.pdf else packed(_members(pieces))


def _pages(pieces: Sequence[bytes], title: str) -> bytes:
    writer = PdfWriter()
    for piece in pieces:
        writer.append(io.BytesIO(piece), import_outline=False)
    writer.add_metadata({"/Title": title})
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _members(pieces: Sequence[bytes]) -> list[tuple[str, bytes]]:
    found = []
    for piece in pieces:
        with zipfile.ZipFile(io.BytesIO(piece)) as archive:
            found += [(name, archive.read(name)) for name in archive.namelist()]
    return found
