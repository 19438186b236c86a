"""Boards, their links and members' sheets on the wire."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.organizations.models import Category, Stage
from server.points.schemas import ExplanationOut
from server.presentation import Id, PointsOut, TimeOut
from server.statements.boards.rules import View
from server.statements.schemas import StatementLateLineOut, StatementLateOut
from server.text import Line, Opaque

Period = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
PointsText = str
"""Points already written with two decimals: rows are formatted once and sent to many."""

Place = Annotated[Line, Field(min_length=1, max_length=64)]


class BoardLinkPath(BaseModel):
    board_link_id: Id


class MonthQuery(BaseModel):
    """`month` (YYYY-MM) defaults to the newest confirmed one."""

    month: Period | None = None


class BoardQuery(MonthQuery):
    """`posted`: as it hangs on the wall, whoever asks."""

    posted: bool = False


class BoardHeader(BaseModel):
    x_board_token: Annotated[str, Field(max_length=200, alias="X-Board-Token")] = ""


class BoardLinkIn(Body):
    """`place`: where the screen hangs; `until_date`: the last day on which it shows the board."""

    place: Place
    until_date: date


class BoardSessionIn(Body):
    """The key behind the # of a link."""

    key: Annotated[Opaque, Field(min_length=8, max_length=64)]


class BoardLinkOut(BaseModel):
    """`opens`: in how many browsers it was opened. `url` is given only when the link is made."""

    id: int
    place: str
    until_date: date
    opens: int
    made_by: str
    made_at: TimeOut
    revoked_at: TimeOut | None
    url: str | None


class BoardLinksOut(BaseModel):
    items: list[BoardLinkOut]
    next_cursor: str | None = None


class BoardSessionOut(BaseModel):
    board_token: str
    organization_id: int
    until_date: date


class BoardColumnOut(BaseModel):
    code: str
    title: str
    cap: PointsOut


class BoardSectionOut(BaseModel):
    code: str
    points: PointsText


class BoardBackdatedOut(BaseModel):
    """补记: what was posted since the previous statement for an earlier month."""

    month: str
    points: PointsText


class BoardRowOut(BaseModel):
    """`total`, `change`, `position` and the sections are left out under a negative-list decision: `note` says 另行通报.

    `position` is also null if the branch does not show it. `head_hash` has the first eight digits of the chain's head.
    """

    member_id: int
    name: str
    position: int | None
    total: PointsText | None
    change: PointsText | None
    note: str | None
    sections: list[BoardSectionOut]
    backdated: list[BoardBackdatedOut]
    head_seq: int
    head_hash: str


class BoardBandOut(BaseModel):
    """How many totals lie in [`at_least`, `below`); null is open. `own`: the reader's own total is among them."""

    at_least: PointsOut | None
    below: PointsOut | None
    count: int
    own: bool


class PublicityOut(BaseModel):
    """公示期: `days` are its working days, `left` how many are left, today included.

    `note` says so if the State Council has not announced the holidays yet.
    """

    starts_at: TimeOut
    days: list[date]
    left: int
    note: str | None


class BoardHeadOut(BaseModel):
    """`confirmed_by` null: confirmed automatically. `earlier` and `later` are the months beside it, if there are any.

    `apart`: how many are 未参评, whatever the reason.
    """

    organization_id: int
    organization: str
    branch: str
    title: str
    month: str
    month_title: str
    until: date
    confirmed_at: TimeOut
    confirmed_by: str | None
    secretary: str | None
    basis: str
    total_cap: PointsOut
    columns: list[BoardColumnOut]
    apart: int
    average: PointsOut | None
    median: PointsOut | None
    hash: str
    earlier: str | None
    later: str | None


class BoardOut(BoardHeadOut):
    """A branch's month. `view` says how much of it is shown; `rows` is null if only the distribution is.

    Only the branch's officers see in the list who is 未参评. `masked`: only the surname of each name is left.
    `own` is the reader's own row, whatever the branch shows; `ranked` counts those with a position.
    """

    view: View
    masked: bool
    today: date
    ranked: int
    publicity: PublicityOut
    distribution: list[BoardBandOut]
    own: BoardRowOut | None
    rows: list[BoardRowOut] | None
    late: StatementLateOut | None


class SheetOut(BaseModel):
    """A member's month for printing. `head_hash` is whole. `shows_position`: the branch shows members their own."""

    head: BoardHeadOut
    row: BoardRowOut
    ranked: int
    shows_position: bool
    head_hash: str
    stage: Stage
    stage_title: str
    category: Category
    category_title: str
    explanation: ExplanationOut | None
    late: StatementLateLineOut | None
    printed_at: TimeOut
