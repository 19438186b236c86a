"""Typst: the fonts this machine has, and compiling with data. Fonts are never fetched.

Data goes in as JSON through `sys.inputs`, so that nothing in it can be taken for markup.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

import typst

from server.errors import DomainError
from server.statements.bulletins.form import DATA

FONTS: Mapping[str, Sequence[str]] = {
    "fang": ("FangSong_GB2312", "FangSong", "仿宋", "STFangsong", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun"),
    "song": ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun"),
    "hei": ("SimHei", "黑体", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei"),
}
"""By use, the best first: 仿宋 for the body, 小标宋 or 宋体 for titles, 黑体 for headings."""


@cache
def fonts() -> dict[str, list[str]]:
    """Return the families to use, those found here alone. Raises DomainError 503 `no_chinese_font`."""
    return chosen(set(typst.Fonts(include_embedded_fonts=False).families()))


def chosen(families: set[str]) -> dict[str, list[str]]:
    found = {use: [family for family in wanted if family in families] for use, wanted in FONTS.items()}
    if not all(found.values()):
        message = "服务器没有安装中文字体，不能生成文件。请管理员执行 apt install fonts-noto-cjk 后重启服务，再下载"
        raise DomainError("no_chinese_font", message, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return found


def compiled(template: str, data: Mapping[str, Any], **options: Any) -> bytes:
    """Return a template of `data/` filled and set, of one page or as one file."""
    inputs = {"data": json.dumps({**data, "fonts": fonts()}, ensure_ascii=False)}
    made = typst.compile(DATA / template, root=DATA, sys_inputs=inputs, **options)
    if not isinstance(made, bytes):
        raise RuntimeError(f"{template} did not come out as one file")
    return made
