"""A bulletin as a paper: what stands on it and in what order, for Word and PDF alike."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChartKind(StrEnum):
    bars = "bars"  # one lying bar for each branch
    columns = "columns"  # one upright column for each band


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

    `summed`: the last row is a sum. `whole`: not torn between pages; others repeat their head.
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
class Mark:
    """One value of a chart, and how it is written beside its bar."""

    label: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from zero to `most`, each labelled itself; `line` is a value that all are compared with."""

    caption: str
    form: ChartKind
    marks: tuple[Mark, ...]
    most: float
    line: Mark | None = None
    kind: str = "chart"


Block = Paragraph | Heading | PaperTable | Chart


@dataclass(frozen=True, slots=True)
class Paper:
    """`dated` is when it was published, or drawn up: files carry it in place of the time they were made."""

    notice: str
    issuer: tuple[str, ...]
    number: str
    title: str
    addressees: str
    body: tuple[Block, ...]
    closing: str
    annex_line: str
    signed: str
    signed_on: str
    printed: tuple[str, str]
    annex_title: str
    annex: tuple[PaperTable, ...]
    foot: str
    dated: datetime
