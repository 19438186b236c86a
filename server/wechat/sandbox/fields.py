"""What WeChat allows in the fields of a template. Pure."""

import re
from collections.abc import Callable, Mapping

from server.wechat.sandbox.errcodes import CallRefused

_NAME = re.compile(r"([a-z_]+?)([0-9]{1,2})")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_DATE = r"([0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
_MAX_FIELDS = 10


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _is_name(value: str) -> bool:
    """At most ten 汉字, or twenty letters and signs."""
    return len(value) <= (10 if _HAN.search(value) else 20) and not re.search(r"[0-9]", value)


KINDS: Mapping[str, Callable[[str], bool]] = {
    "thing": lambda value: len(value) <= 20,
    "phrase": _matching(r"[㐀-鿿豈-﫿]{1,5}"),
    "character_string": _matching(r"[\x20-\x7e]{1,32}"),
    "number": _matching(r"-?[0-9]{1,32}(\.[0-9]{1,31})?"),
    "letter": _matching(r"[A-Za-z]{1,32}"),
    "symbol": lambda value: len(value) <= 5,
    "name": _is_name,
    "amount": _matching(r"[¥￥$]?[0-9]{1,10}(\.[0-9]{1,2})?元?"),
    "phone_number": _matching(r"[+0-9-]{1,17}"),
    "car_number": lambda value: len(value) <= 8,
    "date": _matching(rf"{_DATE}( ?{_CLOCK})?(~{_DATE}( ?{_CLOCK})?)?"),
    "time": _matching(rf"({_DATE} ?)?{_CLOCK}(~({_DATE} ?)?{_CLOCK})?"),
}
"""Per kind of field, whether a value is allowed."""


def checked(data: object, expected: frozenset[str] | None = None) -> dict[str, str]:
    """Return the values by field. Raises CallRefused 47003 naming the first that WeChat would not show."""
    if not isinstance(data, dict) or not 0 < len(data) <= _MAX_FIELDS:
        raise CallRefused(47003, "data is empty")
    values = {name: _value(name, given) for name, given in data.items()}
    if expected is not None and values.keys() != expected:
        raise CallRefused(47003, f"data.{min(values.keys() ^ expected)} unexpected")
    return values


def _value(name: str, given: object) -> str:
    value = given.get("value") if isinstance(given, dict) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    kind = _NAME.fullmatch(name)
    allowed = KINDS.get(kind[1]) if kind else None
    if allowed is None or not isinstance(value, str) or not value.strip() or not allowed(value):
        raise CallRefused(47003, f"data.{name}.value invalid")
    if re.search(r"[\x00-\x1f]", value):
        raise CallRefused(47003, f"data.{name}.value invalid")
    return value
