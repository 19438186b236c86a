"""How a document is laid out: profiles as data, which Word and the Typst templates both follow."""

import json
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


class TitleLayout(TextLayout):
    """With so many millimetres below it."""

    below: float


class TableLayout(_LayoutPart):
    size: float
    head: float


class WideTableLayout(TableLayout):
    """For a table with at least this many columns."""

    columns: int


class PageNumber(_LayoutPart):
    """Outside: at the right on odd pages, at the left on even ones, so many characters in from the margin."""

    size: float
    before: str
    after: str
    characters_in: int


class FootLayout(_LayoutPart):
    """`below` the text and `from_edge` of the page, both in millimetres."""

    size: float
    below: int
    from_edge: int


class Layout(_LayoutPart):
    """Sizes and line heights in points; `headings` are the fonts of their levels.

    `fonts` by use, the best first: the first one that this machine has is embedded. Of `word_fonts` the first is named,
    and the second where a reader lacks it. Without `page_number` pages have none.
    """

    source: str
    page: PageLayout
    characters: int
    lines: int
    line: float
    body: float
    title: TitleLayout
    headings: tuple[str, ...]
    caption: TextLayout
    table: TableLayout
    wide_table: WideTableLayout
    grid: TableLayout
    note: float
    page_number: PageNumber | None
    foot: FootLayout
    fonts: dict[str, tuple[str, ...]]
    word_fonts: dict[str, tuple[str, ...]]

    def of_table(self, columns: int) -> TableLayout:
        return self.wide_table if columns >= self.wide_table.columns else self.table


@cache
def official() -> Layout:
    """Return the layout of official documents (GB/T 9704-2012)."""
    return Layout.model_validate_json((DATA / "official.json").read_bytes())


@cache
def profile(path: Path) -> Layout:
    """Return a layout that says only what differs from official documents."""
    return Layout.model_validate(official().model_dump() | json.loads(path.read_bytes()))
