"""停止党籍 of members."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "suspensions",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=True),
        sa.Column("ended_note", sa.String(length=500), nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["accounts.id"], name=op.f("fk_suspensions_ended_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_suspensions_member_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_suspensions_organization_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_suspensions_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
        sa.UniqueConstraint("member_id", "open", name=op.f("uq_suspensions_member_id_open")),
        **TABLE,
    )
    op.create_index(op.f("ix_suspensions_organization_id"), "suspensions", ["organization_id"])


def downgrade() -> None:
    op.drop_table("suspensions")
