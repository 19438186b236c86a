"""The version under which a year was opened; indexes for what is listed every day."""

import sqlalchemy as sa
from alembic import op

from server import protection

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEXES = (
    ("claims", ["root_id", "status"]),
    ("claims", ["root_id", "decided_at"]),
    ("meetings", ["root_id", "starts_at"]),
    ("meeting_rosters", ["status", "organization_id"]),
    ("audit_lines", ["root_id", "id"]),
)


def upgrade() -> None:
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("standard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(batch_op.f("fk_scores_standard_id"), "standards", ["standard_id"], ["id"])
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    protection.install(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":  # InnoDB gave up its own indexes of these keys for those above
        for table in ("claims", "meetings", "audit_lines"):
            op.create_index(f"fk_{table}_root_id", table, ["root_id"])
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_scores_standard_id"), type_="foreignkey")
        batch_op.drop_column("standard_id")
