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
    """`level` 1 is 一、, 2 is （一）."""

    text: str
    level: int = 1
    kind: str = "heading"


class Side(StrEnum):
    left = "left"
    middle = "middle"
    right = "right"


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    kind: str = "title"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of its own, without indent: an addressee, a signature. `inset` is in characters from its side.

    `opposite` stands at the right end of the same line. `gap` is how many lines stay empty before it; with `kept` it
    stays on the page of the next block.
    """

    text: str
    side: Side = Side.left
    font: str = "fang"
    inset: int = 0
    opposite: str = ""
    gap: int = 0
    kept: bool = False
    kind: str = "line"


@dataclass(frozen=True, slots=True)
class PageBreak:
    kind: str = "break"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid; a line break in `text` begins a new line. `size` in points; None is the profile's.

    `across` and `down` are how many columns and rows it takes. No line is drawn below one that is `open`, nor above one
    that is `under` such a cell.
    """

    text: str
    side: Side = Side.left
    font: str = "fang"
    size: float | None = None
    bold: bool = False
    across: int = 1
    down: int = 1
    top: bool = False
    open: bool = False
    under: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """`height` in millimetres is the least: what needs more gets more."""

    cells: tuple[Cell, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A form with lines around every cell. `widths` are parts of the whole; the first `heads` rows repeat on each page.

    No row is split across pages.
    """

    widths: tuple[float, ...]
    rows: tuple[GridRow, ...]
    heads: int = 0
    kind: str = "grid"


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


@dataclass(frozen=True, slots=True)
class Together:
    """Paragraphs and lines that stand on one page: a signature with the words above it."""

    blocks: tuple[Paragraph | Line, ...]
    kind: str = "together"


Block = Together | Title | Paragraph | Heading | Line | PaperTable | Chart | Grid | PageBreak


def legible(document: T) -> T:
    """Return a dataclass, with all its contents, without characters that no file can hold: old rows may have some."""
    return cast(T, _legible(document))


def _legible(part: Any) -> Any:
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{each.name: _legible(getattr(part, each.name)) for each in fields(part)})
    if isinstance(part, tuple):
        return tuple(map(_legible, part))
    return readable(part) if type(part) is str else part
