"""When an organization began here, and which years' holidays an office has entered."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("organizations", sa.Column("began_on", sa.Date(), nullable=True))
    op.create_table(
        "workday_years",
        sa.Column("root_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        sa.Column("entered_by", ID, nullable=False),
        sa.Column("entered_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_workday_years_entered_by")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_workday_years_root_id")),
        sa.PrimaryKeyConstraint("root_id", "year", name=op.f("pk_workday_years")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("workday_years")
    op.drop_column("organizations", "began_on")
