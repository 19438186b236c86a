"""Trying out a branch's stars, and whether what a dry run rests on is still so."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.annual.steps.charge import charge_of, refuse_without
from server.annual.steps.holding import seen
from server.audit import service as audit
from server.errors import conflict
from server.organizations.members import names
from server.ratings.error_codes import RatingErrorCode
from server.ratings.trials.inputs import TrialInputs, gather
from server.ratings.trials.models import DryRun
from server.ratings.trials.queries import latest
from server.ratings.trials.stored import differences, stored_taken


def draw(session: Session, *, organization_id: int, year: int, account_id: int, now: datetime) -> DryRun:
    """Try out a branch's stars by its results as they stand, and store it. Where nothing has changed since the last dry
    run, that one is returned.

    Raises DomainError 403 `not_in_charge`, and as `gather`.
    """
    way = seen(session, organization_id, year, now=now)
    refuse_without(
        charge_of(session, way.organization, branch_year_id=way.branch_year.id, account_id=account_id, now=now)
    )
    found = gather(session, way.organization, year)
    last = latest(session, organization_id, year)
    if last is not None and is_unchanged(last, found):
        return last
    row = DryRun(
        root_id=way.branch_year.root_id,
        organization_id=organization_id,
        year=year,
        edition_id=found.edition.id,
        method_id=found.method.id,
        inputs=found.stored(),
        inputs_hash=found.hash,
        pool_taken=stored_taken(found.pool),
        drawn_by=account_id,
        drawn_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        action="star_dry_run",
        now=now,
        detail={"organization_id": organization_id, "year": year, "hash": row.inputs_hash},
        **audit.of(row),
    )
    return row


def is_unchanged(dry_run: DryRun, found: TrialInputs) -> bool:
    """Whether what a dry run rests on is as it was, what others of a pool have taken included."""
    return dry_run.inputs_hash == found.hash and dry_run.pool_taken == stored_taken(found.pool)


def changes(session: Session, dry_run: DryRun, found: TrialInputs) -> list[str]:
    """Return in words what has changed since a dry run."""
    after = found.stored()
    ids = {int(each) for each in (*dry_run.inputs["members"], *after["members"])}
    said = list(differences(dry_run.inputs, after, names(session, ids)))
    if dry_run.pool_taken != stored_taken(found.pool):
        said.append("合并计算名额的其他党支部已评的人数有变化")
    return said


def refuse_changed(session: Session, dry_run: DryRun, found: TrialInputs) -> None:
    """Raise DomainError 409 `inputs_changed`, with the difference, unless all that a dry run rests on is as it was."""
    if is_unchanged(dry_run, found):
        return
    said = changes(session, dry_run, found)
    message = f"试算之后有 {len(said)} 处变化，首先：{said[0]}；请重新试算"
    raise conflict(RatingErrorCode.inputs_changed, message, changes=said)
