"""Leases of any work, not of jobs alone: their names may be longer.

The table keeps its name, and `fetching_until`, `runner` and `heartbeat_at` stay, for the workers of the release before;
nothing reads them any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _set_length(40, 100)


def downgrade() -> None:
    op.execute("DELETE FROM job_leases WHERE LENGTH(job) > 40")
    _set_length(100, 40)


def _set_length(before: int, after: int) -> None:
    with op.batch_alter_table("job_leases") as table:
        table.alter_column("job", existing_type=sa.String(before), type_=sa.String(after), existing_nullable=False)
