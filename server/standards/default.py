"""The default standard of design §4.8, as data in `data/default.json`."""

from functools import cache
from pathlib import Path

from server.standards.rules import StandardDocument


@cache
def default_document() -> StandardDocument:
    """Return the standard every university starts from: 基础 70, 贡献 30, clause by clause of 党发〔2018〕75号."""
    source = Path(__file__).parent / "data" / "default.json"
    return StandardDocument.model_validate_json(source.read_bytes())
