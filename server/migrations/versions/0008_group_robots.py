"""A branch's robot in its group, and what it says."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_announcements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("next_at", db.UtcDateTime(), nullable=False),
        sa.Column("until", db.UtcDateTime(), nullable=False),
        sa.Column("started_at", db.UtcDateTime(), nullable=True),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_group_announcements_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_announcements")),
        sa.UniqueConstraint(
            "organization_id", "kind", "subject", name=op.f("uq_group_announcements_organization_id_kind_subject")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("group_announcements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_announcements_status_next_at"), ["status", "next_at"], unique=False)

    op.create_table(
        "group_robots",
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("sealed_key", sa.String(length=255), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("meeting_tomorrow", sa.Boolean(), nullable=False),
        sa.Column("month_published", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["accounts.id"], name=op.f("fk_group_robots_changed_by")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_group_robots_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_group_robots")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("group_robots")
    with op.batch_alter_table("group_announcements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_announcements_status_next_at"))

    op.drop_table("group_announcements")
