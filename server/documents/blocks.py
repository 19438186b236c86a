"""The parts of a document, for both Word and PDF."""

from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar, cast

from server.text import readable

T = TypeVar("T")


class ChartKind(StrEnum):
    bars = "bars"  # one horizontal bar for each value
    columns = "columns"  # one vertical column for each value


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class PaperTable:
    """The first `left` columns are words, the others figures; `widths` are parts of the whole.

    `summed`: the last row is a sum. `whole`: not split across pages; other tables repeat their head.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    left: int = 1
    summed: bool = False
    whole: bool = False
    note: str | None = None
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class ChartValue:
    """One value of a chart, and its text beside the bar."""

    label: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from zero to `most`, each with its label; `line` is a value that all are compared with."""

    caption: str
    form: ChartKind
    marks: tuple[ChartValue, ...]
    most: float
    line: ChartValue | None = None
    kind: str = "chart"


Block = Paragraph | Heading | PaperTable | Chart


def legible(document: T) -> T:
    """Return a dataclass, with all its contents, without characters that no file can hold: old rows may have some."""
    return cast(T, _legible(document))


def _legible(part: Any) -> Any:
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{each.name: _legible(getattr(part, each.name)) for each in fields(part)})
    if isinstance(part, tuple):
        return tuple(map(_legible, part))
    return readable(part) if type(part) is str else part
