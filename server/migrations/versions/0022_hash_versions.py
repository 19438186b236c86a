"""What the hash of a ledger entry or a statement covers; what stands is of version 1."""

import sqlalchemy as sa
from alembic import op

from server import protection

revision = "0022"
down_revision = "0018"
branch_labels = None
depends_on = None

HASHED = ("point_entries", "statements")


def upgrade() -> None:
    for table in HASHED:
        op.add_column(table, sa.Column("hash_version", sa.Integer(), server_default="1", nullable=False))
    protection.install(op.get_bind())


def downgrade() -> None:
    for table in HASHED:
        op.drop_column(table, "hash_version")
