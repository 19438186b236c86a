"""Set documents with Typst in a short-lived child process: fonts and caches of 150 MB do not stay in a web worker.

Fonts are those found on this machine; none is ever fetched.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog

from server.documents.error_codes import DocumentErrorCode
from server.documents.layout import official
from server.errors import DomainError

ROOT = Path(__file__).parents[1]
"""Templates are below it, beside the code they belong to, and import each other by their path from here."""

LONGEST_SECONDS = 60
_CHILD = Path(__file__).with_name("typeset.py")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TypesettingJob:
    """A template, what fills it, and Typst's options for the file."""

    template: Path
    data: Mapping[str, Any]
    options: Mapping[str, Any]


def compiled(jobs: Sequence[TypesettingJob], *, fonts: Mapping[str, Sequence[str]] | None = None) -> list[bytes]:
    """Return the files, in order; `fonts` by use are those of official documents.

    Raises DomainError 503 `no_chinese_font` or `file_not_made`.
    """
    if not jobs:
        return []
    told = [{"template": str(job.template), "data": job.data, "options": job.options} for job in jobs]
    answer = _ask({"root": str(ROOT), "fonts": fonts or official().fonts, "jobs": told})
    if "missing" in answer:
        message = "服务器没有安装中文字体，不能生成文件。请管理员执行 apt install fonts-noto-cjk，再下载"
        raise DomainError(DocumentErrorCode.no_chinese_font, message, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return [base64.b64decode(each) for each in answer["files"]]


def _ask(question: Mapping[str, Any]) -> dict[str, list[str]]:
    command = [sys.executable, "-I", str(_CHILD)]
    try:
        ended = subprocess.run(
            command,
            input=json.dumps(question).encode(),
            capture_output=True,
            timeout=LONGEST_SECONDS,
            env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home())},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _not_made(f"took longer than {LONGEST_SECONDS} seconds") from None
    if ended.returncode:
        raise _not_made(ended.stderr[-2000:].decode(errors="replace"))
    answer: dict[str, list[str]] = json.loads(ended.stdout)
    return answer


def _not_made(why: str) -> DomainError:
    _log.error("file_not_made", why=why)
    message = "文件没有生成，请稍后再试；仍不成功请联系系统管理员"
    return DomainError(DocumentErrorCode.file_not_made, message, status=HTTPStatus.SERVICE_UNAVAILABLE)
