"""What a stored dry run came to: computed from what was stored, so that it is always the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from server.ratings.methods.models import RatingMethod
from server.ratings.methods.rules import MethodDocument
from server.ratings.rules import RatedMember, StarTrial, try_out
from server.ratings.trials.models import DryRun
from server.ratings.trials.stored import members_of, pool_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """A dry run with what it rests on."""

    method: MethodDocument
    members: tuple[RatedMember, ...]
    trial: StarTrial

    @property
    def totals(self) -> Mapping[int, Decimal]:
        return {each.member_id: each.total for each in self.members if each.total is not None}


def outcome_of(session: Session, dry_run: DryRun) -> Outcome:
    """Return what a stored dry run came to."""
    method = session.get_one(RatingMethod, dry_run.method_id).document
    members = members_of(dry_run.inputs)
    return Outcome(method, members, try_out(method, members, pool_of(dry_run.inputs, dry_run.pool_taken)))
