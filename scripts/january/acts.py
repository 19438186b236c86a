"""What people do around New Year that a quarter does not see; the rest is in scripts/quarter/acts.py."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from scripts.quarter import acts
from scripts.quarter.world import Branch, World
from server.config import Settings
from server.identity import service as identity
from server.organizations import exemptions, filings, members, transfers, workdays
from server.organizations.models import Category, Stage
from server.photos import service as photos
from server.photos.processing import process_trusted
from server.photos.storage import DiskStorage
from server.privacy import PhoneVault
from server.standards import service as standards
from server.standards.default import default_document
from server.standards.drafts import create_draft
from tests.pictures import jpeg

NEWCOMER = "T-2027"


def claim(
    session: Session, *, settings: Settings, branch: Branch, member_id: int, day: date, seed: int, now: datetime
) -> int:
    """Report an hour of volunteering of some day, with a photo; return the claim's id."""
    photo, _ = photos.upload(
        session,
        DiskStorage(settings.photo_dir, durable=False),
        member_id=member_id,
        original=jpeg(seed),
        uploaded_by=member_id,
        now=now,
        decode=process_trusted,
    )
    return acts.claim(session, branch=branch, member_id=member_id, day=day, now=now, photo_ids=(photo.id,))


def exempt(session: Session, *, branch: Branch, member_id: int, since: date, now: datetime) -> None:
    """Take someone out of the managed range: studied, passed, filed and received."""
    by: dict[str, Any] = {"account_id": branch.secretary_id, "now": now}
    begun = exemptions.record_study(session, member_id=member_id, reason="长期患病", on=since, note="支委会", **by)
    exemptions.record_passing(session, exemption_id=begun.id, on=since, note="党员大会", **by)
    exemptions.submit(session, exemption_id=begun.id, from_date=since, **by)
    assert begun.filing_id is not None
    above = branch.member_ids[1]  # another person than who filed it
    filings.receive(session, filing_id=begun.filing_id, note=None, account_id=above, now=now)


def join(session: Session, *, settings: Settings, branch: Branch, now: datetime) -> None:
    """Enter a newcomer, with an account of the same id as everyone's."""
    values = {"name": "新同志", "category": Category.staff, "stage": Stage.full}
    joined = members.add_member(
        session,
        PhoneVault(settings.phone_keys),
        organization_id=branch.id,
        group_id=None,
        work_number=NEWCOMER,
        values=values,
        from_date=None,
        account_id=branch.secretary_id,
        now=now,
    )
    account = identity.ensure_account(session, member_id=joined.id, root_id=branch.path[0], name=joined.name, now=now)
    assert account.id == joined.id


def leave(session: Session, *, branch: Branch, member_id: int, on: date, now: datetime) -> None:
    transfers.leave(session, member_id=member_id, on=on, note="转出本校", account_id=branch.secretary_id, now=now)


def transfer(session: Session, *, member_id: int, to: Branch, on: date, now: datetime) -> None:
    where: dict[str, Any] = {"member_id": member_id, "to_organization_id": to.id, "on": on}
    transfers.transfer(session, **where, account_id=to.secretary_id, now=now)


def retire(session: Session, *, settings: Settings, branch: Branch, member_id: int, now: datetime) -> None:
    """Let someone who worked be retired from now on."""
    vault, values = PhoneVault(settings.phone_keys), {"category": Category.retired}
    by: dict[str, Any] = {"account_id": branch.secretary_id, "now": now}
    members.edit_member(session, vault, member_id=member_id, values=values, **by)


def publish_standard(session: Session, *, world: World, year: int, now: datetime) -> None:
    """Publish the year's standard at the 党委, late."""
    by = world.branches[0].secretary_id
    draft = create_draft(
        session, organization_id=world.root_id, year=year, document=default_document(), created_by=by, now=now
    )
    standards.publish(session, standard_id=draft.id, published_by=by, now=now)


def enter_holidays(session: Session, *, world: World, days: Iterable[tuple[date, bool]], now: datetime) -> None:
    """Enter which days are off, or worked."""
    by = world.branches[0].secretary_id
    for day, works in days:
        workdays.override(session, root_id=world.root_id, day=day, works=works, note="放假安排", account_id=by, now=now)
