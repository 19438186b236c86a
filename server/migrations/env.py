"""Alembic's entry: migrate the engine that was handed in."""

from alembic import context
from sqlalchemy import Engine

from server import models
from server.migrations.resuming import Steps

engine: Engine = context.config.attributes["engine"]

with engine.connect() as connection, Steps(connection) as steps:
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
        user_module_prefix="db.",
        on_version_apply=steps.forget,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
