"""Who suspended, resumed or revoked a negative decision, each time it was done."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LAST_CHANGES = """
INSERT INTO negative_changes (decision_id, action, reason, changed_by, changed_at)
SELECT id,
       CASE status WHEN 'suspended' THEN 'suspend' WHEN 'revoked' THEN 'revoke' ELSE 'resume' END,
       COALESCE(change_reason, ''), changed_by, changed_at
FROM negative_decisions WHERE changed_by IS NOT NULL AND changed_at IS NOT NULL
"""
"""The only change that is known of a decision so far; its status says which it was."""


def upgrade() -> None:
    op.create_table(
        "negative_changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["accounts.id"], name=op.f("fk_negative_changes_changed_by")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["negative_decisions.id"], name=op.f("fk_negative_changes_decision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negative_changes")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_negative_changes_decision_id"), "negative_changes", ["decision_id"])
    op.execute(LAST_CHANGES)
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("negative_changes")
