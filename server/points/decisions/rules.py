"""The steps of a negative-list decision, and when two people mean the same 文号. Pure."""

from server.points.scores.rules import NegativeAction, NegativeStatus
from server.text import compact

_BRACKETS = str.maketrans("〔【[〕】]", "((()))")


def same_document(one: str, other: str) -> bool:
    """Whether two people typed the same 文号: width, spaces and the kind of brackets do not matter."""
    return compact(one).translate(_BRACKETS) == compact(other).translate(_BRACKETS)


_NEGATIVE_MOVES = {
    (NegativeStatus.recorded, NegativeAction.confirm): NegativeStatus.in_force,
    (NegativeStatus.in_force, NegativeAction.suspend): NegativeStatus.suspended,
    (NegativeStatus.suspended, NegativeAction.resume): NegativeStatus.in_force,
    (NegativeStatus.recorded, NegativeAction.revoke): NegativeStatus.revoked,
    (NegativeStatus.in_force, NegativeAction.revoke): NegativeStatus.revoked,
    (NegativeStatus.suspended, NegativeAction.revoke): NegativeStatus.revoked,
}


def next_negative_status(current: NegativeStatus, action: NegativeAction) -> NegativeStatus | None:
    """Return the status an action leads to, or None where it is not possible."""
    return _NEGATIVE_MOVES.get((current, action))
