"""Import a roster file from the command line: the same dry run, then the same application."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from server import clock
from server.config import Settings
from server.db import reading, transaction
from server.organizations.roster import applying, queries, service
from server.organizations.roster.models import RosterImport
from server.organizations.roster.rules import RosterProblem
from server.privacy import PhoneVault


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do."""

    roster: RosterImport
    problems: list[RosterProblem]


def import_file(
    engine: Engine,
    settings: Settings,
    path: Path,
    organization_id: int,
    *,
    create_missing: bool = False,
    apply_rows: bool = True,
) -> ImportReport:
    """Import a roster for an organization; without `apply_rows` only a dry run. Raises DomainError."""
    now = clock.now()
    vault = PhoneVault(settings.phone_keys)
    with path.open("rb") as file:
        parsed = service.read(file, now=now)
    prepared = transaction(
        engine,
        lambda session: service.prepare(
            session,
            vault,
            organization_id=organization_id,
            parsed=parsed,
            file_name=path.name,
            create_missing=create_missing,
            account_id=None,
            now=now,
        ),
    )
    if apply_rows:
        transaction(engine, lambda session: service.confirm(session, import_id=prepared.id, account_id=None, now=now))
        applying.apply(engine, prepared.id)
    with reading(engine) as session:
        roster = session.get_one(RosterImport, prepared.id)
        return ImportReport(roster, queries.problems_of(session, roster))
