"""The migrations lead to exactly the models, on both databases, and back."""

from decimal import Decimal

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import migrations, models, protection
from server.identity.models import Account
from server.points import service as points
from server.points.ledger.chain import COVERED, GENESIS, link
from server.points.models import LedgerHead, NegativeChange, NegativeDecision, PointEntry, SourceKind
from server.points.scores.rules import NegativeAction, NegativeStatus, NegativeStep
from server.points.verification import verify_ledger
from tests.cast import TODAY, make_cast


def test_the_migrations_lead_to_the_models(blank: Engine) -> None:
    migrations.upgrade(blank)
    with blank.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, models.Base.metadata) == []
        protection.assert_protected(connection)


def test_a_migrated_database_works_and_guards_its_ledger(blank: Engine) -> None:
    migrations.upgrade(blank)
    with Session(blank) as session:
        cast = make_cast(session)
        points.open_year(session, member_ids=[cast.zhang_min.member_id], year=cast.today.year, now=cast.now)
        session.commit()
    with blank.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("UPDATE point_entries SET points = points + 1"))


def test_migrating_twice_changes_nothing_and_going_back_leaves_nothing(blank: Engine) -> None:
    migrations.upgrade(blank)
    migrations.upgrade(blank)
    command.downgrade(migrations.alembic_config(blank), "base")
    assert inspect(blank).get_table_names() == ["alembic_version"]
    migrations.upgrade(blank)


def test_the_last_change_of_a_negative_decision_begins_its_history(blank: Engine) -> None:
    migrations.upgrade(blank)
    with Session(blank) as session:
        cast = make_cast(session)
        by, member_id = cast.chen_jing.account_id, cast.zhang_min.member_id
        for number, status in enumerate(NegativeStatus):
            changed = status is not NegativeStatus.recorded
            session.add(
                NegativeDecision(
                    root_id=cast.root,
                    organization_id=cast.branch,
                    member_id=member_id,
                    year=TODAY.year,
                    category_code="N02",
                    category_title="党纪处分",
                    clause="第一条",
                    document_number=str(number),
                    decided_on=TODAY,
                    reason="生效决定",
                    status=status,
                    entered_by=by,
                    entered_at=cast.now,
                    changed_by=by if changed else None,
                    changed_at=cast.now if changed else None,
                    change_reason=f"因{status}" if changed else None,
                )
            )
        session.commit()
    command.downgrade(migrations.alembic_config(blank), "0017")
    migrations.upgrade(blank)
    with Session(blank) as session:
        rows = session.scalars(select(NegativeChange).order_by(NegativeChange.decision_id)).all()
        assert [(row.action, row.step, row.reason, row.changed_by, row.changed_at) for row in rows] == [
            (NegativeAction.resume, NegativeStep.alone, "因in_force", by, cast.now),
            (NegativeAction.suspend, NegativeStep.alone, "因suspended", by, cast.now),
            (NegativeAction.revoke, NegativeStep.alone, "因revoked", by, cast.now),
        ]


def test_a_chain_that_stands_goes_on_and_accounts_bear_their_members_names(blank: Engine) -> None:
    migrations.upgrade(blank)
    with Session(blank) as session:
        cast = make_cast(session)
        member_id = cast.zhang_min.member_id
        entry = PointEntry(
            **{"member_id": member_id, "seq": 1, "root_id": cast.root, "organization_id": cast.branch},
            **{"year": TODAY.year - 1, "standard_id": cast.standard_id, "item_code": "C04", "points": Decimal(1)},
            **{"owed": 0, "attended": 0, "made_up": 0, "excused": 0, "occurred_on": TODAY, "posted_at": cast.now},
            **{"source_kind": SourceKind.claim, "source_id": 1, "revision": 1, "clause": "二（二）"},
            hash_version=1,
        )
        posted = {name: getattr(entry, name) for name in COVERED[1]}
        posted |= {"prev_hash": GENESIS, "hash": link(GENESIS, entry)}
        session.execute(insert(PointEntry).values(posted | {"hash_version": 1}))
        session.add(LedgerHead(member_id=member_id, seq=1, hash=posted["hash"]))
        session.get_one(Account, cast.zhang_min.account_id).name = "张旻"
        session.commit()
    command.downgrade(migrations.alembic_config(blank), "0021")
    migrations.upgrade(blank)
    with Session(blank) as session:
        assert session.get_one(Account, cast.zhang_min.account_id).name == "张敏"
        assert session.get_one(Account, cast.representative.account_id).name == "冯群"
        points.open_year(session, member_ids=[member_id], year=TODAY.year, now=cast.now)
        entries = select(PointEntry.hash_version).where(PointEntry.member_id == member_id).order_by(PointEntry.seq)
        versions = session.scalars(entries).all()
        assert (versions[0], set(versions[1:])) == (1, {2})
        assert list(verify_ledger(session)) == []
