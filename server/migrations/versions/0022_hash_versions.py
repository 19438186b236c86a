"""What the hash of a ledger entry or a statement covers, and accounts that bear their members' names.

What stands is of version 1. Entries are found by their source, too.
"""

import sqlalchemy as sa
from alembic import op

from server import protection

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SOURCES = "ix_point_entries_source_kind_source_id"
NAMES = """
UPDATE accounts SET name = (SELECT members.name FROM members WHERE members.id = accounts.member_id)
WHERE member_id IS NOT NULL
"""
HASHED = ("point_entries", "statements")


def upgrade() -> None:
    for table in HASHED:
        op.add_column(table, sa.Column("hash_version", sa.Integer(), server_default="1", nullable=False))
    op.create_index(SOURCES, "point_entries", ["source_kind", "source_id"])
    op.execute(NAMES)
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_index(SOURCES, "point_entries")
    for table in HASHED:
        op.drop_column(table, "hash_version")
