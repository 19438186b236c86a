"""What is publicized: scope, days, who proposed and who approved it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "publicities",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_role", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("approved_role", sa.String(length=32), nullable=True),
        sa.Column("approved_at", db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", ID, nullable=True),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_publicities_root_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_publicities_organization_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts.id"], name=op.f("fk_publicities_proposed_by")),
        sa.ForeignKeyConstraint(["approved_by"], ["accounts.id"], name=op.f("fk_publicities_approved_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["accounts.id"], name=op.f("fk_publicities_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicities")),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "edition", name=op.f("uq_publicities_subject_kind_subject_id_edition")
        ),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "open", name=op.f("uq_publicities_subject_kind_subject_id_open")
        ),
        **TABLE,
    )
    op.create_index(op.f("ix_publicities_organization_id_status"), "publicities", ["organization_id", "status"])
    op.create_index(op.f("ix_publicities_status_last_day"), "publicities", ["status", "last_day"])
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("publicities")
