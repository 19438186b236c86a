"""How far branches have come with a year. No row means open, so there is nothing to fill."""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "branch_years",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("root_id", COUNTED, nullable=False),
        sa.Column("organization_id", COUNTED, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claim_until", sa.Date(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("moved_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_branch_years_organization_id")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_branch_years_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_years")),
        sa.UniqueConstraint("organization_id", "year", name=op.f("uq_branch_years_organization_id_year")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "branch_year_steps",
        sa.Column("id", COUNTED, nullable=False),
        sa.Column("branch_year_id", COUNTED, nullable=False),
        sa.Column("before", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("claim_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("account_id", COUNTED, nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_branch_year_steps_account_id")),
        sa.ForeignKeyConstraint(
            ["branch_year_id"], ["branch_years.id"], name=op.f("fk_branch_year_steps_branch_year_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_year_steps")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_branch_year_steps_branch_year_id"), "branch_year_steps", ["branch_year_id"])


def downgrade() -> None:
    for table in ("branch_year_steps", "branch_years"):
        op.drop_table(table)
