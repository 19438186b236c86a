"""Vacations, due days and how these moved."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "vacations",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=30), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("entered_by", ID, nullable=False),
        sa.Column("entered_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_vacations_root_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_vacations_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacations")),
        sa.UniqueConstraint("root_id", "category", "first_day", name=op.f("uq_vacations_root_id_category_first_day")),
        **TABLE,
    )
    op.create_table(
        "deadlines",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=True),
        sa.Column("effect", sa.String(length=32), nullable=False),
        sa.Column("categories", sa.String(length=64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("set_at", db.UtcDateTime(), nullable=False),
        sa.Column("closed_at", db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("working_days IS NULL OR working_days > 0", name=op.f("ck_deadlines_working_days")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_deadlines_root_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_deadlines_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "kind", name=op.f("uq_deadlines_subject_kind_subject_id_kind")
        ),
        **TABLE,
    )
    op.create_index(op.f("ix_deadlines_root_id_open"), "deadlines", ["root_id", "open"])
    op.create_index(op.f("ix_deadlines_organization_id_due_on"), "deadlines", ["organization_id", "due_on"])
    op.create_table(
        "deadline_moves",
        sa.Column("id", ID, nullable=False),
        sa.Column("deadline_id", ID, nullable=False),
        sa.Column("old_day", sa.Date(), nullable=False),
        sa.Column("new_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadlines.id"], name=op.f("fk_deadline_moves_deadline_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_deadline_moves_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_moves")),
        **TABLE,
    )
    op.create_index(op.f("ix_deadline_moves_deadline_id"), "deadline_moves", ["deadline_id"])
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("deadline_moves")
    op.drop_table("deadlines")
    op.drop_table("vacations")
