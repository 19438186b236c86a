"""The one way in: a file becomes sheets, or one clear refusal, whatever the reader raises."""

from collections.abc import Callable
from typing import IO

import structlog

from server.errors import DomainError
from server.spreadsheets.cells import Sheet
from server.spreadsheets.error_codes import SpreadsheetErrorCode

log = structlog.get_logger()

MAX_FILE_BYTES = 10 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_sheets(file: IO[bytes]) -> list[Sheet]:
    """Return the sheets of an .xlsx, .xlsm, .xls or .csv in their order.

    Raises DomainError `file_too_large`, `file_has_password` or `unreadable_file`.
    """
    file.seek(0)
    content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise DomainError(SpreadsheetErrorCode.file_too_large, "文件不能超过 10 MB")
    try:
        return _reader(content)(content)
    except DomainError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # a Rust reader's own
            raise
        log.info("spreadsheet_unreadable", error=type(error).__name__)
        raise unreadable("文件无法读取，可能已损坏") from error


def unreadable(why: str) -> DomainError:
    return DomainError(SpreadsheetErrorCode.unreadable_file, f"{why}。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传")


def _reader(content: bytes) -> Callable[[bytes], list[Sheet]]:
    """Return the reader for what a file is, whatever its name says. Each is only loaded when needed."""
    if content.startswith(b"PK"):
        from server.spreadsheets.packages import read_package

        return read_package
    if content.startswith(_OLE) or content.startswith(b"\x09\x08"):
        if _ENCRYPTED in content:
            raise has_password()
        from server.spreadsheets.biff import read_biff

        return read_biff
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise unreadable("这是网页或 XML 表格，不是 Excel 文件")
    from server.spreadsheets.texts import read_text

    return read_text


def has_password() -> DomainError:
    return DomainError(
        SpreadsheetErrorCode.file_has_password, "文件设有打开密码，无法读取。请在 Excel 或 WPS 中取消密码后再上传"
    )
