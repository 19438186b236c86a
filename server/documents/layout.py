"""How a document is laid out, from `data/`: Word and the Typst templates read the same file."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

DATA = Path(__file__).parent / "data"


class _LayoutPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PageLayout(_LayoutPart):
    """The page and its margins, in millimetres."""

    width: int
    height: int
    top: int
    bottom: int
    left: int
    right: int

    @property
    def text_width(self) -> int:
        return self.width - self.left - self.right


class TextLayout(_LayoutPart):
    size: float
    line: float


class TableLayout(_LayoutPart):
    size: float
    head: float


class WideTableLayout(TableLayout):
    """For a table with at least this many columns."""

    columns: int


class Layout(_LayoutPart):
    """Sizes and line heights in points; `fonts` by use, the best first; `word_fonts` are named, not embedded."""

    source: str
    page: PageLayout
    characters: int
    lines: int
    line: float
    body: float
    title: TextLayout
    caption: TextLayout
    table: TableLayout
    wide_table: WideTableLayout
    note: float
    page_number: float
    foot: float
    fonts: dict[str, tuple[str, ...]]
    word_fonts: dict[str, str]

    def of_table(self, columns: int) -> TableLayout:
        return self.wide_table if columns >= self.wide_table.columns else self.table


@cache
def official() -> Layout:
    """Return the layout of official documents (GB/T 9704-2012)."""
    return Layout.model_validate_json((DATA / "official.json").read_bytes())
