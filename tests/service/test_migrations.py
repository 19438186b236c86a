"""The migrations lead to exactly the models, on both databases, and back."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import migrations, models, protection
from server.points import service as points
from tests.cast import make_cast


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
