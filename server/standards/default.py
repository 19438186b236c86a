"""The default standard of design §4.8, as data in `data/default.json`."""

from functools import cache
from pathlib import Path

from server.standards.rules import StandardDocument


@cache
def default_document() -> StandardDocument:
    """Return the standard every university starts from: 基础 70, 贡献 30, clause by clause of 党发〔2018〕75号."""
    source = Path(__file__).parent / "data" / "default.json"
    return StandardDocument.model_validate_json(source.read_bytes())


@cache
def default_titles() -> dict[str, str]:
    """Return what the default standard calls its sections and levels, by code."""
    document = default_document()
    levels = {level.code: level.title for item in document.items for level in item.levels}
    return {section.code: section.title for section in document.sections} | levels
