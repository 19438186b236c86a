"""What members were before their category or stage changed, by day."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "former_kinds",
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("until_date", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("entered_by", ID, nullable=True),
        sa.Column("entered_at", db.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_former_kinds_entered_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_former_kinds_member_id")),
        sa.PrimaryKeyConstraint("member_id", "until_date", name=op.f("pk_former_kinds")),
        **TABLE,
    )


def downgrade() -> None:
    op.drop_table("former_kinds")
