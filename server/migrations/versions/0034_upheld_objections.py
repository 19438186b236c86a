"""What an upheld objection led to, who had a hand in its matter, and that its letters arrived."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.add_column("objections", sa.Column("to_correct", sa.Boolean(), nullable=True))
    with op.batch_alter_table("objection_inquiries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("correction", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("corrected_by", ID, nullable=True))
        batch_op.add_column(sa.Column("corrected_at", db.UtcDateTime(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_objection_inquiries_corrected_by"), "accounts", ["corrected_by"], ["id"]
        )
    op.create_table(
        "objection_hands",
        sa.Column("objection_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("hand", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_objection_hands_account_id")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_objection_hands_objection_id")),
        sa.PrimaryKeyConstraint("objection_id", "account_id", name=op.f("pk_objection_hands")),
        **TABLE,
    )
    op.create_table(
        "objection_receipts",
        sa.Column("objection_id", ID, autoincrement=False, nullable=False),
        sa.Column("letter", sa.String(length=32), nullable=False),
        sa.Column("via", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=True),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_objection_receipts_account_id")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_objection_receipts_objection_id")),
        sa.PrimaryKeyConstraint("objection_id", "letter", name=op.f("pk_objection_receipts")),
        **TABLE,
    )


def downgrade() -> None:
    op.drop_table("objection_receipts")
    op.drop_table("objection_hands")
    with op.batch_alter_table("objection_inquiries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_objection_inquiries_corrected_by"), type_="foreignkey")
        batch_op.drop_column("corrected_at")
        batch_op.drop_column("corrected_by")
        batch_op.drop_column("correction")
    op.drop_column("objections", "to_correct")
