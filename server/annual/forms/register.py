"""附件一《党员积分量化登记表》: one page for each member, their entries on request on the pages behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.documents.blocks import Block, Cell, Grid, GridRow, Line, PageBreak, Side, Title
from server.documents.fitting import MILLIMETRES, height_of, lines_of, size_for
from server.documents.paper import PlainPaper

TITLE = "党员积分量化登记表"
WIDTHS = (9.0, 12.0, 22.0, 23.0, 26.0, 11.0, 15.0, 20.0, 32.0)
"""Of the columns, in millimetres."""

ROOM = 243.0
"""For the form below its title, in millimetres."""

LONG_NAME = 8
BLANK = "年　　月　　日"
SIGN = "＿＿＿＿＿＿＿"


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """`way` is how it counts; `basis` what its points rest on."""

    code: str
    title: str
    way: str
    cap: str
    points: str
    basis: str


@dataclass(frozen=True, slots=True)
class RegisterSection:
    title: str
    cap: str
    points: str
    basis: str
    lines: tuple[RegisterLine, ...]


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """An entry of the ledger; `claimed` 申报分, `approved` 核定分, `counted` 计入."""

    on: str
    item: str
    words: str
    source: str
    claimed: str
    approved: str
    counted: str
    evidence: str
    decided: str
    correction: str


@dataclass(frozen=True, slots=True)
class Register:
    """A member's year. `negative` is what stands under 负面清单, `heard` what the branch says of its review.

    `entries` None: not asked for. `dated` is when the results were drawn up.
    """

    branch: str
    above: str
    year: int
    name: str
    gender: str
    category: str
    stage: str
    group: str
    joined: str
    sections: tuple[RegisterSection, ...]
    total: str
    negative: str
    star: str
    heard: str
    basis: str
    code: str
    dated: datetime
    entries: tuple[RegisterEntry, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Measure:
    """Heights in millimetres, sizes in points."""

    row: float
    size: float
    basis: float
    total: float
    box: float


_MEASURES = (
    _Measure(7.5, 10.5, 9.5, 9.6, 32.5),
    _Measure(7.0, 10, 9, 9, 30),
    _Measure(6.4, 9.5, 9, 9, 28),
    _Measure(5.8, 9, 8.5, 8.4, 25),
    _Measure(5.2, 8.5, 8, 7.6, 22),
    _Measure(4.8, 8, 7.5, 7.2, 20),
    _Measure(4.4, 8, 7, 7, 19),
    _Measure(3.8, 7, 6.5, 6, 17),
)
"""The first that fits on one page is taken: standards have as many items as they like."""


def paper(register: Register) -> PlainPaper:
    """Return the form as a paper."""
    blocks: list[Block] = [
        Line("附件一", font="hei"),
        Title(TITLE),
        Line(f"党支部：{register.branch}", opposite=f"积分年度：{register.year} 年"),
        _form(register),
    ]
    if register.entries is not None:
        blocks += [PageBreak(), *_entries(register, register.entries)]
    foot = f"{register.basis}　{register.name}" if register.entries is not None else register.basis
    return PlainPaper(
        f"{register.year} 年度{TITLE}", register.branch, tuple(blocks), register.dated, foot, f"校验码 {register.code}"
    )


def _form(register: Register) -> Grid:
    more = lines_of(f"党支部：{register.branch}", 10.5, sum(WIDTHS) - 32) - 1
    room = ROOM - more * 15 * MILLIMETRES
    rows: tuple[GridRow, ...] = ()
    for measure in _MEASURES:
        rows = tuple(_rows(register, measure))
        if sum(map(_height, rows)) <= room:
            break
    return Grid(WIDTHS, rows)


def _height(row: GridRow) -> float:
    """How high a row becomes: its least height, or what its words need."""
    needed = [row.height]
    column = len(WIDTHS) - sum(cell.across for cell in row.cells)  # those on the left belong to cells begun above
    for cell in row.cells:
        if cell.down == 1 and cell.size is not None:
            needed.append(height_of(cell.text, cell.size, sum(WIDTHS[column : column + cell.across])))
        column += cell.across
    return max(needed)


def _rows(register: Register, measure: _Measure) -> Iterator[GridRow]:
    yield from _person(register, measure)
    size = size_for("类别", measure.size - 0.5, WIDTHS[0])
    heads = (("类别", 1), ("编号", 1), ("积分项目", 2), ("计分办法", 1), ("上限", 1), ("得分", 1), ("依　据", 2))
    cells = (Cell(words, Side.middle, "hei", size, across=across) for words, across in heads)
    yield GridRow(tuple(cells), measure.row)
    for section in register.sections:
        yield from _section(section, measure)
    negative = Cell(register.negative, font="hei", size=measure.size, across=7)
    yield GridRow((_head("负面清单", 2, measure), negative), measure.row)
    yield GridRow(
        (
            Cell("年度积分", Side.middle, "hei", 12, across=3),
            Cell(register.total, Side.middle, "hei", 15 if len(register.total) < 8 else 10, bold=True),
            Cell("星级评定", Side.middle, "hei", 12),
            Cell(register.star, Side.middle, "hei", 12, across=4),
        ),
        measure.total,
    )
    yield from _boxes(
        measure,
        ("本人确认", "　　以上积分已经本人核对。\n　　□ 无异议　　　□ 有异议", f"签字：{SIGN}　\n{BLANK}　"),
        ("党支部审核意见", f"　　{register.heard}", f"支部书记签字：{SIGN}（章）\n{BLANK}　"),
    )
    yield from _boxes(
        measure,
        ("师生群众代表意见（可吸收参加）", "", f"签字：{SIGN}　\n{BLANK}　"),
        (f"{register.above}备案", "", f"经办人签字：{SIGN}（章）\n{BLANK}　"),
    )


def _head(words: str, across: int, measure: _Measure, down: int = 1) -> Cell:
    return Cell(words, Side.middle, "hei", measure.size - 0.5, across=across, down=down)


def _person(register: Register, measure: _Measure) -> Iterator[GridRow]:
    """Two rows of three; a long name has a row of its own above them."""
    first, second = (
        [("姓　名", register.name), ("性　别", register.gender), ("人员类别", register.category)],
        [("党小组", register.group), ("发展阶段", register.stage), ("入党时间", register.joined)],
    )
    if len(register.name) > LONG_NAME:
        (title, name), *_ = first
        cell = Cell(name, size=size_for(name, measure.size, sum(WIDTHS[2:])), across=7)
        yield GridRow((_head(title, 2, measure), cell), measure.row)
        first = [("积分年度", f"{register.year}"), *first[1:]]
    for row in (first, second):
        cells: list[Cell] = []
        for (title, words), (head, across) in zip(row, ((2, 1), (1, 1), (2, 2)), strict=True):
            width = (WIDTHS[2], WIDTHS[4], sum(WIDTHS[7:]))[len(cells) // 2]
            value = Cell(words, Side.middle, size=size_for(words, measure.size, width, lines=2), across=across)
            cells += [_head(title, head, measure), value]
        yield GridRow(tuple(cells), measure.row)


def _section(section: RegisterSection, measure: _Measure) -> Iterator[GridRow]:
    upright = "\n".join(section.title)
    for place, line in enumerate(section.lines):
        side = (_head(upright, 1, measure, down=len(section.lines) + 1),) if place == 0 else ()
        yield GridRow((*side, *_line(line, measure)), measure.row)
    side = () if section.lines else (_head(upright, 1, measure),)
    title, points = f"{section.title}小计", Cell(section.points, Side.right, "hei", measure.size, bold=True)
    sums = (
        Cell(title, Side.middle, "hei", measure.size, across=4),
        Cell(section.cap, Side.middle, "hei", measure.size),
    )
    basis = Cell(section.basis, size=_fitted(section.basis, sum(WIDTHS[7:]), measure.basis), across=2)
    yield GridRow((*side, *sums, points, basis), measure.row)


def _line(line: RegisterLine, measure: _Measure) -> tuple[Cell, ...]:
    return (
        Cell(line.code, Side.middle, size=_fitted(line.code, WIDTHS[1], measure.size)),
        Cell(line.title, size=_fitted(line.title, WIDTHS[2] + WIDTHS[3], measure.size), across=2),
        Cell(line.way, size=_fitted(line.way, WIDTHS[4], measure.size)),
        Cell(line.cap, Side.middle, size=measure.size),
        Cell(line.points, Side.right, size=measure.size, bold=True),
        Cell(line.basis, size=_fitted(line.basis, WIDTHS[7] + WIDTHS[8], measure.basis), across=2),
    )


def _fitted(words: str, width: float, most: float) -> float:
    """The size for one line if it need not be much smaller for that, else for two."""
    size = size_for(words, most, width, least=most - 1.5)
    return size if lines_of(words, size, width) == 1 else size_for(words, most, width, lines=2)


def _boxes(measure: _Measure, *boxes: tuple[str, str, str]) -> Iterator[GridRow]:
    """Two boxes beside each other: what is said on top, who signs at the bottom."""
    across = (4, 5)
    low = 2 * measure.size * 1.3 * MILLIMETRES + 3
    said = [f"{title}\n{words}" if words else title for title, words, _ in boxes]
    yield GridRow(
        tuple(
            Cell(words, size=measure.size - 0.5, across=columns, top=True, open=True)
            for words, columns in zip(said, across, strict=True)
        ),
        measure.box - low,
    )
    yield GridRow(
        tuple(
            Cell(signed, Side.right, size=measure.size - 0.5, across=columns, under=True)
            for (_, _, signed), columns in zip(boxes, across, strict=True)
        ),
        low,
    )


_ENTRY_HEADS = (
    "序号",
    "日期",
    "项目",
    "事由",
    "来源",
    "申报分",
    "核定分",
    "计入",
    "佐证编号",
    "审核人/日期",
    "更正说明",
)
_ENTRY_WIDTHS = (9.0, 17.0, 22.0, 32.0, 15.0, 12.0, 12.0, 12.0, 14.0, 19.0, 18.0)


def _entries(register: Register, entries: Sequence[RegisterEntry]) -> Iterator[Block]:
    yield Line(f"{register.name}　{register.year} 年度积分明细", font="hei", opposite=register.branch)
    head = GridRow(tuple(Cell(words, Side.middle, "hei", 8) for words in _ENTRY_HEADS), 8)
    rows = [_entry(place, entry) for place, entry in enumerate(entries, start=1)]
    nothing = GridRow((Cell("本年度没有积分明细", Side.middle, size=9, across=len(_ENTRY_HEADS)),), 8)
    yield Grid(_ENTRY_WIDTHS, (head, *(rows or [nothing])), heads=1)


def _entry(place: int, entry: RegisterEntry) -> GridRow:
    words = (str(place), entry.on, entry.item, entry.words, entry.source)
    figures = (entry.claimed, entry.approved, entry.counted)
    rest = (entry.evidence, entry.decided, entry.correction)
    return GridRow(
        (
            *(Cell(each, size=8) for each in words),
            *(Cell(each, Side.right, size=8) for each in figures),
            *(Cell(each, size=8) for each in rest),
        ),
        6,
    )
