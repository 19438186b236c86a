"""待办 on the wire."""

from datetime import date

from pydantic import BaseModel

from server.identity.schemas import PlaceOut


class TodoOut(BaseModel):
    """How many things of a kind wait for the caller in an organization. Kinds may be added.

    `first_id` and `first_day` belong to the first of them: the claim and when it came in, the leave or the meeting and
    the meeting's day, the statement and the last day to confirm it, the organization that owes a standard and the
    year's first day, the member whose keys or negative decision wait for a second person; for 党费 only the month's
    last day, for 放假安排 the first day of the year to be entered. `words` is what else there is to know, such as how
    days are counted until a year's holidays are known.
    """

    kind: str
    title: str
    organization: PlaceOut
    count: int
    first_id: int | None
    first_day: date | None
    words: str | None


class TodosOut(BaseModel):
    items: list[TodoOut]
