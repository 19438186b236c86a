"""How values look on the wire: points with two decimals, times in Shanghai's offset, lists with a cursor."""

import base64
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field, PlainSerializer

from server.days import SHANGHAI, shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.rounding import rounded
from server.text import Opaque

T = TypeVar("T")
SortKey = str | int | datetime
MAX_PAGE = 100
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def points_text(points: Decimal) -> str:
    """Return points as people read them: 85.25."""
    return str(rounded(points))


def local_time(instant: datetime) -> str:
    """Return ISO 8601 with Shanghai's offset."""
    return instant.astimezone(SHANGHAI).isoformat()


def spoken_time(instant: datetime) -> str:
    """Return an instant as people write it: 2026 年 9 月 10 日 19:36."""
    local = instant.astimezone(SHANGHAI)
    return f"{local.year} 年 {local.month} 月 {local.day} 日 {local:%H:%M}"


def when_again(until: datetime, *, now: datetime) -> tuple[str, int]:
    """Return when something is free again, in words (42 秒后; 11:06 后; 明天 00:10 后) and in whole seconds."""
    seconds = int((until - now).total_seconds()) + 1
    if seconds <= 90:
        return f"{seconds} 秒后", seconds
    to_the_minute = (until + timedelta(seconds=59)).astimezone(SHANGHAI)
    tomorrow = "" if to_the_minute.date() == shanghai_date(now) else "明天 "
    return f"{tomorrow}{to_the_minute:%H:%M} 后", seconds


PointsOut = Annotated[Decimal, PlainSerializer(points_text, return_type=str)]
"""Points in a response: a string with two decimals."""

TimeOut = Annotated[datetime, PlainSerializer(local_time, return_type=str)]
"""An instant in a response: ISO 8601 with +08:00."""

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""A database id as it may appear in a request."""


class MemberPath(BaseModel):
    member_id: Id


class OrganizationPath(BaseModel):
    organization_id: Id


class PageQuery(BaseModel):
    """What every list accepts. `cursor` is the opaque `next_cursor` of the page before."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50
    cursor: Annotated[Opaque, Field(max_length=200)] | None = None

    @property
    def one_more(self) -> int:
        """How many rows to fetch for `page_of`: the one beyond the page tells that more follow."""
        return self.limit + 1


def _by_id(row: Any) -> tuple[SortKey, ...]:
    return (row.id,)


class Page(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None = None


def page_of(
    query: PageQuery, rows: Sequence[T], key: Callable[[T], tuple[SortKey, ...]] = _by_id
) -> tuple[Sequence[T], str | None]:
    """Return the page of rows fetched with `query.one_more`, and the cursor after it: the `key` of its last row."""
    page = rows[: query.limit]
    return page, encode_cursor(*key(page[-1])) if len(rows) > query.limit else None


def encode_cursor(*keys: SortKey) -> str:
    """Return the position after a row with these sort keys; an instant becomes its microseconds since 1970."""
    words = (str((key - _EPOCH) // _MICROSECOND if isinstance(key, datetime) else key) for key in keys)
    return base64.urlsafe_b64encode("\x1f".join(words).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, count: int) -> list[str]:
    """Return the `count` sort keys in a cursor. Raises DomainError `invalid_cursor`."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        keys = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("\x1f")
    except ValueError:  # not base64, not ASCII, not UTF-8
        keys = []
    if len(keys) != count:
        raise invalid_cursor()
    return keys


def decode_numbers(cursor: str, count: int) -> list[int]:
    """Return the `count` sort keys in a cursor that holds numbers and instants. Raises DomainError `invalid_cursor`."""
    keys = decode_cursor(cursor, count)
    if not all(_NUMBER.fullmatch(key) for key in keys):
        raise invalid_cursor()
    return [int(key) for key in keys]


def instant_of(number: int) -> datetime:
    """Return the instant that a number of a cursor stands for. Raises DomainError `invalid_cursor`."""
    try:
        return _EPOCH + number * _MICROSECOND
    except OverflowError:
        raise invalid_cursor() from None


def decode_time_cursor(cursor: str | None) -> tuple[datetime, int] | None:
    """Return the instant and the id in a cursor that holds these, or None at the start of a list."""
    if cursor is None:
        return None
    number, key = decode_numbers(cursor, 2)
    return instant_of(number), key


def decode_id_cursor(cursor: str | None) -> int | None:
    """Return the id in a cursor that holds one id, or None at the start of a list."""
    if cursor is None:
        return None
    (key,) = decode_numbers(cursor, 1)
    if key < 0:
        raise invalid_cursor()
    return key


def invalid_cursor() -> DomainError:
    return DomainError(CoreErrorCode.invalid_cursor, "翻页位置无效，请从第一页重新打开")
