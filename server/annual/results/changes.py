"""What two editions of a branch's results tell differently: the rule for 更正通报 and for what is shown anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from server.annual.results.queries import Result, results_of
from server.annual.results.rules import Standing


@dataclass(frozen=True, slots=True)
class Change:
    """A member's result in an earlier edition and in a later one, None where they have none there."""

    before: Result
    after: Result | None

    @property
    def member_id(self) -> int:
        return self.before.result.member_id

    @property
    def listed(self) -> bool:
        """Whether lists that members see name the member now. Who is 未参评 is only counted."""
        return self.after is not None and is_listed(self.after)

    @property
    def totals(self) -> tuple[Decimal | None, Decimal | None]:
        """The points that lists showed and show of the member; None where they were not, or are not, named."""
        return _listed_total(self.before), _listed_total(self.after)


def changes(session: Session, before_id: int, after_id: int) -> list[Change]:
    """Return whose result two editions tell differently (standing, points, points by section), by member id.

    Who has a result in the later edition only was never told one, and has not changed.
    """
    after = {each.result.member_id: each for each in results_of(session, after_id)}
    found = [Change(each, after.get(each.result.member_id)) for each in results_of(session, before_id)]
    return [each for each in found if each.after is None or _told(each.before) != _told(each.after)]


def unlisted(found: Sequence[Result]) -> int:
    """Return how many of an edition are 未参评: 不列入 and 另行通报 in one number."""
    return sum(not is_listed(each) for each in found)


def is_listed(result: Result) -> bool:
    """Whether lists that members see name a member with their points."""
    return result.result.standing == Standing.scored and result.result.total is not None


def _listed_total(result: Result | None) -> Decimal | None:
    return result.result.total if result is not None and is_listed(result) else None


def _told(result: Result) -> object:
    return result.result.standing, result.result.total, result.sections
